"""What a reminder says and which headers it has; decided when it is sent."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from aftercare.checkins.models import Reminder
from aftercare.checkins.reminders.actions import stop_reminders
from aftercare.checkins.reminders.links import path_of
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.reminders.world import reminders, run, with_plan
from tests.factories import at, check_in
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Answer, Provider

pytestmark = pytest.mark.django_db

DUE = 8
UNSAID = re.compile(r"Amara|red|pain|swell|itch|skin|pus|treat|needl|urgent|emergency sign", re.IGNORECASE)


def sent(minutes: float = 0) -> list[EmailMessage]:
    """Deliver what is due, and return the mails to the patient."""
    mail.outbox.clear()
    sweep(lambda: at(DUE, minutes=minutes))
    return [one for one in mail.outbox if one.to == ["amara@test.example"]]


def states() -> dict[str, str]:
    return dict(Message.objects.filter(kind="check_in_reminder").values_list("channel", "state"))


def test_the_mail_leads_to_the_check_in_and_can_be_stopped_by_one_click(
    patient: Patient, procedure: Procedure
) -> None:
    run(at(DUE))
    [letter] = sent()

    path = path_of(Reminder.objects.get().pk)
    assert letter.subject == "Time for your check-in"
    assert f"http://localhost{path}\n" in letter.body
    assert f"http://localhost{path}change/" in letter.body
    assert letter.extra_headers["List-Unsubscribe"] == f"<http://localhost{path}stop/>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    said = f"{letter.subject} {letter.body}".replace(patient.clinic.name, "")
    assert not UNSAID.search(said)
    assert "In an emergency call 999." in letter.body


def test_an_sms_is_one_segment_with_the_link(
    patient: Patient, procedure: Procedure, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(patient.user, agreed_at=at(0))
    with_plan(patient, by_sms=True)
    run(at(DUE))
    sent()

    [(_number, text)] = gateway.texts
    assert text == (
        "Larkfield Skin Clinic: Time for your check-in. It takes a minute. "
        f"http://localhost{path_of(Reminder.objects.get().pk)}"
    )
    assert len(text) <= 160
    # The e-mail that waited is not needed.
    assert sent(10) == []
    assert states() == {"sms": "sent", "email": "withdrawn"}


def test_a_refused_sms_leaves_the_e_mail_at_once(
    patient: Patient, procedure: Procedure, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(patient.user, agreed_at=at(0))
    with_plan(patient, by_sms=True)
    gateway.otherwise = Answer(400, "no")
    run(at(DUE))

    assert [len(sent(minute)) for minute in (0, 1)][-1] + states().get("email", "").count("sent") >= 1
    assert not Message.objects.unattended_failures().exists()


def test_who_needs_to_call_is_asked_to_without_a_link_into_the_check_in(
    patient: Patient, procedure: Procedure
) -> None:
    run(at(1))
    check_in(patient, 5, signs=["pus"])
    run(at(DUE))
    [letter] = [one for one in sent() if one.subject == "Please call the clinic"]

    assert "0161 496 0199" in letter.body
    assert "/r/" not in letter.body.replace("change/", "").split("Later")[0]
    assert not UNSAID.search(letter.body.replace(patient.clinic.name, ""))


@pytest.mark.parametrize("what", ["checked in", "stopped", "withdrawn", "late"])
def test_what_happened_since_it_was_written_counts(
    patient: Patient, procedure: Procedure, manager: StaffMember, what: str
) -> None:
    run(at(DUE))
    minutes = 1.0
    if what == "checked in":
        check_in(patient, DUE + 0.01)
    elif what == "stopped":
        stop_reminders(patient=patient, now=at(DUE + 0.01))
    elif what == "withdrawn":
        withdraw_patient(patient=patient, reason="Moved.", by=manager.user, now=at(DUE + 0.01))
    else:
        minutes = 60

    assert [one for one in sent(minutes) if "check-in" in one.subject] == []
    [message] = reminders()
    assert message.state == ("failed" if what == "late" else "withdrawn")
    if what == "late":
        assert message.failure == "expired"
