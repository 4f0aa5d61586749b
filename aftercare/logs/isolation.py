"""Isolation of errors: what fails for one clinic, patient or message must not keep the others waiting."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def isolated(logger: logging.Logger, message: str, *args: object) -> Iterator[None]:
    """Log an error with its trace, and go on after the block.

    A database that is away is raised: it fails all the others too, and whoever runs the job tries again.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        # A lock or a statement that took too long is an error of this block alone.
        if not connection.is_usable():
            raise
        logger.exception(message, *args)
    except Exception:
        logger.exception(message, *args)
