"""What docs say of storage is so: addresses can be read, and the policy is enough and no more."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
import requests

from diffing.words import Refused, Unavailable
from storage import blobs
from storage.blobs import addresses
from storage.blobs.port import MOST_WHOLE
from tests.documents import ROOT, Document
from tests.parts import needs, running
from tests.parts.s3 import MOTO

pytestmark = pytest.mark.slow

STORAGE, SETTINGS = Document(ROOT / "docs/storage.md"), Document(ROOT / "docs/settings.md")
BUCKET = "acme-goldens"


@pytest.mark.parametrize("document", [STORAGE, SETTINGS], ids=lambda document: document.path.name)
def test_every_address_can_be_read(document: Document) -> None:
    """Whatever is printed to be copied is an address."""
    printed = re.findall(r"^GOLDDIGGER_STORAGE_URL='?([^'\n]+)'?$", "\n".join(document.fences("sh")), re.MULTILINE)
    assert len(printed) >= 5
    assert {addresses.read(each).scheme for each in printed} == {"s3", "gs", "az"}


def test_every_option_is_explained() -> None:
    """The table names the options that an address may have, and no others."""
    named = re.findall(r"^\| `(\w+)` \|", STORAGE.path.read_text(), re.MULTILINE)
    assert set(named) == {each for options in addresses.OPTIONS.values() for each in options}


@pytest.fixture(scope="module")
def strict() -> Iterator[str]:
    """Something that speaks S3 and asks for rights, with our bucket, as somebody who has those of the policy."""
    needs.have(MOTO)
    with running.alone(MOTO) as own, pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", "anybody")
        patched.setenv("AWS_SECRET_ACCESS_KEY", "anything")
        at: dict[str, Any] = {"endpoint_url": own.url, "region_name": "us-east-1"}
        boto3.client("s3", **at).create_bucket(Bucket=BUCKET)
        (policy,) = STORAGE.fences("json")
        accounts = boto3.client("iam", **at)
        accounts.create_user(UserName="golddigger")
        accounts.put_user_policy(
            UserName="golddigger", PolicyName="storage", PolicyDocument=json.dumps(json.loads(policy))
        )
        key = accounts.create_access_key(UserName="golddigger")["AccessKey"]
        requests.post(f"{own.url}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()
        patched.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        patched.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        yield own.url


def url(endpoint: str, prefix: str) -> str:
    """An address there."""
    return f"s3://{BUCKET}/{prefix}?{urlencode({'endpoint': endpoint, 'region': 'us-east-1'})}"


def test_the_policy_is_enough(strict: str) -> None:
    """With the rights that are printed, and no others, all is done that is ever done."""
    kept = blobs.open(url(strict, "golddigger"))
    for size in (10, MOST_WHOLE + 10):
        content = secrets.token_bytes(size)
        digest = kept.put(content)
        assert kept.put(content) == digest
        assert kept.get(digest) == content
        (told,) = [each for each in kept.walk() if each.digest == digest]
        assert kept.discard([told]) == 1
        assert not kept.has(digest)


def test_the_policy_is_no_more_than_that(strict: str) -> None:
    """Beside the prefix nothing is let in, and without an account nothing at all."""
    with pytest.raises(Unavailable, match=r"does not let Golddigger in .* s3:PutObject"):
        blobs.open(url(strict, "elsewhere")).put(b"not here")


def test_nobody_is_refused_at_the_start(strict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is unknown, or none, is said before anything else happens."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN")
    with pytest.raises(Refused, match="s3:ListBucket"):
        blobs.open(url(strict, "golddigger"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Refused, match="There are no credentials"):
        blobs.open(url(strict, "golddigger"))
