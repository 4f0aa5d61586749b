"""Pictures in a real S3 server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from aftercare.checkins.models import CheckIn, PhotoArea
from aftercare.checkins.photos import files, upkeep
from aftercare.checkins.photos.actions import add_photo, remove_photo
from aftercare.environment_values import photo_store
from aftercare.people.models import Patient
from tests.checkins.photos.pictures import jpeg, picture
from tests.factories import at
from tools.servers.s3 import S3Server

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture
def server() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running


def test_a_picture_lives_in_an_s3_store_and_leaves_it(
    server: S3Server, settings: Settings, agreed: Patient, reported: CheckIn
) -> None:
    settings.STORAGES = {**settings.STORAGES, "photos": photo_store(server.url)}
    data, token = jpeg(picture(900, 600)), uuid.uuid4()

    def send() -> None:
        add_photo(
            patient=agreed,
            check_in=reported,
            area=PhotoArea.LEFT_CHEEK,
            token=token,
            data=data,
            now=at(20),
        )

    send()
    photo = agreed.photos.get()
    assert set(server.objects) == {photo.file_name}
    assert b"JFIF" not in server.objects[photo.file_name]
    assert files.read_photo(photo, is_small=False).startswith(b"\xff\xd8\xff")
    assert upkeep.make_thumbnails() == 1
    photo.refresh_from_db()
    assert len(files.read_photo(photo, is_small=True)) < photo.size
    # Written over, as after a request that was ended halfway.
    files.write(photo.thumbnail_name, b"once more", photo.key)
    assert files.read_photo(photo, is_small=True) == b"once more"
    with pytest.raises(FileNotFoundError):
        files.read("nothing-there", photo.key)
    remove_photo(photo=photo, now=at(21))
    assert upkeep.delete_left_behind(at(21)) == 1
    assert server.objects == {}
    agreed.photos.all().delete()
    wrong = server.url.replace("aftercare-secret", "another-secret")
    settings.STORAGES = {**settings.STORAGES, "photos": photo_store(wrong)}
    with pytest.raises(OSError, match="store of pictures"):
        send()
    server.stop()
    with pytest.raises(OSError, match="store of pictures"):
        send()
    assert not agreed.photos.exists()
