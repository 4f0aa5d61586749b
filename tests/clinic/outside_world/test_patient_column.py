"""The patient's column beside those of the staff, and columns in which nothing has arrived."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.models import Alert
from aftercare.outbox.delivery import sweep
from aftercare.people.models import Patient, StaffMember
from tests.clinic.staff_client import proved_client, words
from tests.factories import at, check_in
from tests.fixtures import MakePoint
from tools.servers.providers.outside import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("procedure", "course_set"),
    pytest.mark.frozen_at(at(3)),
]
PAGE = "/clinic/outside-world/"


@pytest.fixture
def alert(world: World, patient: Patient) -> Alert:
    """An emergency, of which the nurse has just been told."""
    now = timezone.now()
    check_in(patient, now, emergency=["breathing"])
    sweep(lambda: now)
    newest: Alert = patient.alerts.get()
    return newest


def column(page: Any, person: object) -> list[tuple[str, str]]:
    """Return what stands in a person's column, by channel; what is said for want of items has none."""
    found = []
    for moment in page.moments:
        for phone, items, silence in moment.cells:
            if phone.user == person:
                found += [("", silence)] if silence else []
                found += [(item.channel, item.text) for item in items]
    return found


def test_the_patients_screen_stands_beside_the_phones(alert: Alert, nurse: StaffMember) -> None:
    answer = proved_client(nurse).get(PAGE)

    page = answer.context["page"]
    assert page.phones[-1].user == alert.patient.user
    headline = alert.patient.check_ins.get().advice["headline"]
    assert headline.startswith("Call ")
    assert ("screen", headline) in column(page, alert.patient.user)
    assert f"{headline} Shown at once." in words(answer)
    assert 'class="msg did"' in answer.content.decode()


def test_without_an_alert_there_is_no_column_of_a_patient(
    world: World, patient: Patient, nurse: StaffMember
) -> None:
    page = proved_client(nurse).get(PAGE).context["page"]

    assert patient.user not in [phone.user for phone in page.phones]


def test_an_empty_column_says_when_its_step_would_be_told(
    alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    client = proved_client(nurse)
    assert alert.next_escalation_at is not None
    due = timezone.localtime(alert.next_escalation_at, nurse.clinic.zone)

    page = client.get(PAGE).context["page"]

    said = f"Nothing arrived here. Step 2 would be told at {due:%H:%M}."
    assert column(page, clinician.user) == [("", said)]
    assert "" not in [channel for channel, _text in column(page, nurse.user)]

    acknowledge(alert=alert, by=nurse.user, now=timezone.now())
    page = client.get(PAGE).context["page"]
    assert column(page, clinician.user) == [("", "Nothing arrived here.")]


def test_what_is_sent_to_the_patient_stands_in_the_same_column(
    alert: Alert, nurse: StaffMember, make_point: MakePoint
) -> None:
    make_point(alert.patient.user, agreed_at=at(0))
    now = timezone.now()
    send_letter(patient=alert.patient, template="visit", by=nurse.user, now=now)
    sweep(lambda: now)

    page = proved_client(nurse).get(PAGE).context["page"]

    assert "sms" in [channel for channel, _text in column(page, alert.patient.user)]
