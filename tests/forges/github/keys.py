"""Make an RSA key pair once a process: it takes a while."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True, slots=True)
class Key:
    """An app's key: the private half for the app, the public one for GitHub; both PEM."""

    private: str
    public: str

    @staticmethod
    @cache
    def shared() -> Key:
        """Give the one key of this process."""
        return Key.new()

    @staticmethod
    def new() -> Key:
        """Make a key."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return Key(private.decode(), public.decode())
