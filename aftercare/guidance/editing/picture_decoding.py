"""Decoding of uploaded pictures in a child process with limits of memory and time.

A file of a few kilobytes can hold a picture of gigabytes, and decoders have had faults of their own. The child has
no part of the portal loaded, and none of its environment.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

MOST_PIXELS = 25_000_000  # 5000 × 5000; telephones take 12 million
MEMORY = 1_000_000_000  # bytes of address space: Python, Pillow, and three copies of the largest picture
SECONDS = 20
FORMATS = ("JPEG", "PNG", "WEBP")
JPEG_QUALITY = 90
TOO_MANY_PIXELS = 3  # exit code


class UnreadableError(Exception):
    """The picture is damaged, of another format, or takes too much memory or time."""


class TooManyPixelsError(Exception):
    """The header of the picture gives more than `MOST_PIXELS`."""


def redrawn(data: bytes, *, memory: int = MEMORY, seconds: float = SECONDS) -> bytes:
    """Return the picture as a child draws it (`draw`); raise UnreadableError or TooManyPixelsError."""
    command = [sys.executable, "-I", "-B", str(Path(__file__)), str(memory), str(int(seconds) + 1)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, env={}, timeout=seconds, check=False)  # noqa: S603 (our own file)
    except subprocess.TimeoutExpired as late:
        raise UnreadableError from late
    if done.returncode == TOO_MANY_PIXELS:
        raise TooManyPixelsError
    if done.returncode != 0 or not done.stdout:
        raise UnreadableError
    return done.stdout


def limit(*, memory: int, seconds: int) -> None:
    """Limit this process; it can write no file either."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def draw(data: bytes) -> bytes:
    """Return the picture upright and without metadata such as place, time and camera."""
    opened = Image.open(BytesIO(data), formats=FORMATS)
    if opened.width * opened.height > MOST_PIXELS:
        sys.exit(TOO_MANY_PIXELS)
    upright = ImageOps.exif_transpose(opened)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.info.clear()
    written = BytesIO()
    # A JPEG with several pictures, as some cameras write it, has a name of its own.
    plain.save(written, format="JPEG" if opened.format == "MPO" else opened.format, quality=JPEG_QUALITY)
    return written.getvalue()


if __name__ == "__main__":
    limit(memory=int(sys.argv[1]), seconds=int(sys.argv[2]))
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))
