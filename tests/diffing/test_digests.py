"""Bytes are named as git and as sha256sum name them."""

from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from diffing.digests import blob_id, digest


@settings(max_examples=15, deadline=None)
@given(st.binary())
def test_a_blobs_id_is_gits(content: bytes) -> None:
    """`git hash-object` says the same, so that equal goldens are never fetched."""
    said = subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
    assert blob_id(content) == said.stdout.decode().strip()


def test_a_digest_is_the_sha256() -> None:
    """The published example of SHA-256 (FIPS 180-2, B.1)."""
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
