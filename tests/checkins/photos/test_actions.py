"""A picture is taken in once, encrypted, and gone once it was removed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError

from aftercare.checkins.models import CheckIn, Photo, PhotoArea
from aftercare.checkins.photos import actions, files, upkeep
from aftercare.checkins.photos.actions import (
    BusyError,
    NoConsentError,
    TooManyPhotosError,
    add_photo,
    remove_photo,
)
from aftercare.checkins.photos.areas import areas_of
from aftercare.checkins.photos.consent import agree_to_photos, end_photo_consent, has_agreed
from aftercare.checkins.photos.decoding import Picture, PictureRefusedError
from aftercare.people.encryption.cipher import DecryptionError
from aftercare.people.models import Event, Patient, Procedure
from tests.checkins.photos.pictures import jpeg, picture
from tests.factories import at

pytestmark = pytest.mark.django_db

Send = Callable[..., Photo]
NOW = at(20)


@pytest.fixture
def send(agreed: Patient, reported: CheckIn, folder: Path) -> Send:
    """Send a picture of the left cheek with the check-in."""

    def sent(token: uuid.UUID | None = None, data: bytes | None = None, now: datetime = NOW) -> Photo:
        return add_photo(
            patient=agreed,
            check_in=reported,
            area=PhotoArea.LEFT_CHEEK,
            token=token or uuid.uuid4(),
            data=jpeg() if data is None else data,
            now=now,
        )

    return sent


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the child process out, of which another file is about."""
    monkeypatch.setattr(actions, "decode", lambda data: Picture(content=data, width=60, height=40))


def verbs(patient: Patient) -> list[str]:
    return [event.verb for event in patient.events.order_by("pk")]


def test_a_picture_is_kept_encrypted_under_a_name_that_says_nothing(send: Send, folder: Path) -> None:
    photo = send()
    assert photo.is_kept
    assert (photo.width, photo.height) == (60, 40)
    stored = (folder / f"{photo.pk.hex}.photo").read_bytes()
    assert b"\xff\xd8\xff" not in stored[:200]
    assert b"JFIF" not in stored
    content = files.read_photo(photo, is_small=False)
    assert content.startswith(b"\xff\xd8\xff")
    assert len(content) == photo.size
    assert verbs(photo.patient)[-1] == "sent_photo"
    assert (folder / f"{photo.pk.hex}.photo").stat().st_mode & 0o077 == 0


def test_a_file_that_was_changed_or_swapped_is_not_shown(send: Send, folder: Path, quickly: None) -> None:
    photo, other = send(), send()
    mine, theirs = folder / photo.file_name, folder / other.file_name
    theirs.write_bytes(mine.read_bytes())
    with pytest.raises(DecryptionError):
        files.read_photo(other, is_small=False)
    content = bytearray(mine.read_bytes())
    content[-1] ^= 1
    mine.write_bytes(content)
    with pytest.raises(DecryptionError):
        files.read_photo(photo, is_small=False)


def test_the_same_picture_sent_twice_is_one(send: Send, quickly: None) -> None:
    token = uuid.uuid4()
    first, second = send(token), send(token)
    assert first.pk == second.pk
    assert Photo.objects.count() == 1
    assert verbs(first.patient).count("sent_photo") == 1


def test_a_removed_picture_is_not_sent_again(send: Send, quickly: None) -> None:
    token = uuid.uuid4()
    remove_photo(photo=send(token), now=at(21))
    assert not send(token).is_kept
    assert not Photo.objects.kept().exists()


def test_without_consent_nothing_is_taken(patient: Patient, reported: CheckIn, folder: Path) -> None:
    with pytest.raises(NoConsentError):
        add_photo(
            patient=patient,
            check_in=reported,
            area=PhotoArea.FACE,
            token=uuid.uuid4(),
            data=jpeg(),
            now=at(20),
        )
    assert not Photo.objects.exists()
    assert not folder.exists()


def test_a_check_in_takes_six(send: Send, quickly: None) -> None:
    sent = [send() for _number in range(6)]
    with pytest.raises(TooManyPhotosError):
        send()
    remove_photo(photo=sent[0], now=at(21))
    assert send().is_kept


def test_bad_input_leaves_nothing_and_the_check_in_as_it_was(
    send: Send, reported: CheckIn, folder: Path
) -> None:
    before = CheckIn.objects.filter(pk=reported.pk).values().get()
    with pytest.raises(PictureRefusedError):
        send(data=b"#!/bin/sh\n")
    assert not Photo.objects.exists()
    assert not folder.exists()
    assert CheckIn.objects.filter(pk=reported.pk).values().get() == before


