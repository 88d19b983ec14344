"""How the address of an object store is read, and what is said of those that cannot be."""

from __future__ import annotations

import builtins
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.words import Refused
from storage import blobs
from storage.blobs import addresses
from storage.blobs.addresses import Address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://bucket", Address(scheme="s3", bucket="bucket")),
        ("s3://bucket/", Address(scheme="s3", bucket="bucket")),
        ("s3://bucket/a/b/", Address(scheme="s3", bucket="bucket", prefix="a/b/")),
        ("gs://bucket/with%20space", Address(scheme="gs", bucket="bucket", prefix="with space/")),
        (
            "s3://bucket/a?endpoint=https://minio.example.org:9000/&region=eu-1&path_style=false&links=true",
            Address(
                scheme="s3",
                bucket="bucket",
                prefix="a/",
                endpoint="https://minio.example.org:9000",
                region="eu-1",
                path_style=False,
                links=True,
            ),
        ),
        ("az://box/a?account=shop", Address(scheme="az", bucket="box", prefix="a/", account="shop")),
        (
            "az://box?endpoint=http://127.0.0.1:10000/devstoreaccount1",
            Address(scheme="az", bucket="box", endpoint="http://127.0.0.1:10000/devstoreaccount1"),
        ),
    ],
)
def test_an_address_says_where(url: str, address: Address) -> None:
    """Bucket, prefix and what else must be known; a prefix ends in a slash."""
    assert addresses.read(url) == address


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://hunter2@bucket", "No key belongs into the address"),
        ("s3://key:hunter2@bucket/goldens", "No key belongs into the address"),
        ("s3://bucket?endpoint=https://key:hunter2@minio.example.org", "endpoint must be `https://host`"),
        ("s3://bucket?secret_access_key=hunter2", "`secret_access_key` is no option"),
        ("az://box?sig=hunter2", "may have `account`, `endpoint`, `links`"),
        ("gs://bucket?region=hunter2", "`region` is no option of a gs:// address"),
        ("s3://bucket?endpoint=minio:9000", "endpoint must be"),
        ("s3://bucket?endpoint=file:///etc", "endpoint must be"),
        ("s3://bucket?links=hunter2", "`links` in the storage's address must be `true` or `false`"),
        ("s3://bucket?path_style=1", "`path_style` in the storage's address must be"),
        ("s3:///prefix", "names no bucket"),
        ("s3://key:hunter2\u2100@bucket", "cannot be read"),
        ("s3://bucket?endpoint=https://hunter2\u2100@minio", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_read(url: str, said: str) -> None:
    """What is wrong with it is said, and never what may be a secret in it."""
    with pytest.raises(Refused, match=said) as refused:
        blobs.open(url)
    assert "hunter2" not in str(refused.value)


@given(st.sampled_from(["s3", "gs", "az"]), st.text(max_size=40))
def test_any_other_words_are_read_or_refused(scheme: str, rest: str) -> None:
    """Nothing that somebody writes there is a crash."""
    with suppress(Refused):
        assert addresses.read(f"{scheme}://{rest}").scheme == scheme


@pytest.mark.parametrize(
    ("url", "module", "extra"), [("gs://bucket", "google.auth", "gcs"), ("az://box", "azure.identity", "azure")]
)
def test_a_package_that_is_missing(url: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its extra, an address is refused with the line that installs it."""
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == module or name.startswith(f"{module}."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, f"storage.blobs.{extra}", raising=False)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(Refused, match=rf"pip install 'golddigger\[{extra}\]'"):
        blobs.open(url)


def test_whose_container_it_is_must_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers of one name are many: the account is in the address or in the environment."""
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_CONNECTION_STRING"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refused, match=r"Add `\?account=name`"):
        blobs.open("az://goldens")
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "nonsense with hunter2")
    with pytest.raises(Refused, match="mend AZURE_STORAGE_CONNECTION_STRING") as refused:
        blobs.open("az://goldens")
    assert "hunter2" not in str(refused.value)
