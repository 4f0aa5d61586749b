"""Small pictures of every kind, made by the libraries that read them, and broken ones."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

# Red on the left, blue on the right: shows a turn by which colour is where.
LEFT, RIGHT = (200, 30, 30), (30, 30, 200)
ORIENTATION, GPS = 0x0112, 0x8825


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    made = Image.new("RGB", (width, height), LEFT)
    made.paste(RIGHT, (width // 2, 0, width, height))
    return made.convert(mode)


def in_bytes(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    return in_bytes(image or picture(), "JPEG", **options)


def heic(image: Image.Image | None = None, **options: Any) -> bytes:
    """A HEIC made by libheif, as phones make them."""
    target = io.BytesIO()
    pillow_heif.from_pillow(image or picture()).save(target, **options)
    return target.getvalue()


def with_place(orientation: int = 1) -> Image.Exif:
    """What a camera writes: how it was held, and where."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "Phone of Amara"
    exif.get_ifd(GPS).update({1: "N", 2: (53.0, 28.0, 46.0), 3: "W", 4: (2.0, 14.0, 43.0)})
    return exif


def profile() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def malformed_exif() -> bytes:
    """EXIF whose entries point far behind its end."""
    entry = struct.pack("<HHLL", ORIENTATION, 3, 4_000_000, 0xFFFFFF00)
    place = struct.pack("<HHLL", GPS, 4, 1, 0x7FFFFFFF)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entry + place + struct.pack("<L", 0xFFFFFFFF)


def bomb() -> bytes:
    """A few kilobytes that decode to 2.5 billion pixels."""
    made = in_bytes(Image.new("1", (8, 8)), "PNG")
    header = struct.pack(">LLBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return made[:16] + header + crc(b"IHDR" + header) + made[33:]


def crc(data: bytes) -> bytes:
    return struct.pack(">L", zlib.crc32(data))
