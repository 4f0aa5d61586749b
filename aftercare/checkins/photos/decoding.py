"""Decoding of a picture in a child process with limits (decoder.py)."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

MOST_BYTES = 20_000_000

LONGEST_SIDE = 2400  # pixels of what is kept
THUMBNAIL_SIDE = 480
DECODER = Path(__file__).with_name("decoder.py")
WALL_SECONDS = 30
# What the kernel sends to a process that used up its time, or its memory.
LIMIT_SIGNALS = (-signal.SIGXCPU, -signal.SIGKILL)


class Refusal(models.TextChoices):
    """Why a picture is not taken, in words for the patient."""

    EMPTY = "empty", _("The picture is empty. Please take it again.")
    TOO_MANY_BYTES = "too_many_bytes", _("The picture is larger than 20 MB. Please send a smaller one.")
    TOO_LARGE = "too_large", _("The picture is too large to open. Please send a smaller one.")
    DAMAGED = "damaged", _("The picture is damaged and cannot be opened. Please take it again.")
    NOT_A_PICTURE = (
        "not_a_picture",
        _("This is not a picture that we can open. Please send JPEG, PNG, WebP or HEIC."),
    )


class PictureRefusedError(ValueError):
    """The picture is not taken."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG with nothing but pixels in it."""

    content: bytes
    width: int
    height: int


def decode(data: bytes, longest: int = LONGEST_SIDE) -> Picture:
    """Return the picture re-encoded, at most `longest` pixels long; raise PictureRefusedError.

    The child has no environment, and so no secret of the portal.
    """
    if len(data) > MOST_BYTES:
        raise PictureRefusedError(Refusal.TOO_MANY_BYTES)
    command = [sys.executable, "-I", str(DECODER), str(longest)]
    try:
        done = subprocess.run(  # noqa: S603 (a program of our own)
            command, input=data, capture_output=True, timeout=WALL_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PictureRefusedError(Refusal.TOO_LARGE) from error
    if done.returncode != 0:
        raise PictureRefusedError(refusal_of(done))
    line, _newline, content = done.stdout.partition(b"\n")
    word, *rest = line.decode().split()
    if word != "ok":
        raise PictureRefusedError(Refusal(rest[0]))
    return Picture(content=content, width=int(rest[0]), height=int(rest[1]))


def refusal_of(done: subprocess.CompletedProcess[bytes]) -> Refusal:
    """Return why the decoder ended without an answer; one that failed is logged for whoever runs the portal."""
    if done.returncode in LIMIT_SIGNALS:
        return Refusal.TOO_LARGE
    said = done.stderr.decode(errors="replace").strip().splitlines()
    logger.warning("a picture could not be decoded (exit %s): %s", done.returncode, said[-1:] or "")
    return Refusal.DAMAGED
