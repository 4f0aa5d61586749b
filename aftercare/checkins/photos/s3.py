"""Pictures in an S3-compatible store. Imported only where `PHOTOS_URL` names one: boto3 takes a while to load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

# Whoever waits holds one of few working threads.
CONNECT_SECONDS, READ_SECONDS = 3, 8


@contextmanager
def as_os_errors() -> Iterator[None]:
    """Raise OSError for whatever the store refuses or does not answer."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise OSError(f"the store of pictures: {type(error).__name__}") from error


class PhotoS3Storage(S3Storage):
    """Private objects, with short time limits; a name is written over. Objects are read at once: all are small."""

    def __init__(self, **options: Any) -> None:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 2},
            s3={"addressing_style": "path"},
            # Stores other than Amazon's know no checksums at the end of a body.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(**options, client_config=config, default_acl=None, file_overwrite=True, gzip=False)

    def _save(self, name: str, content: File[bytes]) -> str:
        with as_os_errors():
            return str(super()._save(name, content))

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with as_os_errors(), super()._open(name, mode) as file:
            return ContentFile(file.read(), name)

    def delete(self, name: str) -> None:
        with as_os_errors():
            super().delete(name)
