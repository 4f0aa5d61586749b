"""Fixed texts to a patient: sent through the outbox, kept, and shown with how far they came."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail

from aftercare.alerts.actions.patient_messages import KIND, letter_text
from aftercare.alerts.models import Alert, Letter
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.clinic.staff_client import alert_of, alert_url, staff_client, words
from tests.people import at

pytestmark = pytest.mark.usefixtures("procedure", "course_set")


@pytest.fixture
def alert(patient: Patient, procedure: Procedure) -> Alert:
    """An urgent alert, opened at 20 h."""
    return alert_of(patient, 20, signs=["pus"])


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(at(20.1), tick=False):
        yield


def send(alert: Alert, member: StaffMember, template: str = "could_not_reach") -> object:
    return staff_client(member).post(alert_url(alert, "letters"), {"template": template})


def test_a_message_to_the_patient_leaves_and_is_in_the_history(alert: Alert, nurse: StaffMember) -> None:
    response = send(alert, nurse)
    assert response.headers["Location"] == alert_url(alert)  # type: ignore[attr-defined]
    letter = Letter.objects.get()
    assert (letter.patient, letter.alert, letter.by) == (alert.patient, alert, nurse.user)
    assert Event.objects.get(verb=Event.Verb.SENT_LETTER).subject == letter.pk
    message = Message.objects.get(kind=KIND)
    assert message.recipient == alert.patient.user
    page = words(staff_client(nurse).get(alert_url(alert)))
    assert "Ruth Test sent the patient “We could not reach you”: waiting." in page

    sweep(lambda: at(20.2))

    sent = [one for one in mail.outbox if one.to == [alert.patient.user.email]]
    assert [one.subject for one in sent] == ["We could not reach you"]
    assert "We tried to call you" in str(sent[0].body)
    assert alert.patient.user.first_name not in str(sent[0].body)
    page = words(staff_client(nurse).get(alert_url(alert)))
    assert "handed over at 06:12." in page


def test_the_page_shows_what_each_message_says(alert: Alert, nurse: StaffMember) -> None:
    page = words(staff_client(nurse).get(alert_url(alert)))
    for template in Letter.Template:
        for line in letter_text(template, nurse.clinic, at(20.1)).splitlines():
            assert line in page


def test_pressing_twice_sends_once(alert: Alert, nurse: StaffMember, colleague: StaffMember) -> None:
    send(alert, nurse)
    response = send(alert, colleague)
    assert "This went to the patient a moment ago." in words(response)
    assert Letter.objects.count() == Message.objects.filter(kind=KIND).count() == 1
    assert send(alert, colleague, "visit").status_code == 302  # type: ignore[attr-defined]


@pytest.mark.parametrize("template", ["", "buy_now"])
def test_without_a_known_text_nothing_is_sent(alert: Alert, nurse: StaffMember, template: str) -> None:
    response = send(alert, nurse, template)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert not Letter.objects.exists()


def test_a_message_is_no_call(alert: Alert, nurse: StaffMember) -> None:
    staff_client(nurse).post(alert_url(alert, "acknowledge"))
    alert.refresh_from_db()
    until = alert.follow_up_at
    send(alert, nurse)
    alert.refresh_from_db()
    assert alert.follow_up_at == until is not None
