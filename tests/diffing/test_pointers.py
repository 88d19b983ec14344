"""LFS pointers are told from files, and written as git-lfs writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import pointers
from diffing.digests import digest
from diffing.pointers import Pointer

OID = digest(b"a picture")
TEXT = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 9\n".encode()


def test_a_pointer_is_read() -> None:
    """The pointer gives the file's digest and length."""
    assert pointers.read(TEXT) == Pointer(OID, 9)


def test_a_pointer_with_an_extension_is_read() -> None:
    """Lines of extensions stand before the oid (spec.md) and are passed over."""
    assert pointers.read(TEXT.replace(b"oid", b"ext-0-foo sha256:" + b"0" * 64 + b"\noid", 1)) == Pointer(OID, 9)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        TEXT[:-1],
        TEXT + b"\n",
        b"\n" + TEXT,
        TEXT.replace(b"sha256", b"sha1"),
        TEXT.replace(b"size 9", b"size -9"),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b"size 9", b"ext-" + b"x" * 2000 + b"\nsize 9"),
    ],
)
def test_whatever_is_no_pointer_is_the_file_itself(content: bytes) -> None:
    """Broken pointers are not guessed at."""
    assert pointers.read(content) is None


@given(st.binary(), st.integers(0, 10**18 - 1))
def test_what_is_written_is_read_again(content: bytes, size: int) -> None:
    """Reading undoes writing."""
    pointer = Pointer(digest(content), size)
    assert pointers.read(pointers.write(pointer)) == pointer


@given(st.binary(max_size=300))
def test_any_bytes_can_be_asked(content: bytes) -> None:
    """Reading never fails, and what it calls a pointer it would write so."""
    pointer = pointers.read(content)
    assert pointer is None or pointers.write(pointer) == content
