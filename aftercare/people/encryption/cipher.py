"""Encryption of texts with the keys of the environment: AES-256-GCM.

An encrypted text is `enc1.KEY.DATA`: the id of its key, then nonce and ciphertext in base64. The place that the
text is stored in is authenticated with it, so that it can be read in no other column.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

ENCRYPTED = re.compile(r"enc1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+={0,2})", re.ASCII)
NONCE_BYTES = 12
# Places that are no fields of the portal's own models.
SESSIONS = "django_session.session_data"
SECOND_FACTORS = "mfa_authenticator.data"


class DecryptionError(Exception):
    """A text cannot be decrypted: `DATA_KEYS` lacks its key, or the text was changed or moved."""


def key_id(key: bytes) -> str:
    """Return the public id of a key."""
    return hashlib.sha256(b"aftercare data key" + key).hexdigest()[:8]


class Cipher:
    """Encrypts with the first key and decrypts with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.newest = key_id(keys[0])

    def encrypt(self, text: str, place: str) -> str:
        """Return the encrypted text for a place, such as "people_patient.call_back_hours"; "" stays empty."""
        if not text:
            return text
        nonce = os.urandom(NONCE_BYTES)
        data = nonce + self._ciphers[self.newest].encrypt(nonce, text.encode(), place.encode())
        return f"enc1.{self.newest}.{base64.urlsafe_b64encode(data).decode()}"

    def decrypt(self, stored: str, place: str) -> str:
        """Return the text; a text that was stored before it was encrypted is returned as it is.

        Raise DecryptionError if the text cannot be decrypted.
        """
        found = ENCRYPTED.fullmatch(stored)
        if found is None:
            return stored
        key, data = found[1], base64.urlsafe_b64decode(found[2])
        if key not in self._ciphers:
            raise DecryptionError(f"a text in {place} needs the key {key}, which is not among DATA_KEYS")
        try:
            return self._ciphers[key].decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise DecryptionError(f"a text in {place} was changed, or belongs elsewhere") from error

    def is_current(self, stored: str) -> bool:
        """Return True if a stored text needs no new encryption: it is empty, or has the newest key."""
        return not stored or stored.startswith(f"enc1.{self.newest}.")


@lru_cache(maxsize=8)
def cipher_of(keys: tuple[bytes, ...]) -> Cipher:
    return Cipher(keys)


def cipher() -> Cipher:
    """Return the cipher of this process's keys."""
    return cipher_of(settings.DATA_KEYS)
