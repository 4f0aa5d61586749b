"""Whom the contact steps reach: in hours and out of them, on duty or not, away or gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import ContactStep, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.models import Message
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic, Patient, Procedure, Shift, StaffMember
from tests.factories import StaffMemberFactory, at, check_in

pytestmark = pytest.mark.django_db

OPEN, CLOSED = ContactStep.Hours.OPEN, ContactStep.Hours.CLOSED


def step(clinic: Clinic, position: int, *members: StaffMember, **fields: Any) -> ContactStep:
    made = ContactStep.objects.create(clinic=clinic, position=position, **fields)
    made.members.set(members)
    return made


def told(clinic: Clinic, h: float, position: int = 0) -> set[str]:
    """The first names of those who are told at a position, at `h` hours after Monday 10:00."""
    clinic.refresh_from_db()
    return {m.user.first_name for m in Roster.of(clinic, at(h)).recipients(position, at(h))}


def test_while_the_clinic_is_closed_its_out_of_hours_contacts_are_told(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    step(clinic, 0, nurse)
    step(clinic, 0, clinician, hours=CLOSED)

    # Open on Monday until 18:00, and from Tuesday 08:00 on.
    assert [told(clinic, h) for h in (0, 7.99, 8, 21.9, 22)] == [
        {"Ruth"},
        {"Ruth"},
        {"Tom"},
        {"Tom"},
        {"Ruth"},
    ]


def test_without_contacts_for_closed_hours_the_steps_hold_day_and_night(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    step(clinic, 0, nurse)
    step(clinic, 1, clinician)

    assert told(clinic, 12, position=1) == {"Tom"}


def test_a_closed_day_is_out_of_hours(clinic: Clinic, nurse: StaffMember, clinician: StaffMember) -> None:
    step(clinic, 0, nurse)
    step(clinic, 0, clinician, hours=CLOSED)
    Clinic.objects.update(closed_days={"2026-01-12": "Staff day"})

    assert told(clinic, 0) == {"Tom"}


def test_who_is_on_duty_is_told_for_as_long_as_the_shift_lasts(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    step(clinic, 0, on_duty=True)
    Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(0), ends_at=at(4))
    Shift.objects.create(clinic=clinic, member=clinician, starts_at=at(4), ends_at=at(8))

    assert [told(clinic, h) for h in (0, 3.99, 4)] == [{"Ruth"}, {"Ruth"}, {"Tom"}]


@pytest.mark.parametrize(
    ("starts", "ends", "instant", "is_told"),
    [
        # The night of 25 October 2026 has 25 hours, that of 29 March 23: a shift is told by instants.
        ("2026-10-24T22:00+01:00", "2026-10-25T06:00+00:00", "2026-10-25T01:30+01:00", True),
        ("2026-10-24T22:00+01:00", "2026-10-25T06:00+00:00", "2026-10-25T01:30+00:00", True),
        ("2026-10-24T22:00+01:00", "2026-10-25T01:00+01:00", "2026-10-25T01:30+01:00", False),
        ("2026-03-28T22:00+00:00", "2026-03-29T06:00+01:00", "2026-03-29T05:59+01:00", True),
        ("2026-03-28T22:00+00:00", "2026-03-29T06:00+01:00", "2026-03-29T05:30+00:00", False),
    ],
)
def test_a_shift_over_a_clock_change(
    clinic: Clinic,
    nurse: StaffMember,
    clinician: StaffMember,
    starts: str,
    ends: str,
    instant: str,
    is_told: bool,
) -> None:
    step(clinic, 0, on_duty=True)
    Shift.objects.create(
        clinic=clinic,
        member=nurse,
        starts_at=datetime.fromisoformat(starts).astimezone(UTC),
        ends_at=datetime.fromisoformat(ends).astimezone(UTC),
    )
    now = datetime.fromisoformat(instant).astimezone(UTC)

    # Nobody on duty: everybody is told, the colleague too.
    people = Roster.of(clinic, now).recipients(0, now)
    assert (people == [nurse]) == is_told


def test_who_is_away_is_not_told_from_the_first_instant_to_the_last(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    step(clinic, 0, nurse, clinician)
    StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(1), away_until=at(3))

    assert [told(clinic, h) for h in (0.99, 1, 2.99, 3)] == [
        {"Ruth", "Tom"},
        {"Tom"},
        {"Tom"},
        {"Ruth", "Tom"},
    ]


def test_where_everybody_is_away_everybody_is_told_all_the_same(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    StaffMember.objects.update(away_from=at(0))

    assert told(clinic, 1) == {"Ruth", "Tom"}


def test_a_step_with_less_time_is_followed_by_the_next_sooner(
    clinic: Clinic, patient: Patient, procedure: Procedure, nurse: StaffMember, clinician: StaffMember
) -> None:
    step(clinic, 0, nurse, wait_min=5)
    step(clinic, 1, clinician)
    check_in(patient, 1, signs=["pus"])
    drain(at(1))

    assert escalate(at(1, minutes=4.9)) == 0
    assert escalate(at(1, minutes=5)) == 1
    drain(at(1, minutes=5))
    assert set(Message.objects.values_list("recipient__first_name", flat=True)) == {"Ruth", "Tom"}


def test_a_step_with_more_time_never_stretches_the_ten_minutes_of_an_emergency(
    clinic: Clinic, patient: Patient, procedure: Procedure, nurse: StaffMember, clinician: StaffMember
) -> None:
    for position, member in enumerate((nurse, clinician, nurse)):
        step(clinic, position, member, wait_min=30)
    check_in(patient, 1, emergency=["eye"])
    drain(at(1))

    for minute in range(25):
        escalate(at(1) + timedelta(minutes=minute))
    turns = Dispatch.objects.filter(reason="unacknowledged").order_by("decided_at")
    assert [(turn.decided_at, turn.step) for turn in turns] == [
        (at(1, minutes=10), 1),
        (at(1, minutes=20), 2),
    ]


class TestGaps:
    """The standing warning: from when no step reaches anybody."""

    def gap(self, clinic: Clinic, h: float = 0) -> datetime | None:
        clinic.refresh_from_db()
        return Roster.of(clinic, at(h)).first_gap(at(h))

    def test_a_clinic_without_steps_is_warned_now(self, clinic: Clinic, nurse: StaffMember) -> None:
        assert self.gap(clinic) == at(0)

    def test_a_named_person_who_is_there_closes_every_gap(self, clinic: Clinic, nurse: StaffMember) -> None:
        step(clinic, 0, nurse)

        assert self.gap(clinic) is None

    def test_an_absence_that_leaves_a_step_empty_is_a_gap_from_its_first_instant(
        self, clinic: Clinic, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        step(clinic, 0, nurse)
        StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(30), away_until=at(40))

        assert self.gap(clinic) == at(30)
        step(clinic, 1, clinician)
        assert self.gap(clinic) is None

    def test_a_rota_with_a_hole_is_a_gap_where_the_hole_begins(
        self, clinic: Clinic, nurse: StaffMember
    ) -> None:
        Clinic.objects.update(opening_hours=ALWAYS_OPEN)
        step(clinic, 0, on_duty=True)
        Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(-1), ends_at=at(5))
        Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(6), ends_at=at(200))

        assert self.gap(clinic) == at(5)
        assert self.gap(clinic, 6) is None

    def test_contacts_for_closed_hours_that_reach_nobody_are_a_gap_from_closing(
        self, clinic: Clinic, nurse: StaffMember
    ) -> None:
        step(clinic, 0, nurse)
        step(clinic, 0, on_duty=True, hours=CLOSED)

        assert self.gap(clinic) == at(8)


def test_the_roster_of_one_clinic_is_that_among_several(
    clinic: Clinic,
    nurse: StaffMember,
    clinician: StaffMember,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    other = StaffMemberFactory.create()
    gone = StaffMemberFactory.create(clinic=clinic, is_active=False)
    step(clinic, 1, clinician, nurse, gone)
    step(clinic, 0)
    step(clinic, 0, nurse, hours=CLOSED)
    step(other.clinic, 0, other)
    with django_assert_num_queries(2):
        alone = Roster.of(clinic, at(1))
    with django_assert_num_queries(2):
        among = Roster.of_all([clinic, other.clinic], at(1))[clinic.pk]
    assert (alone.steps, alone.members, alone.everybody) == (among.steps, among.members, among.everybody)
    assert [one.position for one in alone.steps] == [0, 1, 0]
    assert set(alone.everybody) == {nurse, clinician}
    assert [one.user.first_name for one in alone.everybody] == [
        one.user.first_name for one in among.everybody
    ]
