"""An approval that is too large for one request becomes several commits, and nothing is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bots.forge import Write
from bots.parcels import parcels
from diffing.words import Name

MESSAGE = "Approve 3 goldens\n\nApproved-by: dev"
FILES = st.lists(
    st.builds(Write, name=st.text(min_size=1, max_size=9).map(Name), content=st.none() | st.binary(max_size=900)),
    min_size=1,
    max_size=12,
)


@given(files=FILES, most=st.integers(200, 3000))
def test_every_file_is_in_one_parcel_in_order(files: list[Write], most: int) -> None:
    """None is empty, and only one that is too large by itself is larger than it may be."""
    found = parcels(files, MESSAGE, most=most)
    assert [file for parcel, _ in found for file in parcel] == files
    assert all(parcel for parcel, _ in found)
    for parcel, _ in found:
        size = sum(len(file.content or b"") * 4 // 3 for file in parcel)
        assert size <= most or len(parcel) == 1


@given(files=FILES, most=st.integers(200, 3000))
def test_several_commits_are_numbered_and_all_carry_the_trailers(files: list[Write], most: int) -> None:
    """One commit has the message as it is."""
    said = [message for _, message in parcels(files, MESSAGE, most=most)]
    if len(said) == 1:
        assert said == [MESSAGE]
        return
    heads = [f"Approve 3 goldens ({number} of {len(said)})" for number in range(1, len(said) + 1)]
    assert [message.partition("\n")[0] for message in said] == heads
    assert all(message.endswith("\n\nApproved-by: dev") for message in said)
