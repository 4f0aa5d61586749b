"""Letters are shown on today until they are opened, then in the history."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.alerts.actions.patient_messages import TEXTS, send_letter
from aftercare.alerts.models import Letter
from aftercare.people.models import Event, Patient, StaffMember
from tests.checkins.posting import signed_in, text_of
from tests.clock import frozen_at
from tests.factories import at, check_in

pytestmark = pytest.mark.usefixtures("course_set", "procedure")


@pytest.fixture
def letter(patient: Patient, nurse: StaffMember) -> Letter:
    return send_letter(patient=patient, template=Letter.Template.VISIT, by=nurse.user, now=at(2))


@pytest.mark.parametrize("has_checked_in", [True, False])
def test_it_stands_on_today_until_it_is_opened_then_in_the_history(
    patient: Patient, letter: Letter, has_checked_in: bool
) -> None:
    if has_checked_in:
        check_in(patient, 1)
    client = signed_in(patient.user)
    with frozen_at(at(3)):
        assert "Please call to book a visit Today, 12:00 . Not opened yet." in text_of(client.get("/"))
        assert str(TEXTS[Letter.Template.VISIT]) in text_of(client.get(f"/letters/{letter.pk}/"))
        client.get(f"/letters/{letter.pk}/")
        assert "Please call to book a visit" not in text_of(client.get("/"))
        assert "Please call to book a visit Today, 12:00" in text_of(client.get("/check-ins/"))
    event = Event.objects.get(verb=Event.Verb.OPENED_LETTER)
    assert (event.subject, event.actor, event.at) == (letter.pk, patient.user, at(3))


def test_it_is_the_patients_alone(
    patient: Patient, stranger: Patient, nurse: StaffMember, letter: Letter, client: Any
) -> None:
    path = f"/letters/{letter.pk}/"
    assert client.get(path).status_code == 302
    for person in (stranger, nurse):
        assert signed_in(person.user).get(path).status_code == 404
    assert not Event.objects.filter(verb=Event.Verb.OPENED_LETTER).exists()
