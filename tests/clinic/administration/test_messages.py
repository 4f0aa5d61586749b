"""Messages that did not arrive: managers see what each was about, and send it again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.checkins.follow_up.auditing import audit
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.models import Event, Patient, StaffMember
from tests.clinic.staff_client import alert_url, staff_client, words
from tests.factories import alert_of, at, person

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(21))]
MESSAGES = "/clinic/messages/"
DEEDS = ("again", "dismiss")


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
    response = staff_client(manager).get(MESSAGES)

    page = words(response)
    assert f"Alert to {failed.recipient} No e-mail address" in page
    assert "the recipient has no e-mail address" in page
    assert f"About {patient.user}" in page
    assert alert_url(patient.alerts.get()) in response.content.decode()


def test_with_nothing_given_up_the_page_says_so(manager: StaffMember) -> None:
    assert "No message was given up" in words(staff_client(manager).get(MESSAGES))


def test_sent_again_it_is_a_new_message_and_arrives_at_the_address_of_now(
    failed: Message, manager: StaffMember, nurse: StaffMember
) -> None:
    nurse.user.email = "ruth@test.example"
    nurse.user.save()

    response = staff_client(manager).post(deed(failed, "again"), follow=True)
    sweep()

    assert "is sent again now" in words(response)
    assert [each.to for each in mail.outbox] == [["ruth@test.example"]]
    failed.refresh_from_db()
    assert (failed.state, failed.attended_at) == ("failed", at(21))
    again = Message.objects.get(recipient=nurse.user, repeat=1)
    assert (again.state, again.subject) == ("sent", failed.subject)
    event = Event.objects.get(verb=Event.Verb.SENT_AGAIN)
    assert (event.actor, event.subject) == (manager.user, failed.pk)


@pytest.mark.parametrize("then", DEEDS)
def test_who_presses_second_reads_who_was_first(failed: Message, manager: StaffMember, then: str) -> None:
    other = person(manager.clinic, "Zara", StaffMember.Role.MANAGER)
    staff_client(manager).post(deed(failed, "again"))

    assert "Ann Test was first: nothing is left to do." in words(
        staff_client(other).post(deed(failed, then), follow=True)
    )
    assert Message.objects.filter(repeat=1).count() == 1


def test_what_would_come_too_late_is_not_sent_unseen(failed: Message, manager: StaffMember) -> None:
    Message.objects.filter(pk=failed.pk).update(expires_at=at(21))

    page = words(staff_client(manager).get(MESSAGES))
    assert "Too old to be sent again." in page
    answer = words(staff_client(manager).post(deed(failed, "again"), follow=True))

    assert "This message is too old to be of use, so it was not sent." in answer
    assert Message.objects.filter(repeat=1).count() == 0
    assert Message.objects.unattended_failures().filter(pk=failed.pk).exists()


class TestEveryKind:
    """Each kind in words, the address, and the page it was about; nothing of anybody's health."""

    def give_up(self) -> None:
        """Let the mail server refuse the waiting messages."""
        Message.objects.filter(state=Message.State.PENDING).update(
            state="failed", failure="permanent", error="recipient refused 550", finished_at=at(21)
        )

    def test_an_invitation(self, patient: Patient, nurse: StaffMember, manager: StaffMember) -> None:
        invite(patient=patient, by=nurse.user, now=at(21))
        self.give_up()
        page = staff_client(manager).get(MESSAGES)
        assert "Invitation to Amara Test (patient)" in words(page)
        assert f'href="/clinic/patients/{patient.pk}/invitation/"' in page.content.decode()

    def test_an_invitation_to_the_staff(self, nurse: StaffMember, manager: StaffMember) -> None:
        invite_staff(member=nurse, by=manager.user, now=at(21))
        self.give_up()
        page = staff_client(manager).get(MESSAGES)
        assert "Invitation to the staff to Ruth Test" in words(page)
        assert f'href="/clinic/staff/{nurse.pk}/"' in page.content.decode()

    def test_a_message_to_a_patient(self, patient: Patient, nurse: StaffMember, manager: StaffMember) -> None:
        send_letter(patient=patient, template="please_call", by=nurse.user, now=at(21))
        self.give_up()
        page = staff_client(manager).get(MESSAGES)
        assert "Message to the patient to Amara Test (patient)" in words(page)
        assert f'href="/clinic/patients/{patient.pk}/"' in page.content.decode()

    def test_what_the_auditor_found(self, urgent_alert: Alert, manager: StaffMember) -> None:
        Alert.objects.update(next_escalation_at=None)
        Dispatch.objects.update(drained_at=at(20))
        audit(at(21))
        Message.objects.exclude(kind="omission").delete()
        self.give_up()
        page = staff_client(manager).get(MESSAGES)
        assert "Nearly missed to Ann Test" in words(page)
        assert f'href="/clinic/alerts/{urgent_alert.pk}/"' in page.content.decode()

    def test_a_drill(self, manager: StaffMember) -> None:
        drill = start_drill(clinic=manager.clinic, by=manager.user, now=at(21))
        drain(at(21))
        self.give_up()
        page = staff_client(manager).get(MESSAGES)
        assert "Alarm drill to Ann Test" in words(page)
        assert f'href="/clinic/drills/{drill.pk}/"' in page.content.decode()

    def test_an_alert_says_nothing_of_health(self, failed: Message, manager: StaffMember) -> None:
        page = words(staff_client(manager).get(MESSAGES)).casefold()
        for never in ("pus", "urgent", "skin infection", "redness", "needling"):
            assert never not in page


def test_many_failures_ask_no_more_than_one(
    failed: Message, manager: StaffMember, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        Message.objects.create(
            kind=failed.kind,
            subject=failed.subject,
            sender=failed.sender,
            recipient=failed.recipient,
            repeat=number + 5,
            state="failed",
            failure="permanent",
            finished_at=at(20),
            created_at=at(20),
            next_attempt_at=at(20),
        )
    client = staff_client(manager)
    client.get(MESSAGES)
    with django_assert_max_num_queries(16):
        client.get(MESSAGES)


def test_a_failure_that_was_looked_into_is_trouble_no_longer(failed: Message, manager: StaffMember) -> None:
    staff_client(manager).post(deed(failed, "dismiss"))

    assert not Message.objects.unattended_failures().exists()
    assert "Looked into" in words(staff_client(manager).get(MESSAGES))
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

    page = words(staff_client(manager).get(MESSAGES))

    assert "Still being tried" in page
    assert "Mail server replied 451" in page


def test_colleagues_who_are_no_managers_are_refused(
    failed: Message, nurse: StaffMember, clinician: StaffMember
) -> None:
    for member in (nurse, clinician):
        assert staff_client(member).get(MESSAGES).status_code == 403
        for name in DEEDS:
            assert staff_client(member).post(deed(failed, name)).status_code == 403


def test_the_messages_of_another_clinic_do_not_exist(failed: Message, outsider: StaffMember) -> None:
    outsider.role = StaffMember.Role.MANAGER
    outsider.save()

    assert str(failed.recipient) not in words(staff_client(outsider).get(MESSAGES))
    for name in DEEDS:
        assert staff_client(outsider).post(deed(failed, name)).status_code == 404
    failed.refresh_from_db()
    assert failed.attended_at is None


def test_patients_and_strangers_find_nothing(failed: Message, patient: Patient, client: Client) -> None:
    assert staff_client(patient).get(MESSAGES).status_code == 404
    assert client.get(MESSAGES).status_code == 302
    for name in DEEDS:
        assert staff_client(patient).post(deed(failed, name)).status_code == 404
        assert client.post(deed(failed, name)).status_code == 302
