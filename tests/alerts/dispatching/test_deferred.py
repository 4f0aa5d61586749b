"""A same-day alert outside opening hours is told at the opening, wherever that moves while it waits."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings

from aftercare.alerts.dispatching.deferred import follow_hours
from aftercare.alerts.models import Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.alerts.tasks import follow_hours as task
from aftercare.outbox.models import Message
from aftercare.people.actions.rota import close_on, open_on
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def dispatch(patient: Patient, procedure: Procedure, nurse: StaffMember) -> Dispatch:
    """A same-day alert of Monday evening; the clinic opens on Tuesday at 08:00, 22 hours after the procedure."""
    check_in(patient, 12, signs=["lumps"])
    return Dispatch.objects.get()


@pytest.fixture
def tuesday(dispatch: Dispatch) -> date:
    return dispatch.due_at.date()


def close(clinic: Clinic, day: date, nurse: StaffMember) -> None:
    close_on(clinic=clinic, day=day, name="A holiday", by=nurse.user, now=at(13))


def due() -> object:
    return Dispatch.objects.get().due_at


def told() -> int:
    return Message.objects.count()


def test_a_day_that_is_closed_meanwhile_moves_it_to_the_next_opening(
    dispatch: Dispatch, tuesday: date, clinic: Clinic, nurse: StaffMember
) -> None:
    close(clinic, tuesday, nurse)

    assert [follow_hours(), follow_hours()] == [1, 0]

    assert due() == at(22) + DAY
    drain(at(22))
    assert told() == 0
    drain(at(22) + DAY)
    assert told() == 1


def test_a_day_that_is_closed_in_the_last_minute_does_so_too(
    dispatch: Dispatch, tuesday: date, clinic: Clinic, nurse: StaffMember
) -> None:
    close(clinic, tuesday, nurse)

    # Before any task has looked at the clinic's hours.
    drain(at(22))

    assert (told(), due()) == (0, at(22) + DAY)


def test_a_closed_day_that_is_taken_back_moves_it_to_the_earlier_opening(
    dispatch: Dispatch, tuesday: date, clinic: Clinic, nurse: StaffMember
) -> None:
    close(clinic, tuesday, nurse)
    follow_hours()
    open_on(clinic=clinic, day=tuesday, by=nurse.user, now=at(15))

    assert follow_hours() == 1

    assert due() == at(22)
    drain(at(22))
    assert told() == 1


def test_taken_back_in_the_middle_of_the_day_it_is_told_at_once(
    dispatch: Dispatch, tuesday: date, clinic: Clinic, nurse: StaffMember
) -> None:
    close(clinic, tuesday, nurse)
    follow_hours()
    open_on(clinic=clinic, day=tuesday, by=nurse.user, now=at(25))

    follow_hours()
    drain(at(25))

    assert told() == 1


def test_longer_and_shorter_opening_hours_move_it(dispatch: Dispatch, clinic: Clinic) -> None:
    for opens, expected in (("07:00", at(21)), ("10:30", at(24.5))):
        clinic.opening_hours = {**clinic.opening_hours, "tue": [[opens, "18:00"]]}
        clinic.save()

        assert follow_hours() == 1
        assert due() == expected


def test_hours_that_now_cover_the_report_let_it_be_told_at_once(dispatch: Dispatch, clinic: Clinic) -> None:
    clinic.opening_hours = {**clinic.opening_hours, "mon": [["09:00", "24:00"]]}
    clinic.save()

    follow_hours()
    drain(at(12.5))

    assert told() == 1


def test_after_an_outage_over_the_whole_day_it_is_told_at_once(dispatch: Dispatch) -> None:
    # Late, but not a night later: an opening has passed at which it was to be told.
    drain(at(34))

    assert told() == 1


def test_what_was_told_or_is_urgent_is_left_alone(
    dispatch: Dispatch, tuesday: date, clinic: Clinic, nurse: StaffMember, patient: Patient
) -> None:
    check_in(patient, 13, signs=["pus"])
    drain(at(22))
    before = list(Dispatch.objects.order_by("pk").values_list("due_at", "drained_at"))
    close(clinic, tuesday, nurse)

    assert follow_hours() == 0
    assert list(Dispatch.objects.order_by("pk").values_list("due_at", "drained_at")) == before
    assert told() == 2


def test_one_clinic_whose_hours_cannot_be_read_keeps_no_other_waiting(
    dispatch: Dispatch,
    tuesday: date,
    clinic: Clinic,
    nurse: StaffMember,
    stranger: Patient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    check_in(stranger, 12, signs=["lumps"])
    Clinic.objects.filter(pk=stranger.clinic_id).update(opening_hours={"tue": [["nine"]]})
    close(clinic, tuesday, nurse)

    assert follow_hours() == 1

    assert Dispatch.objects.get(pk=dispatch.pk).due_at == at(22) + DAY
    assert "could not be moved" in caplog.text


def test_beat_looks_every_minute(
    dispatch: Dispatch, tuesday: date, clinic: Clinic, nurse: StaffMember, settings: LazySettings
) -> None:
    close(clinic, tuesday, nurse)

    task()

    schedule = settings.CELERY_BEAT_SCHEDULE["follow_hours"]
    assert (schedule["task"], schedule["schedule"]) == (task.name, 60)
    assert due() == at(22) + DAY
