"""Give the tests every storage there is: the folder, and object stores that run on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.parts import azure
from tests.parts.s3 import KEY, SECRET
from tests.storage.blobs import stores
from tests.storage.blobs.stores import Store

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AZURE_STORAGE_ACCOUNT_NAME": azure.ACCOUNT,
    "AZURE_STORAGE_ACCOUNT_KEY": azure.KEY,
}


@pytest.fixture(scope="session", autouse=True)
def _known_to_the_stores() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in _ENVIRONMENT.items():
            patched.setenv(name, value)
        yield


@pytest.fixture(scope="session", params=stores.ALL, ids=lambda make: make.__name__)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give one storage after the other, each with a place of its own in it."""
    made: Store = request.param(tmp_path_factory.mktemp("store"))
    yield made
    made.leave()
