"""Pictures past the months of their clinic are deleted, files and rows, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.checkins.models import CheckIn, Photo
from aftercare.checkins.photos import retention, upkeep
from aftercare.checkins.photos.retention import end_retention, months_before
from aftercare.people.models import Clinic, Event, Patient, StaffMember, User
from clinic.administration.actions import change_details
from tests.checkins.photos.making import make_photo
from tests.factories import ClinicFactory, PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db
HALF_A_YEAR = datetime(2026, 7, 13, 6, tzinfo=UTC)  # six months after `at(20)`


@pytest.fixture
def photo(reported: CheckIn, folder: Path) -> Photo:
    return make_photo(reported, at(20))


def keep_for(clinic: Clinic, months: int) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(photos_kept_months=months, photos_kept_since=at(20))


def files_in(folder: Path) -> int:
    return sum(one.is_file() for one in folder.rglob("*"))


@pytest.mark.parametrize(
    ("now", "months", "limit"),
    [
        ((2026, 7, 13), 6, (2026, 1, 13)),
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2028, 3, 31), 1, (2028, 2, 29)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 1, 15), 12, (2025, 1, 15)),
        ((2026, 12, 31), 25, (2024, 11, 30)),
    ],
)
def test_months_are_those_of_the_calendar(
    now: tuple[int, int, int], months: int, limit: tuple[int, int, int]
) -> None:
    assert months_before(datetime(*now, 5, tzinfo=UTC), months) == datetime(*limit, 5, tzinfo=UTC)


def test_without_a_period_pictures_stay_as_long_as_the_record(photo: Photo) -> None:
    assert end_retention(at(20) + timedelta(days=36_500)) == 0
    assert Photo.objects.kept().get() == photo


def test_a_picture_is_deleted_when_its_months_are_over(clinic: Clinic, photo: Photo, folder: Path) -> None:
    keep_for(clinic, 6)
    assert files_in(folder) == 1
    assert end_retention(HALF_A_YEAR) == 0

    later = HALF_A_YEAR + timedelta(hours=1, seconds=1)
    assert end_retention(later) == 1

    photo.refresh_from_db()
    assert (photo.key, photo.deleted_at) == ("", later)
    event = Event.objects.get(verb=Event.Verb.REMOVED_PHOTO)
    assert (event.actor, event.patient, event.subject) == (User.objects.system(), photo.patient, photo.pk)
    assert event.data == {"because": "kept_long_enough"}
    assert upkeep.delete_left_behind(later) == 1
    assert files_in(folder) == 0
    # The row goes with the next run, once its files are gone.
    assert Photo.objects.exists()
    end_retention(later + timedelta(hours=1))
    assert not Photo.objects.exists()
    assert CheckIn.objects.exists()


def test_a_row_stays_while_the_store_does_not_delete_its_file(clinic: Clinic, photo: Photo) -> None:
    keep_for(clinic, 6)
    end_retention(HALF_A_YEAR + timedelta(hours=2))
    end_retention(HALF_A_YEAR + timedelta(hours=4))
    assert Photo.objects.left_behind().get() == photo


def test_a_younger_one_and_those_of_another_clinic_stay(clinic: Clinic, photo: Photo) -> None:
    younger = make_photo(photo.check_in, HALF_A_YEAR)
    other = PatientFactory.create(clinic=ClinicFactory.create())
    ProcedureFactory.create(patient=other)
    elsewhere = make_photo(check_in(other, 20).check_in, at(20))
    keep_for(clinic, 6)

    assert end_retention(HALF_A_YEAR + timedelta(days=1)) == 1

    assert set(Photo.objects.kept()) == {younger, elsewhere}


def test_while_an_alert_is_open_the_patients_pictures_stay(
    patient: Patient, clinic: Clinic, photo: Photo, nurse: StaffMember
) -> None:
    check_in(patient, 21, signs=["pus"])
    keep_for(clinic, 6)
    now = HALF_A_YEAR + timedelta(days=1)
    assert end_retention(now) == 0

    alert = acknowledge(alert=patient.alerts.get(), by=nurse.user, now=now)
    close(alert=alert, by=nurse.user, now=now, outcome="advice_given", note="Healed long ago.")

    assert end_retention(now + timedelta(hours=1)) == 1


def test_a_change_of_the_period_deletes_nothing_for_a_week(
    clinic: Clinic, photo: Photo, manager: StaffMember
) -> None:
    typed = HALF_A_YEAR + timedelta(days=1)
    change_details(clinic=clinic, by=manager.user, now=typed, details={"photos_kept_months": 1})
    assert end_retention(typed + timedelta(days=7, seconds=-1)) == 0
    # Put right in time.
    change_details(clinic=clinic, by=manager.user, now=typed, details={"photos_kept_months": None})
    assert end_retention(typed + timedelta(days=30)) == 0
    change_details(clinic=clinic, by=manager.user, now=typed, details={"photos_kept_months": 1})
    assert end_retention(typed + timedelta(days=31)) == 1


def test_an_error_at_one_clinic_keeps_no_other_waiting(
    clinic: Clinic, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ClinicFactory.create()
    for one in (broken, clinic):
        keep_for(one, 6)
    real = retention.remove_old

    def sometimes(of: Clinic, now: datetime) -> int:
        if of == broken:
            raise ValueError("broken")
        return real(of, now)

    monkeypatch.setattr(retention, "remove_old", sometimes)
    assert end_retention(HALF_A_YEAR + timedelta(days=1)) == 1


@pytest.mark.parametrize(
    "wrong", [{"photos_kept_months": 6}, {"photos_kept_months": 0}, {"photos_kept_since": at()}]
)
def test_the_database_refuses_a_period_without_its_beginning(
    clinic: Clinic, wrong: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Clinic.objects.update(**wrong)
