"""Somebody else is on duty for a stretch: it wins over the rota while it lasts, and leaves no gap unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from aftercare.alerts.models import ContactStep, Override
from aftercare.alerts.notifying.notifications import drain
from aftercare.alerts.on_call.overrides import OverrideError, remove_override, set_override
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Procedure, Shift, StaffMember
from tests.at_once import at_once
from tests.factories import at, check_in, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def night_step(clinic: Clinic, manager: StaffMember) -> ContactStep:
    """While the clinic is closed, whoever is on duty is told."""
    return ContactStep.objects.create(clinic=clinic, position=0, on_duty=True)


@pytest.fixture
def night(clinic: Clinic, nurse: StaffMember) -> Shift:
    """The nurse's shift: Monday 18:00 to Tuesday 08:00."""
    return Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(8), ends_at=at(22))


def told(clinic: Clinic, when: float | datetime) -> set[str]:
    """The first names of those whom the first step tells."""
    now = when if isinstance(when, datetime) else at(when)
    return {m.user.first_name for m in Roster.of(clinic, now).recipients(0, now)}


def override(
    member: StaffMember,
    instead_of: StaffMember | None,
    h: float,
    until: float,
    by: StaffMember,
    **now: Any,
) -> Override:
    return set_override(
        member=member,
        instead_of=instead_of,
        starts_at=at(h),
        ends_at=at(until),
        by=by.user,
        now=now.get("now", at(0)),
    )


def refused(*args: Any, **now: Any) -> str:
    with pytest.raises(OverrideError) as error:
        override(*args, **now)
    return error.value.code


