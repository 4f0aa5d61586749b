"""Small pictures for tests."""

from __future__ import annotations

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
