"""Fixed texts to a patient: sent through the outbox, kept, and shown with how far they came."""

from __future__ import annotations

import pytest
from django.core import mail

from aftercare.alerts.actions.patient_messages import KIND, letter_text
from aftercare.alerts.models import Alert, Letter
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Event, StaffMember
from tests.clinic.staff_client import alert_url, staff_client, words
from tests.factories import at

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]


def send(alert: Alert, member: StaffMember, template: str = "could_not_reach") -> object:
    return staff_client(member).post(alert_url(alert, "letters"), {"template": template})


def test_a_message_to_the_patient_leaves_and_is_in_the_history(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    response = send(urgent_alert, nurse)
    assert response.headers["Location"] == alert_url(urgent_alert)  # type: ignore[attr-defined]
    letter = Letter.objects.get()
    assert (letter.patient, letter.alert, letter.by) == (urgent_alert.patient, urgent_alert, nurse.user)
    assert Event.objects.get(verb=Event.Verb.SENT_LETTER).subject == letter.pk
    message = Message.objects.get(kind=KIND)
    assert message.recipient == urgent_alert.patient.user
    page = words(staff_client(nurse).get(alert_url(urgent_alert)))
    assert "Ruth Test sent the patient “We could not reach you”: waiting." in page

    sweep(lambda: at(20.2))

    sent = [one for one in mail.outbox if one.to == [urgent_alert.patient.user.email]]
    assert [one.subject for one in sent] == ["We could not reach you"]
    assert "We tried to call you" in str(sent[0].body)
    assert urgent_alert.patient.user.first_name not in str(sent[0].body)
    page = words(staff_client(nurse).get(alert_url(urgent_alert)))
    assert "handed over at 06:12." in page


def test_the_page_shows_what_each_message_says(urgent_alert: Alert, nurse: StaffMember) -> None:
    page = words(staff_client(nurse).get(alert_url(urgent_alert)))
    for template in Letter.Template:
        for line in letter_text(template, nurse.clinic, at(20.1)).splitlines():
            assert line in page


def test_pressing_twice_sends_once(urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember) -> None:
    send(urgent_alert, nurse)
    response = send(urgent_alert, clinician)
    assert "This went to the patient a moment ago." in words(response)
    assert Letter.objects.count() == Message.objects.filter(kind=KIND).count() == 1
    assert send(urgent_alert, clinician, "visit").status_code == 302  # type: ignore[attr-defined]


@pytest.mark.parametrize("template", ["", "buy_now"])
def test_without_a_known_text_nothing_is_sent(urgent_alert: Alert, nurse: StaffMember, template: str) -> None:
    response = send(urgent_alert, nurse, template)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert not Letter.objects.exists()


def test_a_message_is_no_call(urgent_alert: Alert, nurse: StaffMember) -> None:
    staff_client(nurse).post(alert_url(urgent_alert, "acknowledge"))
    urgent_alert.refresh_from_db()
    until = urgent_alert.follow_up_at
    send(urgent_alert, nurse)
    urgent_alert.refresh_from_db()
    assert urgent_alert.follow_up_at == until is not None
