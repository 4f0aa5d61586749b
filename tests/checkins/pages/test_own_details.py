"""The page on which a patient changes telephone, hours to call, language and time zone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Event, Patient, StaffMember
from tests.checkins.posting import signed_in, text_of
from tests.clinic.staff_client import patient_url, staff_client, words
from tests.factories import at

PATH = "/your-details/"
pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1))]
CHANGED = {
    "call_back_telephone": "07700 900222",
    "call_back_hours": "after 17:00",
    "language": "pl",
    "time_zone": "Asia/Kathmandu",
}


def shown_on(client: Any) -> str:
    found = re.search(r'name="shown" value="(\w+)"', client.get(PATH).content.decode())
    assert found
    return found[1]


def test_four_details_are_changed_with_one_event_and_staff_see_them(
    patient: Patient, nurse: StaffMember
) -> None:
    client = signed_in(patient.user)
    assert f'href="{PATH}"' in client.get("/accounts/").content.decode()
    response = client.post(PATH, {**CHANGED, "shown": shown_on(client)}, follow=True)
    assert response.redirect_chain == [("/accounts/", 302)]
    assert "Your details are saved. The clinic sees them." in text_of(response)
    patient = Patient.objects.select_related("user").get(pk=patient.pk)
    assert patient.call_back_telephone == "+447700900222"
    assert (patient.call_back_hours, patient.time_zone) == ("after 17:00", "Asia/Kathmandu")
    assert patient.user.language == "pl"
    event = Event.objects.get(verb="changed_details")
    assert (event.actor, event.patient, event.at) == (patient.user, patient, at(1))
    assert set(event.data["fields"]) == set(CHANGED)
    seen = words(staff_client(nurse).get(patient_url(patient)))
    assert "after 17:00" in seen


def test_nothing_changed_is_no_event(patient: Patient) -> None:
    client = signed_in(patient.user)
    own = {
        "call_back_telephone": str(patient.call_back_telephone) or "07700 900003",
        "call_back_hours": patient.call_back_hours,
        "language": patient.user.language,
        "time_zone": patient.time_zone,
    }
    assert client.post(PATH, {**own, "shown": shown_on(client)}).status_code == 302
    before = Event.objects.filter(verb="changed_details").count()
    assert client.post(PATH, {**own, "shown": shown_on(client)}).status_code == 302
    assert Event.objects.filter(verb="changed_details").count() == before


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("call_back_telephone", "", "Give a telephone number. A nurse may have to call."),
        ("call_back_telephone", "12", "number"),
        ("call_back_hours", "x" * 101, "100"),
        ("language", "tlh", "Choose a language from the list."),
        ("time_zone", "Mars/Olympus", "Choose a time zone from the list."),
    ],
)
def test_each_detail_is_checked_as_in_the_form_of_staff(
    patient: Patient, name: str, value: str, fault: str
) -> None:
    client = signed_in(patient.user)
    response = client.post(PATH, {**CHANGED, name: value, "shown": shown_on(client)})
    assert response.status_code == 422
    assert fault in text_of(response)
    assert not Event.objects.filter(verb="changed_details").exists()


def test_a_change_by_staff_meanwhile_is_not_overwritten(patient: Patient, nurse: StaffMember) -> None:
    client = signed_in(patient.user)
    shown = shown_on(client)
    details = {"call_back_telephone": "07700 900333"}
    change_details(patient=patient, by=nurse.user, now=at(1), details=details)
    response = client.post(PATH, {**CHANGED, "shown": shown})
    assert response.status_code == 409
    page = text_of(response)
    assert "The clinic changed your details while you were typing." in page
    assert "07700 900333" in page
    patient.refresh_from_db()
    assert patient.call_back_telephone == "+447700900333"
    assert 'value="07700 900222"' in response.content.decode(), "what was typed is kept"
    again = client.post(PATH, {**CHANGED, "shown": shown_on(client)})
    assert again.status_code == 302
