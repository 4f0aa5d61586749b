"""Messages that did not arrive: managers see them, and let them be tried again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.test import Client

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, StaffMember
from tests.clinic.desk import alert_of, alert_url, desk, words
from tests.people import at

pytestmark = pytest.mark.usefixtures("procedure", "course_set")
MESSAGES = "/clinic/messages/"
DEEDS = ("again", "dismiss")


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(at(21), tick=False):
        yield


@pytest.fixture
def failed(patient: Patient, nurse: StaffMember) -> Message:
    """The message to the nurse about an urgent alert, given up: she has no address."""
    alert_of(patient, 20, signs=["pus"])
    nurse.user.email = ""
    nurse.user.save()
    sweep()
    message: Message = Message.objects.get(recipient=nurse.user)
    assert message.state == Message.State.FAILED
    mail.outbox.clear()
    return message


def deed(message: Message, name: str) -> str:
    return f"{MESSAGES}{message.pk}/{name}/"


def test_a_manager_sees_what_did_not_arrive_and_why(
    failed: Message, manager: StaffMember, patient: Patient
) -> None:
    response = desk(manager).get(MESSAGES)

    page = words(response)
    assert f"To {failed.recipient}" in page
    assert "the recipient has no e-mail address" in page
    assert f"about {patient.user}" in page
    assert alert_url(patient.alerts.get()) in response.content.decode()


def test_with_nothing_given_up_the_page_says_so(manager: StaffMember) -> None:
    assert "No message was given up" in words(desk(manager).get(MESSAGES))


def test_tried_again_it_is_a_new_message_and_arrives(
    failed: Message, manager: StaffMember, nurse: StaffMember
) -> None:
    nurse.user.email = "ruth@test.example"
    nurse.user.save()

    response = desk(manager).post(deed(failed, "again"), follow=True)
    sweep()

    assert "is tried again now" in words(response)
    assert [each.to for each in mail.outbox] == [["ruth@test.example"]]
    failed.refresh_from_db()
    assert (failed.state, failed.attended_at) == ("failed", at(21))
    again = Message.objects.get(recipient=nurse.user, repeat=1)
    assert (again.state, again.subject) == ("sent", failed.subject)
    event = Event.objects.get(verb=Event.Verb.RETRIED_MESSAGE)
    assert (event.actor, event.subject) == (manager.user, failed.pk)


def test_two_managers_at_once_try_it_once(failed: Message, manager: StaffMember) -> None:
    responses = [desk(manager).post(deed(failed, "again"), follow=True) for _time in range(2)]

    assert "Somebody was first" in words(responses[1])
    assert Message.objects.filter(repeat=1).count() == 1


def test_a_failure_that_was_looked_into_is_trouble_no_longer(failed: Message, manager: StaffMember) -> None:
    desk(manager).post(deed(failed, "dismiss"))

    assert not Message.objects.unattended_failures().exists()
    assert "Looked into" in words(desk(manager).get(MESSAGES))
    assert Event.objects.filter(verb=Event.Verb.DISMISSED_MESSAGE, actor=manager.user).exists()


def test_what_is_still_being_tried_is_shown(failed: Message, manager: StaffMember) -> None:
    Message.objects.create(
        kind="any",
        subject=failed.subject,
        sender=failed.sender,
        recipient=failed.recipient,
        state=Message.State.RETRYING,
        attempts=3,
        error="mail server replied 451",
        created_at=at(20),
        next_attempt_at=at(22),
    )

    page = words(desk(manager).get(MESSAGES))

    assert "Still being tried" in page
    assert "Mail server replied 451" in page


def test_colleagues_who_are_no_managers_are_refused(
    failed: Message, nurse: StaffMember, colleague: StaffMember
) -> None:
    for member in (nurse, colleague):
        assert desk(member).get(MESSAGES).status_code == 403
        for name in DEEDS:
            assert desk(member).post(deed(failed, name)).status_code == 403


def test_the_messages_of_another_clinic_do_not_exist(failed: Message, outsider: StaffMember) -> None:
    outsider.role = StaffMember.Role.MANAGER
    outsider.save()

    assert str(failed.recipient) not in words(desk(outsider).get(MESSAGES))
    for name in DEEDS:
        assert desk(outsider).post(deed(failed, name)).status_code == 404
    failed.refresh_from_db()
    assert failed.attended_at is None


def test_patients_and_strangers_find_nothing(failed: Message, patient: Patient, client: Client) -> None:
    assert desk(patient).get(MESSAGES).status_code == 404
    assert client.get(MESSAGES).status_code == 302
    for name in DEEDS:
        assert desk(patient).post(deed(failed, name)).status_code == 404
        assert client.post(deed(failed, name)).status_code == 302
