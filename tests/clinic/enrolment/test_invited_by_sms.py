"""The tick of the enrolment form by which the invitation goes by SMS too."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from aftercare.outbox.models import Message
from aftercare.people.models import Patient, StaffMember
from tests.clinic.enrolment.test_enrolment import TYPED
from tests.clinic.staff_client import ENROL, staff_client, words
from tests.factories import at

pytestmark = [
    pytest.mark.usefixtures("clinic", "course_set", "gateway"),
    pytest.mark.frozen_at(at(96)),
]
INVITED = {**TYPED, "invite": "on"}
LANDLINE, TAKES_NONE = "020 7946 0018", "This telephone takes no SMS."


def channels() -> list[str]:
    """Return by which channels the invitation goes."""
    return sorted(Message.objects.filter(kind="invitation").values_list("channel", flat=True))


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ({**INVITED, "invite_by_sms": "on"}, ["email", "sms"]),
        (INVITED, ["email"]),
        ({**INVITED, "call_back_telephone": LANDLINE}, ["email"]),
        ({**TYPED, "invite_by_sms": "on"}, []),
    ],
    ids=["ticked", "not ticked", "landline, not ticked", "no invitation"],
)
def test_the_invitation_goes_by_sms_where_the_tick_says_so(
    nurse: StaffMember, typed: dict[str, str], by: list[str]
) -> None:
    assert staff_client(nurse).post(ENROL, typed).status_code == 302

    assert channels() == by


def test_a_number_that_takes_no_sms_is_named_and_what_was_typed_is_kept(nurse: StaffMember) -> None:
    typed = {**INVITED, "invite_by_sms": "on", "call_back_telephone": LANDLINE}

    response = staff_client(nurse).post(ENROL, typed)

    assert response.status_code == 422
    assert words(response).count(TAKES_NONE) == 2, "once in the summary, once beside the tick"
    form = response.context["form"]
    assert (form["call_back_telephone"].value(), form["invite_by_sms"].value()) == (LANDLINE, True)
    assert f'value="{LANDLINE}"' in response.content.decode()
    assert not Patient.objects.exists()
    assert channels() == []


def test_a_missing_number_is_asked_for_and_the_tick_is_kept(nurse: StaffMember) -> None:
    response = staff_client(nurse).post(ENROL, {**INVITED, "invite_by_sms": "on", "call_back_telephone": ""})

    assert response.status_code == 422
    assert "Give a telephone number. A nurse may have to call." in words(response)
    assert TAKES_NONE not in words(response)
    assert response.context["form"]["invite_by_sms"].value() is True
    assert channels() == []


def test_without_a_gateway_there_is_no_such_tick(nurse: StaffMember, settings: Settings) -> None:
    settings.SMS_URL = ""

    assert "By SMS too" not in words(staff_client(nurse).get(ENROL))
