"""Encryption of files: each has a key of its own, which is kept in an encrypted field of its row.

So a change of `DATA_KEYS` renews the rows alone, and a file whose row has lost its key cannot be read any more,
wherever a copy of it is.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aftercare.people.encryption.cipher import NONCE_BYTES, DecryptionError

FILE_KEY_BITS = 256


def new_file_key() -> str:
    """Return a random key, in base64."""
    return base64.b64encode(AESGCM.generate_key(FILE_KEY_BITS)).decode()


def encrypt_file(content: bytes, key: str, place: str) -> bytes:
    """Return nonce and ciphertext. `place`: what the file is, which is authenticated with it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(base64.b64decode(key)).encrypt(nonce, content, place.encode())


def decrypt_file(stored: bytes, key: str, place: str) -> bytes:
    """Return the content; raise DecryptionError if the file was changed, or is another one."""
    nonce, data = stored[:NONCE_BYTES], stored[NONCE_BYTES:]
    try:
        return AESGCM(base64.b64decode(key)).decrypt(nonce, data, place.encode())
    except (InvalidTag, ValueError) as error:
        raise DecryptionError(f"the file {place} was changed, or is another one") from error
