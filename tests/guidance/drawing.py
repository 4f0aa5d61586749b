"""Small pictures for tests."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image


def png() -> bytes:
    """A square of one colour."""
    written = BytesIO()
    Image.new("RGB", (40, 40), "#a86").save(written, format="PNG")
    return written.getvalue()


def photograph() -> bytes:
    """A picture lying on its side, with the place and the camera that took it written into it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    written = BytesIO()
    Image.new("RGB", (40, 20), "#a86").save(written, format="JPEG", exif=exif)
    return written.getvalue()


def grey_png(*, side: int, data: bytes | None = None) -> bytes:
    """A black square of `side` pixels, made without drawing it; `data` instead of its pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    pixels = zlib.compress(bytes(side * (side + 1)), 9) if data is None else data
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
