"""Pictures are decoded in a child process with limits; nothing but pixels comes out of it."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from aftercare.checkins.photos import decoder, decoding
from aftercare.checkins.photos.decoding import DECODER, PictureRefusedError, Refusal, decode
from tests.checkins.photos import pictures
from tests.checkins.photos.pictures import in_bytes, jpeg, picture

pytestmark = pytest.mark.filterwarnings("ignore:Tag data larger than file:UserWarning")


@pytest.fixture(autouse=True)
def limits_of_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back what the decoder sets for its own process: most tests call it in theirs, which is faster."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def shown(data: bytes, longest: int = 2400) -> Image.Image:
    line, content = decoder.answer(data, longest)
    image = Image.open(io.BytesIO(content))
    image.load()
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert line == f"ok {image.width} {image.height}"
    return image


def is_about(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(one - other) <= 25 for one, other in zip(found, colour, strict=True))


ANIMATION = [picture(), picture().rotate(180)]
KINDS = {
    "JPEG": jpeg(),
    "PNG": in_bytes(picture(), "PNG"),
    "PNG with a palette": in_bytes(picture(mode="P"), "PNG"),
    "PNG that is transparent": in_bytes(picture(mode="RGBA"), "PNG"),
    "WebP": in_bytes(picture(), "WEBP", quality=95),
    "HEIC": pictures.heic(),
    "HEIC of a second picture behind the first": pictures.heic(picture(), save_all=True),
    "JPEG for print": jpeg(picture(mode="CMYK")),
    "animated WebP": in_bytes(
        ANIMATION[0], "WEBP", save_all=True, append_images=ANIMATION[1:], duration=100, quality=95
    ),
    "animated PNG": in_bytes(ANIMATION[0], "PNG", save_all=True, append_images=ANIMATION[1:]),
    "two pictures in one, as Samsung makes them": in_bytes(
        ANIMATION[0], "MPO", save_all=True, append_images=ANIMATION[1:]
    ),
    "EXIF that points behind its end": jpeg(exif=pictures.malformed_exif()),
    "a profile that is none": jpeg(icc_profile=b"not a profile"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_of_each_kind_comes_out_as_its_first_frame_in_the_same_colours(name: str) -> None:
    image = shown(KINDS[name])
    assert image.size == (60, 40)
    assert is_about(image, (5, 20), pictures.LEFT)
    assert is_about(image, (55, 20), pictures.RIGHT)


REFUSED = {
    "empty": (b"", "empty"),
    "truncated": (jpeg(picture(600, 400))[:2500], "damaged"),
    "truncated HEIC": (pictures.heic(picture(600, 400))[:-300], "damaged"),
    "a script with the name of a picture": (b"#!/bin/sh\nrm -rf /\n", "not_a_picture"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_picture"),
    "GIF": (in_bytes(picture(mode="P"), "GIF"), "not_a_picture"),
    "TIFF": (in_bytes(picture(), "TIFF"), "not_a_picture"),
    "a PDF": (in_bytes(picture(), "PDF"), "not_a_picture"),
    "100 megapixels": (in_bytes(Image.new("1", (10_000, 10_000)), "PNG"), "too_large"),
    "decompression bomb": (pictures.bomb(), "too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_opened_is_refused_with_its_reason(name: str) -> None:
    data, why = REFUSED[name]
    assert decoder.answer(data, 2400) == (f"refused {why}", b"")
    assert Refusal(why).label


def test_nothing_of_what_the_camera_wrote_is_left() -> None:
    comment = b"Taken by Amara"
    original = jpeg(
        exif=pictures.with_place(), comment=comment, icc_profile=pictures.profile(), dpi=(300, 300)
    )
    assert b"Phone of Amara" in original
    line, content = decoder.answer(original, 2400)
    assert line == "ok 60 40"
    image = Image.open(io.BytesIO(content))
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Exif", b"Amara", b"ICC_PROFILE", b"xap"):
        assert trace not in content


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_picture_is_turned_upright(orientation: int) -> None:
    image = shown(jpeg(exif=pictures.with_place(orientation)))
    assert image.size == (40, 60)
    top, bottom = (pictures.LEFT, pictures.RIGHT)[:: 1 if orientation == 6 else -1]
    assert is_about(image, (20, 5), top)
    assert is_about(image, (20, 55), bottom)


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_heic_is_turned_once(orientation: int) -> None:
    """Its file says twice how it was held, as those of phones do."""
    held = pictures.heic(exif=pictures.with_place(orientation).tobytes())
    assert b"irot" in held
    image = shown(held)
    assert image.size == (40, 60)
    top = pictures.LEFT if orientation == 6 else pictures.RIGHT
    assert is_about(image, (20, 5), top)


def test_a_large_picture_is_made_smaller() -> None:
    assert shown(jpeg(picture(3000, 2000))).size == (2400, 1600)
    assert shown(jpeg(picture(3000, 2000)), longest=480).size == (480, 320)


def test_the_child_knows_no_secret_and_ends_at_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "never to be seen by the child")
    seen: list[object] = []
    run = subprocess.run

    def watched(*arguments: object, **options: object) -> object:
        seen.append(options["env"])
        return run(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    decode(jpeg())
    assert seen == [{}]
    limits = (
        f"import sys; sys.path.insert(0, {str(DECODER.parent)!r}); import decoder, resource as r;"
        "decoder.limit_this_process();"
        "print(r.getrlimit(r.RLIMIT_AS)[0], r.getrlimit(r.RLIMIT_CPU)[0], r.getrlimit(r.RLIMIT_FSIZE)[0]);"
    )
    told = run([sys.executable, "-c", limits + "bytearray(2_000_000_000)"], capture_output=True, text=True)
    assert told.stdout.split() == ["1500000000", "20", "0"]
    assert "MemoryError" in told.stderr


def test_the_child_answers_with_the_picture_or_the_reason() -> None:
    found = decode(pictures.heic())
    assert (found.width, found.height) == (60, 40)
    assert found.content.startswith(b"\xff\xd8\xff")
    with pytest.raises(PictureRefusedError) as refused:
        decode(pictures.bomb())
    assert refused.value.why == "too_large"
    with pytest.raises(PictureRefusedError) as refused:
        decode(jpeg() + b"\0" * 20_000_000)
    assert refused.value.why == "too_many_bytes"


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "WALL_SECONDS", 0.01)
    with pytest.raises(PictureRefusedError) as refused:
        decode(jpeg())
    assert refused.value.why == "too_large"
