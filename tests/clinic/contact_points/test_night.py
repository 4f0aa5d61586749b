"""The managers' list of who cannot be reached at night, and the question to a colleague to set up a way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aftercare.alerts.models import ContactStep
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Shift, StaffMember
from clinic.contact_points.night import NightRow, night_rows
from tests.clinic.staff_client import staff_client, words
from tests.clock import frozen_at
from tests.factories import MONDAY, at
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(MONDAY)]
PAGE = "/clinic/contact-points/"


def row_of(manager: StaffMember, member: StaffMember) -> NightRow:
    return next(row for row in night_rows(manager, MONDAY) if row.member == member)


def closed_step(position: int, *members: StaffMember, on_duty: bool = False) -> None:
    hours = ContactStep.Hours.CLOSED
    clinic = members[0].clinic
    step = ContactStep.objects.create(clinic=clinic, hours=hours, position=position, on_duty=on_duty)
    if not on_duty:
        step.members.set(members)


def test_a_single_way_is_said_to_be_the_only_one(
    manager: StaffMember, nurse: StaffMember, make_point: MakePoint, gateway: Provider
) -> None:
    make_point()

    assert row_of(manager, nurse).only == "SMS"
    assert "By SMS only" in words(staff_client(manager).get(PAGE))


def test_since_when_nothing_wakes_a_colleague_is_said(
    manager: StaffMember, nurse: StaffMember, make_point: MakePoint, gateway: Provider
) -> None:
    make_point(disabled_at=MONDAY - timedelta(days=2), disabled_because="refused")

    assert f"{nurse.user} Nurse Cannot be woken e-mail only, since Sat 10:00" in words(
        staff_client(manager).get(PAGE)
    )


def test_the_step_and_the_nights_of_who_is_named_are_shown(
    manager: StaffMember, nurse: StaffMember, clinician: StaffMember
) -> None:
    closed_step(0, nurse)
    closed_step(1, clinician)

    found = [(row_of(manager, one).step, row_of(manager, one).on_call) for one in (nurse, clinician, manager)]

    assert found == [(1, "Every night"), (2, "Every night"), (None, "")]
    assert "Nurse, step 1" in words(staff_client(manager).get(PAGE))


def test_who_has_shifts_is_on_call_in_those(
    manager: StaffMember, nurse: StaffMember, clinician: StaffMember
) -> None:
    closed_step(0, nurse, on_duty=True)
    for member, starts in ((nurse, at(8)), (clinician, at(30)), (clinician, at(54))):
        ends = starts + timedelta(hours=12)
        Shift.objects.create(clinic=nurse.clinic, member=member, starts_at=starts, ends_at=ends)
    Shift.objects.create(
        clinic=nurse.clinic, member=manager, starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=1)
    )

    assert row_of(manager, nurse).on_call == "Today from 18:00"
    assert row_of(manager, clinician).on_call == "Tue, Wed"
    assert row_of(manager, manager).on_call == "Now, until 11:00"


def test_without_steps_everybody_is_told_every_night(manager: StaffMember) -> None:
    assert row_of(manager, manager).on_call == "Every night"


def test_a_manager_asks_a_colleague_once_a_day(
    manager: StaffMember, nurse: StaffMember, gateway: Provider, mailoutbox: list[object]
) -> None:
    client = staff_client(manager)
    assert f"Ask {nurse.user}" in words(client.get(PAGE))

    said = words(client.post(f"{PAGE}ask/{nurse.pk}/", follow=True))
    assert f"{nurse.user} is asked by e-mail to set up a way." in said
    assert "Asked 10:00" in said
    assert f"Ask {nurse.user}" not in said
    said = words(client.post(f"{PAGE}ask/{nurse.pk}/", follow=True))
    assert f"{nurse.user} was asked less than a day ago. Nothing was sent." in said

    assert sweep(lambda: MONDAY) == 1
    with frozen_at(MONDAY + timedelta(days=1)):
        staff_client(manager).post(f"{PAGE}ask/{nurse.pk}/")
    assert Message.objects.filter(kind="reach_asked", recipient=nurse.user).count() == 2


def test_the_mail_says_who_asks_what_and_where(
    manager: StaffMember, nurse: StaffMember, gateway: Provider, mailoutbox: list[object]
) -> None:
    staff_client(manager).post(f"{PAGE}ask/{nurse.pk}/")
    sweep(lambda: MONDAY)

    (mail,) = mailoutbox
    assert mail.to == [nurse.user.email]  # type: ignore[attr-defined]
    assert "A manager of your clinic asks you to add a phone or a browser" in mail.body  # type: ignore[attr-defined]
    assert "/clinic/contact-points/" in mail.body  # type: ignore[attr-defined]


def test_who_has_set_up_a_way_meanwhile_is_not_asked(
    manager: StaffMember, nurse: StaffMember, make_point: MakePoint, gateway: Provider
) -> None:
    staff_client(manager).post(f"{PAGE}ask/{nurse.pk}/")
    make_point()

    assert sweep(lambda: MONDAY) == 0
    assert Message.objects.get().state == Message.State.WITHDRAWN


def test_a_colleague_of_another_clinic_cannot_be_asked(
    manager: StaffMember, outsider: StaffMember, gateway: Provider
) -> None:
    assert staff_client(manager).post(f"{PAGE}ask/{outsider.pk}/").status_code == 404
    assert staff_client(manager).post(f"{PAGE}ask/{manager.pk}/").status_code == 404
