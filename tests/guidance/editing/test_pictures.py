"""Pictures: what a camera wrote into them is gone, and only what pages show is served."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.images import get_image_model

from aftercare.guidance.models import Picture
from aftercare.people.models import Clinic, User
from tests.guidance.drawing import photograph, png
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
