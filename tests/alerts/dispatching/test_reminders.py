"""Once a day: same-day alerts before closing, routine ones after opening. Holidays, clock changes, outages."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.dispatching import reminders
from aftercare.alerts.dispatching.reminders import remind
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import drain, render
from aftercare.outbox.models import Message
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.factories import ClinicFactory, at, check_in

pytestmark = pytest.mark.django_db


def told(reason: str) -> list[datetime]:
    due = Dispatch.objects.filter(reason=reason).order_by("due_at")
    return [dispatch.due_at for dispatch in due]


def every_quarter(first: datetime, hours: float) -> None:
    for quarter in range(int(hours * 4) + 1):
        remind(first + timedelta(minutes=15 * quarter))


@pytest.fixture
def same_day(patient: Patient, procedure: Procedure, nurse: StaffMember) -> Patient:
    """A patient with a same-day alert, opened on Monday at 11:00."""
    check_in(patient, 1, signs=["lumps"])
    return patient


@pytest.fixture
def routine(patient: Patient, procedure: Procedure, nurse: StaffMember) -> Patient:
    """A patient with a routine alert, opened on Monday at 11:00."""
    check_in(patient, 1, signs=["patches"])
    return patient


def test_same_day_alerts_are_reminded_of_once_in_the_last_hour(same_day: Patient) -> None:
    every_quarter(at(1), 29)

    # The clinic closes at 18:00. What is still open is told again on Tuesday.
    assert told("closing") == [at(7)]
    every_quarter(at(30), 3)
    assert told("closing") == [at(7), at(31)]


def test_after_an_outage_over_closing_time_nothing_late_is_told(same_day: Patient) -> None:
    remind(at(8))
    assert told("closing") == []

    remind(at(7.9))
    drain(at(8.1))
    assert not Message.objects.filter(subject=Dispatch.objects.get(reason="closing").pk).exists()


def test_a_reminder_that_is_late_at_the_moment_of_sending_is_not_sent(same_day: Patient) -> None:
    remind(at(7.5))
    drain(at(7.5))
    message = Message.objects.get(subject=Dispatch.objects.get(reason="closing").pk)

    content = render(message, at(7.9))
    assert content
    assert "one check-in" in content.body
    assert render(message, at(8)) is None


def test_what_is_closed_meanwhile_is_not_reminded_of(same_day: Patient, nurse: StaffMember) -> None:
    remind(at(7.5))
    drain(at(7.5))
    message = Message.objects.get(subject=Dispatch.objects.get(reason="closing").pk)
    acknowledge(alert=same_day.alerts.get(), by=nurse.user, now=at(7.5))
    assert render(message, at(7.6)) is not None

    close(alert=same_day.alerts.get(), by=nurse.user, now=at(7.6), outcome="advice_given", note="Seen.")
    assert render(message, at(7.6)) is None


def test_the_routine_list_is_told_once_each_working_day(routine: Patient) -> None:
    every_quarter(at(1), 24 * 7)

    # At 11:00 on Monday, when it came up, then at 08:00 on every working day, and not at the weekend.
    assert told("digest") == [at(1), at(22), at(46), at(70), at(94), at(166)]


def test_no_digest_on_a_closed_day(routine: Patient) -> None:
    Clinic.objects.update(closed_days={"2026-01-13": "Staff day"})
    every_quarter(at(2), 46)

    assert told("digest") == [at(2), at(46)]


def test_a_clinic_that_never_closes_is_told_in_the_morning_and_reminded_of_nothing(
    routine: Patient, same_day: Patient
) -> None:
    Clinic.objects.update(opening_hours=ALWAYS_OPEN)
    every_quarter(at(10), 24)

    assert told("digest") == [at(10), at(23)]  # Monday 20:00, then Tuesday 09:00
    assert told("closing") == []


def test_without_anything_that_waits_nothing_is_told(patient: Patient, nurse: StaffMember) -> None:
    every_quarter(at(0), 9)

    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(
    ("zone", "closing"),
    [
        # The last day before, and the first after the clock change of 29 March 2026; 17:00 is an hour earlier in UTC.
        ("2026-03-27", datetime(2026, 3, 27, 17, tzinfo=UTC)),
        ("2026-03-30", datetime(2026, 3, 30, 16, tzinfo=UTC)),
    ],
)
def test_closing_time_is_on_the_clinics_clock(
    patient: Patient, nurse: StaffMember, zone: str, closing: datetime
) -> None:
    check_in(patient, closing - timedelta(hours=4), signs=["lumps"])
    every_quarter(closing - timedelta(hours=3), 4)

    assert told("closing") == [closing]


def test_one_clinics_fault_keeps_no_other_from_being_reminded(
    same_day: Patient,
    stranger: Patient,
    outsider: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    check_in(stranger, 1, signs=["lumps"])
    before_closing = reminders.before_closing

    def fails_for_the_first(clinic: Clinic, now: datetime) -> reminders.Reminder | None:
        if clinic == same_day.clinic:
            raise ValueError("a fault")
        return before_closing(clinic, now)

    monkeypatch.setattr(reminders, "before_closing", fails_for_the_first)

    assert remind(at(7.5)) == 1
    assert Dispatch.objects.get(reason="closing").clinic == stranger.clinic
    assert "failed for clinic" in caplog.text


def test_a_reminder_that_cannot_be_written_keeps_no_other_from_being_written(
    same_day: Patient,
    stranger: Patient,
    outsider: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    check_in(stranger, 1, signs=["lumps"])
    create_once = reminders.create_once

    def fails_for_the_first(reminder: reminders.Reminder, alerts: Sequence[Alert], now: datetime) -> bool:
        if reminder.clinic == same_day.clinic:
            raise ValueError("a fault")
        return create_once(reminder, alerts, now)

    monkeypatch.setattr(reminders, "create_once", fails_for_the_first)

    assert remind(at(7.5)) == 1
    assert Dispatch.objects.get(reason="closing").clinic == stranger.clinic
    assert "failed for clinic" in caplog.text


def test_a_clinic_that_closes_at_midnight_is_reminded_and_told_of_the_next_day(
    same_day: Patient, routine: Patient
) -> None:
    week = {day: [["08:00", "24:00"]] if day == "mon" else [["00:00", "18:00"]] for day in ("mon", "tue")}
    Clinic.objects.update(opening_hours=week)
    every_quarter(at(2), 24)

    # The list of Tuesday has the same key, midnight, as the closing of Monday.
    assert told("closing") == [at(13)]
    assert told("digest") == [at(2), at(23)]


def test_the_queries_of_a_minute_do_not_grow_with_the_clinics(
    same_day: Patient, routine: Patient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ClinicFactory.create_batch(5)

    # At 17:30 both reminders of all six clinics are due. Those of the first are written, and five have nothing to say.
    assert remind(at(7.5)) == 2
    with django_assert_num_queries(4):
        assert remind(at(7.5)) == 0


def test_a_reminder_of_several_patients_names_their_number(
    same_day: Patient, stranger: Patient, nurse: StaffMember
) -> None:
    Patient.objects.filter(pk=stranger.pk).update(clinic=same_day.clinic)
    stranger.refresh_from_db()
    check_in(stranger, 2, signs=["lumps"])
    remind(at(7.5))
    drain(at(7.5))

    content = render(Message.objects.get(subject=Dispatch.objects.get(reason="closing").pk), at(7.5))
    assert content
    assert "2 check-ins" in content.body
    assert "Amara" not in content.body
