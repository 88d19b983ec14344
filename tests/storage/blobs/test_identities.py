"""As whom the stores are asked: by identities that are lent for an hour as well as by keys."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from azure.identity import DefaultAzureCredential
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from diffing.words import Digest, Refused
from storage import blobs
from storage.blobs import addresses
from storage.blobs.azure import Azure
from storage.blobs.gcs import GCS
from storage.blobs.s3 import S3
from tests.parts import azure, needs
from tests.parts.s3 import MOTO
from tests.storage.blobs import stores

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/golddigger"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A pod of Kubernetes on AWS: no key, but a token of its own and a role, as IRSA gives them."""
    endpoint = needs.address(MOTO)
    client: Any = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=stores.BUCKET)
    for name in KEYS:
        monkeypatch.delenv(name)
    token = tmp_path / "token"
    token.write_text("what the cluster signed")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    return endpoint


def test_a_pod_is_let_in_by_its_role(pod: str) -> None:
    """A web identity is changed for a key that lasts an hour, and the link says so too."""
    url = f"s3://{stores.BUCKET}/{secrets.token_hex(4)}?region=us-east-1&path_style=true&links=true"
    kept = blobs.open(url)
    digest = kept.put(b"by a pod")
    assert kept.get(digest) == b"by a pod"
    asked = parse_qs(urlsplit(kept.link(digest, seconds=60) or "").query)
    assert asked["X-Amz-Expires"] == ["60"]
    assert asked["X-Amz-Security-Token"]


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A service account of Google's whose key lies in a file; its address."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    email = "golddigger@acme.iam.gserviceaccount.com"
    file = tmp_path / "key.json"
    said = {"type": "service_account", "client_email": email, "private_key": key.decode(), "project_id": "acme"}
    file.write_text(
        json.dumps({**said, "private_key_id": "1", "token_uri": "https://oauth2.googleapis.com/token"})
    )
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    return email


def test_who_has_a_key_at_google_signs_links_alone(account: str) -> None:
    """Nobody is asked for it, and the link opens one file for a minute, as a download."""
    link = GCS(addresses.read("gs://goldens/a")).link("a/file", "file", 60)
    parts = urlsplit(link or "")
    asked = parse_qs(parts.query)
    assert (parts.netloc, parts.path) == ("storage.googleapis.com", "/goldens/a/file")
    assert asked["X-Goog-Credential"][0].startswith(f"{account}/")
    assert asked["X-Goog-Expires"] == ["60"]
    assert asked["response-content-disposition"] == ['attachment; filename="file"']
    assert asked["response-content-type"] == ["application/octet-stream"]


def test_nobody_signs_no_link(tmp_path: Path) -> None:
    """Links that are asked for and cannot be signed are refused in words: the doctor says so."""
    kept = stores.gcs(tmp_path).open(links="true")
    with pytest.raises(Refused, match="cannot sign links: leave `links` out"):
        kept.link(Digest("0" * 64), seconds=60)


def test_without_a_key_azure_is_asked_as_the_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key goes before an identity; a connection string says whose container it is where nothing else does."""
    address = addresses.read("az://goldens?account=acme")
    assert Azure(address)._service.credential.account_key == azure.KEY
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY")
    one = Azure(address)._service
    assert isinstance(one.credential, DefaultAzureCredential)
    assert one.url == "https://acme.blob.core.windows.net/"
    whole = (
        f"DefaultEndpointsProtocol=https;AccountName=other;AccountKey={azure.KEY};EndpointSuffix=core.windows.net"
    )
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", whole)
    assert Azure(addresses.read("az://goldens")).link("a", "a", 60) is not None
    assert Azure(addresses.read("az://goldens"))._service.url == "https://other.blob.core.windows.net/"


def test_a_profile_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is written wrong is said at the start."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(Refused, match="nobody"):
        S3(addresses.read("s3://goldens"))