def test_it_wins_over_the_rota_while_it_lasts_also_across_midnight(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    override(clinician, nurse, 12, 17, manager)  # 22:00 to 03:00

    assert [told(clinic, h) for h in (11.99, 12, 14, 16.99, 17)] == [
        {"Ruth"},
        {"Tom"},
        {"Tom"},
        {"Tom"},
        {"Ruth"},
    ]


def test_an_alert_of_that_night_goes_to_whoever_is_on_instead(
    clinic: Clinic,
    patient: Patient,
    procedure: Procedure,
    night: Shift,
    nurse: StaffMember,
    clinician: StaffMember,
    manager: StaffMember,
) -> None:
    override(clinician, nurse, 12, 17, manager)

    check_in(patient, 14, signs=["pus"])
    drain(at(14))

    to = Message.objects.filter(kind="alert_dispatch").values_list("recipient__first_name", flat=True)
    assert list(to) == ["Tom"]


def test_in_place_of_everybody_it_also_fills_a_gap(
    clinic: Clinic, night: Shift, clinician: StaffMember, manager: StaffMember
) -> None:
    override(clinician, None, 7, 12, manager)

    roster = Roster.of(clinic, at(0))
    assert [{m.user.first_name for m in roster.people_on_duty(at(h))} for h in (6, 7.5, 10, 12)] == [
        set(),
        {"Tom"},
        {"Tom"},
        {"Ruth"},
    ]


def test_a_gap_in_the_rota_is_seen_all_the_same(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    override(clinician, nurse, 8, 22, manager)

    assert Roster.of(clinic, at(9)).first_gap(at(9)) == at(22)


def test_whoever_is_replaced_may_leave_and_the_night_stays_covered(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    override(clinician, nurse, 8, 22, manager)
    Shift.objects.update(member=None)  # as an absence does

    assert told(clinic, 10) == {"Tom"}


def test_where_whoever_is_on_instead_is_away_the_rota_holds(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    override(clinician, nurse, 8, 22, manager)
    StaffMember.objects.filter(pk=clinician.pk).update(away_from=at(10))

    assert [told(clinic, h) for h in (9, 11)] == [{"Tom"}, {"Ruth"}]


def test_removed_the_rota_holds_again_and_a_second_removal_changes_nothing(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    made = override(clinician, nurse, 8, 22, manager)

    assert remove_override(override=made, by=manager.user, now=at(9))
    assert told(clinic, 10) == {"Ruth"}
    assert not remove_override(override=made, by=manager.user, now=at(9))
    what = Event.objects.filter(verb="changed_contacts").order_by("pk").values_list("data__what", flat=True)
    assert list(what) == ["override", "override_removed"]


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (-2, 8, "past"),
        (-3, -1, "past"),
        (12, 12, "order"),
        (12, 10, "order"),
        (8, 8 + 14 * 24 + 1, "long"),
        (24 * 400, 24 * 400 + 8, "far"),
        (30, 40, "no_place"),
    ],
)
def test_times_that_cannot_be_are_refused(
    night: Shift,
    nurse: StaffMember,
    clinician: StaffMember,
    manager: StaffMember,
    starts: float,
    ends: float,
    code: str,
) -> None:
    assert refused(clinician, nurse, starts, ends, manager) == code
    assert not Override.objects.exists()


def test_only_somebody_else_who_is_there_can_be_put_on_duty(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    assert refused(nurse, nurse, 8, 22, manager) == "same"
    StaffMember.objects.filter(pk=clinician.pk).update(away_from=at(20), away_until=at(21))
    assert refused(clinician, nurse, 8, 22, manager) == "away"
    StaffMember.objects.filter(pk=clinician.pk).update(away_from=None, away_until=None, is_active=False)
    assert refused(clinician, nurse, 8, 22, manager) == "gone"


def test_two_that_concern_the_same_people_at_once_are_refused_others_are_not(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    fourth, fifth = person(clinic, "Kim", "nurse"), person(clinic, "Lou", "nurse")
    Shift.objects.create(clinic=clinic, member=fourth, starts_at=at(8), ends_at=at(22))
    Shift.objects.create(clinic=clinic, member=clinician, starts_at=at(8), ends_at=at(22))
    override(clinician, nurse, 10, 12, manager)

    assert refused(nurse, clinician, 11, 13, manager) == "overlap"  # nobody would be left
    assert refused(fifth, None, 11, 13, manager) == "overlap"
    override(fifth, fourth, 11, 13, manager)
    override(clinician, nurse, 12, 13, manager)
    assert told(clinic, 11.5) == {"Tom", "Lou"}


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_is_refused(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    results = at_once(
        lambda: override(clinician, nurse, 10, 12, manager),
        lambda: override(manager, nurse, 11, 13, manager),
    )

    assert sorted(type(result).__name__ for result in results) == ["Override", "OverrideError"]
    assert Override.objects.count() == 1


def test_whoever_is_on_and_whoever_is_replaced_are_told_and_the_managers_if_it_was_somebody_else(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    made = override(clinician, nurse, 12, 17, nurse)
    sweep(lambda: at(0.1))

    texts = {one.to[0].split("@")[0]: str(one.subject) for one in mail.outbox}
    assert texts == {
        "tom": "You are on duty Mon 12 Jan, 22:00 to 03:00, in place of Ruth Test",
        "ann": "Tom Test is on duty Mon 12 Jan, 22:00 to 03:00, in place of Ruth Test",
    }
    remove_override(override=made, by=manager.user, now=at(1))
    sweep(lambda: at(1.1))
    assert {one.to[0].split("@")[0] for one in mail.outbox[2:]} == {"tom", "ruth"}


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        # 28 March 2026, 22:00 in London, to the next morning, when 01:00 becomes 02:00.
        (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC), 7),
        # 24 October 2026, 22:00 in London (summer time), to the next morning, when 02:00 becomes 01:00.
        (datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC), 9),
    ],
    ids=["spring", "autumn"],
)
def test_the_nights_on_which_the_clocks_change_have_no_gap(
    clinic: Clinic,
    nurse: StaffMember,
    clinician: StaffMember,
    manager: StaffMember,
    starts: datetime,
    ends: datetime,
    hours: int,
) -> None:
    """From 22:00 to 06:00 by the clinic's clock, in place of the nurse from 18:00 to 08:00."""
    zone = clinic.zone
    assert (starts.astimezone(zone).hour, ends.astimezone(zone).hour) == (22, 6)
    eve, morning = starts - timedelta(hours=4), ends + timedelta(hours=2)
    Shift.objects.create(clinic=clinic, member=nurse, starts_at=eve, ends_at=morning)
    set_override(
        member=clinician,
        instead_of=nurse,
        starts_at=starts,
        ends_at=ends,
        by=manager.user,
        now=eve - timedelta(days=1),
    )

    every = [starts + timedelta(minutes=30 * half) for half in range(hours * 2)]
    assert all(told(clinic, instant) == {"Tom"} for instant in every)
    assert told(clinic, starts - timedelta(minutes=1)) == {"Ruth"}
    assert told(clinic, ends) == {"Ruth"}
    assert Roster.of(clinic, eve).first_gap(eve) == morning
