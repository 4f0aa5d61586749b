"""The program that decodes one picture, in a process of its own: what it reads comes from anywhere.

It reads the picture on standard input and writes a line and the picture on standard output: `ok WIDTH HEIGHT`, or
`refused REASON` alone. It imports nothing of the portal, and is started without its environment, so that it knows no
secret. Memory, processor time and files are limited before the first byte is read.
"""

from __future__ import annotations

import argparse
import io
import resource
import struct
import sys
from typing import Any

MEMORY_BYTES = 1_500_000_000  # a HEIC of 48 megapixels takes 1.1 GB
PROCESSOR_SECONDS = 20
MOST_PIXELS = 64_000_000
QUALITY = 86
# As Pillow names them; told by what is in the file, never by its name.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
EMPTY, TOO_LARGE, DAMAGED, NOT_A_PICTURE = "empty", "too_large", "damaged", "not_a_picture"
WHITE = (255, 255, 255)
# What Pillow's reader of EXIF raises where tags, types or offsets are wrong.
UNREADABLE_EXIF = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError),
    struct.error,
)


class RefusedError(Exception):
    """The picture is not taken; the argument is the reason."""


def limit_this_process() -> None:
    """Limit memory, processor time and core files, and allow no file to be written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(data: bytes) -> Any:
    """Return the picture, not decoded yet; raise RefusedError."""
    import pillow_heif
    from PIL import Image, UnidentifiedImageError

    # Pixels are counted below, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    pillow_heif.register_heif_opener(thumbnails=False)
    pillow_heif.options.DECODE_THREADS = 1
    if not data:
        raise RefusedError(EMPTY)
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise RefusedError(NOT_A_PICTURE) from error
    if picture.width * picture.height > MOST_PIXELS:
        raise RefusedError(TOO_LARGE)
    return picture


def decoded(picture: Any, longest: int) -> Any:
    """Return the first frame, upright, at most `longest` pixels long, in sRGB; nothing but pixels is left."""
    from PIL import Image

    profile = picture.info.get("icc_profile")
    turn = orientation(picture)
    # The right size for a JPEG is decoded at once, which takes a sixteenth of the memory.
    picture.draft(None, (longest, longest))
    picture.load()
    upright = in_srgb(shrunk(picture, longest), profile)
    if turn is not None:
        upright = upright.transpose(turn)
    clean = Image.new("RGB", upright.size, WHITE)
    clean.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    return clean


def orientation(picture: Any) -> Any:
    """Return how the picture is to be turned, or None: also where what the camera wrote cannot be read."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        return turns.get(picture.getexif().get(0x0112))
    except UNREADABLE_EXIF:  # none of which concerns the pixels
        return None


def shrunk(picture: Any, longest: int) -> Any:
    """Return the picture within a square; colours of a palette and of 16 bits are widened or narrowed first."""
    from PIL.Image import Resampling

    has_alpha = picture.mode in ("LA", "PA", "RGBa") or "transparency" in picture.info
    if picture.mode not in ("L", "RGB", "RGBA", "CMYK", "LAB"):
        picture = picture.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((longest, longest), Resampling.LANCZOS)
    return picture


def in_srgb(picture: Any, profile: bytes | None) -> Any:
    """Return the picture in RGB or RGBA with the colours of sRGB."""
    from PIL import ImageCms

    has_alpha = picture.mode == "RGBA"
    if profile and not has_alpha:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is none, or of another kind of picture: the plain conversion follows
    return picture if has_alpha else picture.convert("RGB")


def encoded(picture: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, format="JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()


def answer(data: bytes, longest: int) -> tuple[str, bytes]:
    """Return the first line of the answer, and the picture."""
    try:
        picture = decoded(opened(data), longest)
        return f"ok {picture.width} {picture.height}", encoded(picture)
    except RefusedError as error:
        return f"refused {error.args[0]}", b""
    except MemoryError:
        return f"refused {TOO_LARGE}", b""
    except (OSError, SyntaxError, ValueError, EOFError, OverflowError):
        return f"refused {DAMAGED}", b""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("longest", type=int, help="pixels of the longer side, at most")
    longest = parser.parse_args().longest
    limit_this_process()
    line, picture = answer(sys.stdin.buffer.read(), longest)
    sys.stdout.buffer.write(line.encode() + b"\n" + picture)


if __name__ == "__main__":
    main()
