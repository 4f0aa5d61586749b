"""A mail that is refused for good: the next contact is told at once, over a real mail server."""

import logging
from datetime import datetime

import pytest
from django.conf import LazySettings

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.dispatching.undelivered import notify_next_step
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, StaffMember
from tests.factories import at
from tools.servers.mail import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steps")]


@pytest.fixture
def mails(mail_server: MailServer, settings: LazySettings) -> MailServer:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mail_server.port, 2
    return mail_server


@pytest.fixture
def steps(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> list[ContactStep]:
    """The contact steps of the clinic: Ruth, then Tom, then Ann."""
    made = [ContactStep.objects.create(clinic=clinic, position=position) for position in range(3)]
    for step, member in zip(made, (nurse, clinician, manager), strict=True):
        step.members.add(member)
    return made


def swept(mails: MailServer, now: datetime) -> list[tuple[str, str]]:
    """Whom a sweep mails, and under which subject."""
    before = len(mails.messages)
    sweep(lambda: now)
    return [(str(mail["To"]).split("@")[0], str(mail["Subject"])) for mail in mails.messages[before:]]


INSTEAD = "Urgent: a message did not arrive: a check-in needs a person"


def test_the_next_contact_is_told_in_the_same_sweep(daytime_alert: Alert, mails: MailServer) -> None:
    mails.reject_mailboxes("ruth@test.example")

    assert swept(mails, at(1)) == [("tom", INSTEAD)]
    dispatch = Dispatch.objects.get(reason=Dispatch.Reason.UNDELIVERED)
    assert (dispatch.step, dispatch.decided_at) == (1, at(1))
    event = Event.objects.get(verb=Event.Verb.UNDELIVERED)
    assert (event.subject, event.data["step"]) == (daytime_alert.pk, 1)


def test_it_goes_on_until_somebody_can_be_told(daytime_alert: Alert, mails: MailServer) -> None:
    mails.reject_mailboxes("ruth@test.example", "tom@test.example")

    assert swept(mails, at(1)) == [("ann", INSTEAD)]


@pytest.mark.usefixtures("daytime_alert")
def test_where_nobody_has_a_mailbox_it_ends_and_stays_to_be_told(
    mails: MailServer, caplog: pytest.LogCaptureFixture, nurse: StaffMember
) -> None:
    mails.reject_mailboxes("ruth@test.example", "tom@test.example", "ann@test.example")

    with caplog.at_level(logging.ERROR):
        assert swept(mails, at(1)) == []
    assert "has nobody to tell" in caplog.text
    assert Message.objects.count() == 3
    untold = Dispatch.objects.get(drained_at=None)
    assert untold.nobody_since == at(1)
    # Somebody looks into it and mends the address: that is enough.
    mails.reject_mailboxes()
    Message.objects.filter(recipient=nurse.user).update(attended_at=at(1.1))
    assert swept(mails, at(1.1)) == [("ruth", INSTEAD)]


def test_a_step_of_several_with_one_bad_mailbox_tells_the_next_one_once(
    daytime_alert: Alert, mails: MailServer, steps: list[ContactStep], clinician: StaffMember
) -> None:
    steps[0].members.add(clinician)
    mails.reject_mailboxes("ruth@test.example")

    assert {name for name, _subject in swept(mails, at(1))} == {"tom"}
    assert Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED).count() == 1


def test_of_what_somebody_has_nobody_is_told_instead(daytime_alert: Alert, clinician: StaffMember) -> None:
    drain(at(1))
    acknowledge(alert=daytime_alert, by=clinician.user, now=at(1.1))

    notify_next_step(Message.objects.all(), at(1.2))

    assert not Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED).exists()


def test_a_refusal_that_may_pass_tells_nobody_else(daytime_alert: Alert, mails: MailServer) -> None:
    mails.refuse("451 Try again later")

    assert swept(mails, at(1)) == []
    assert not Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED).exists()
