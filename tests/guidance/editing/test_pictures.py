"""Pictures: what a camera wrote into them is gone, and only what pages show is served."""

from __future__ import annotations

import resource
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.images import get_image_model

from aftercare.guidance.editing.picture_decoding import TooManyPixelsError, UnreadableError, redrawn
from aftercare.guidance.models import Picture
from aftercare.people.models import Clinic, User
from tests.guidance.drawing import grey_png, photograph, png
from tests.guidance.writing import published

pytestmark = pytest.mark.django_db


def upload(editor: User, data: bytes, name: str) -> Any:
    """The answer to an editor's upload."""
    client = Client()
    client.force_login(editor)
    return client.post(
        "/admin/images/add/", {"title": "Cheek", "file": SimpleUploadedFile(name, data), "collection": "1"}
    )


def test_an_uploaded_photograph_is_kept_upright_and_without_place_and_camera(editor: User) -> None:
    assert b"Camera of somebody" in photograph()
    upload(editor, photograph(), "cheek.jpg")
    kept = get_image_model().objects.get()
    with kept.file.open() as file:
        data = file.read()
    assert b"Camera of somebody" not in data
    assert not Image.open(BytesIO(data)).getexif()
    assert (kept.width, kept.height) == (20, 40)


def test_what_is_no_picture_is_refused(editor: User) -> None:
    for name, data in (("cheek.jpg", b"<script>alert(1)</script>"), ("cheek.svg", b"<svg/>")):
        assert upload(editor, data, name).status_code == 200, name
    assert not get_image_model().objects.exists()


def test_a_picture_of_121_megapixels_in_117_kilobytes_is_refused_and_takes_no_memory(editor: User) -> None:
    bomb = grey_png(side=11_000)
    assert 115_000 < len(bomb) < 120_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = upload(editor, bomb, "cheek.png")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert "more than 25 million pixels" in page.content.decode()
    assert not get_image_model().objects.exists()
    assert grown < 60_000  # kilobytes; drawn, it has 121,000


def test_what_has_too_many_pixels_is_refused_by_its_header_alone() -> None:
    with pytest.raises(TooManyPixelsError):
        redrawn(grey_png(side=11_000, data=b"this is no picture"))
    with pytest.raises(UnreadableError):
        redrawn(grey_png(side=100, data=b"this is no picture"))


def test_the_largest_picture_is_drawn_within_the_memory_that_there_is() -> None:
    drawn = Image.open(BytesIO(redrawn(grey_png(side=5000))))
    assert drawn.size == (5000, 5000)
    with pytest.raises(TooManyPixelsError):
        redrawn(grey_png(side=5001))


@pytest.mark.parametrize("limits", [{"memory": 150_000_000}, {"seconds": 0.05}], ids=["memory", "time"])
def test_what_takes_more_memory_or_time_than_there_is_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        redrawn(grey_png(side=5000), **limits)


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "BMP"])
def test_a_picture_of_another_format_is_refused_whatever_its_name(editor: User, kind: str) -> None:
    written = BytesIO()
    Image.new("RGB", (40, 40)).save(written, format=kind)
    upload(editor, written.getvalue(), "cheek.png")
    assert not get_image_model().objects.exists()


@pytest.mark.parametrize(("kind", "name"), [("WEBP", "cheek.webp"), ("PNG", "cheek.png"), ("JPEG", "c.jpeg")])
def test_the_formats_of_articles_are_taken(editor: User, kind: str, name: str) -> None:
    written = BytesIO()
    Image.new("RGBA" if kind != "JPEG" else "CMYK", (40, 30)).save(written, format=kind)
    upload(editor, written.getvalue(), name)
    kept = get_image_model().objects.get()
    assert (kept.width, kept.height) == (40, 30)


def test_a_page_shows_a_picture_with_its_alternative_text(clinic: Clinic, editor: User) -> None:
    upload(editor, png(), "cheek.png")
    image = get_image_model().objects.get()
    article = published()
    Picture.objects.create(article=article, image=image, alternative_text="A brown cheek", caption="Day two")
    page = Client().get("/guidance/wash/").content.decode()
    assert 'alt="A brown cheek"' in page
    assert "Day two" in page
    address = page.split('src="/media/')[1].split('"')[0]
    shown = Client().get(f"/media/{address}")
    assert shown.status_code == 200
    assert shown["Cache-Control"].startswith("public")
    shown.close()


def test_nothing_else_of_the_media_folder_is_served(editor: User) -> None:
    upload(editor, photograph(), "cheek.jpg")
    kept = get_image_model().objects.get()
    for path in (
        f"/media/{kept.file.name}",
        f"/media/images/../{kept.file.name}",
        "/media/images/",
        "/media/",
    ):
        assert Client().get(path).status_code in (400, 404), path