def test_a_store_that_fails_leaves_nothing(send: Send, folder: Path, quickly: None) -> None:
    folder.write_text("a file where the folder would be")
    with pytest.raises(OSError, match="pictures"):
        send()
    assert not Photo.objects.exists()
    folder.unlink()
    assert send().is_kept


def test_one_picture_at_a_time_is_taken_in(send: Send, quickly: None) -> None:
    with actions._taking_in, pytest.raises(BusyError):
        send()
    assert send().is_kept


def test_what_another_request_is_storing_is_not_stored_twice(send: Send, quickly: None) -> None:
    token = uuid.uuid4()
    photo = send(token)
    Photo.objects.update(stored_at=None)
    with pytest.raises(BusyError):
        send(token, now=at(20, seconds=100))
    again = send(token, now=at(20, seconds=121))
    assert again.is_kept
    assert again.pk != photo.pk


def test_a_removed_picture_cannot_be_read_and_its_files_are_deleted(send: Send, folder: Path) -> None:
    photo = send()
    assert upkeep.make_thumbnails() == 1
    assert len(list(folder.iterdir())) == 2
    remove_photo(photo=photo, now=at(21))
    photo.refresh_from_db()
    assert photo.key == ""
    assert verbs(photo.patient)[-1] == "removed_photo"
    assert upkeep.delete_left_behind(at(21)) == 1
    assert list(folder.iterdir()) == []
    assert upkeep.delete_left_behind(at(22)) == 0


def test_files_are_deleted_once_the_store_answers_again(send: Send, folder: Path, quickly: None) -> None:
    remove_photo(photo=send(), now=at(21))
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")
    assert upkeep.delete_left_behind(at(21)) == 0
    folder.unlink()
    aside.rename(folder)
    assert upkeep.delete_left_behind(at(22)) == 1
    assert list(folder.iterdir()) == []


def test_what_was_never_stored_whole_is_deleted(send: Send, folder: Path, quickly: None) -> None:
    send()
    Photo.objects.update(stored_at=None)
    upkeep.delete_left_behind(at(20, seconds=119))
    assert Photo.objects.exists()
    upkeep.delete_left_behind(at(20, seconds=120))
    assert not Photo.objects.exists()
    assert list(folder.iterdir()) == []


def test_a_small_picture_is_made_once_and_shown(send: Send) -> None:
    photo = send(data=jpeg(picture(1200, 800)))
    assert files.read_photo(photo, is_small=True) == files.read_photo(photo, is_small=False)
    assert upkeep.make_thumbnails() == 1
    photo.refresh_from_db()
    assert len(files.read_photo(photo, is_small=True)) < photo.size
    assert upkeep.make_thumbnails() == 0


def test_a_picture_that_cannot_be_made_small_holds_up_no_other(
    send: Send, folder: Path, quickly: None
) -> None:
    broken, whole = send(now=at(20)), send(now=at(21))
    (folder / broken.file_name).write_bytes(b"broken")
    assert upkeep.make_thumbnails() == 1
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.thumbnail, whole.thumbnail) == ("failed", "made")


def test_consent_is_asked_once_and_taken_back_with_every_picture(
    send: Send, agreed: Patient, quickly: None
) -> None:
    agree_to_photos(patient=agreed, now=at(21))
    assert verbs(agreed).count("agreed_to_photos") == 1
    send()
    end_photo_consent(patient=agreed, now=at(22))
    assert not has_agreed(agreed)
    assert not Photo.objects.kept().exists()
    ended = agreed.events.get(verb=Event.Verb.ENDED_PHOTOS)
    assert ended.data == {"photos": 1}
    end_photo_consent(patient=agreed, now=at(23))
    assert agreed.events.filter(verb=Event.Verb.ENDED_PHOTOS).count() == 1
    agree_to_photos(patient=agreed, now=at(24))
    assert has_agreed(agreed)


def test_the_database_keeps_no_key_of_a_removed_picture(send: Send, quickly: None) -> None:
    photo = send()
    with pytest.raises(IntegrityError, match="removed_photo_has_no_key"):
        Photo.objects.filter(pk=photo.pk).update(deleted_at=at(21))


def test_the_parts_of_the_treated_areas_are_offered(reported: CheckIn, procedure: Procedure) -> None:
    assert PhotoArea.LEFT_CHEEK in areas_of(reported)
    Procedure.objects.filter(pk=procedure.pk).update(area="cheeks")
    again = CheckIn.objects.get(pk=reported.pk)
    assert areas_of(again) == [PhotoArea.LEFT_CHEEK, PhotoArea.RIGHT_CHEEK]
    Procedure.objects.filter(pk=procedure.pk).update(area="left knee")
    assert areas_of(CheckIn.objects.get(pk=reported.pk)) == [PhotoArea.TREATED]
