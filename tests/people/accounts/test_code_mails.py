"""Mails with a code: first in line in the outbox, gone when they are old, and not lost where they cannot be sent."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from aftercare.outbox import delivery, delivery_health
from aftercare.outbox.channels import CHANNELS, DeliveryError, OutageError
from aftercare.outbox.models import Message
from aftercare.people.accounts.code_mails import KIND, deliver_code_mails, empty_finished
from aftercare.people.erasing.account import empty_account
from aftercare.people.models import CodeMail, Patient, User
from tests.clock import frozen_at
from tests.factories import at
from tests.outbox.wire import Wire
from tests.people.accounts.test_sign_in import ask, codes_to

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1)), pytest.mark.usefixtures("codes_wait")]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A channel that keeps what it sends."""
    wire = Wire()
    monkeypatch.setitem(CHANNELS, Message.Channel.EMAIL, wire)
    return wire


def stored() -> str:
    """What the table of mails with codes holds, as it lies there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(content AS text) FROM people_codemail")
        return " ".join(row[0] for row in cursor.fetchall())


def test_a_code_waits_while_the_mail_server_is_away(client: Client, patient: Patient, wire: Wire) -> None:
    wire.fails = [OutageError("gone")]
    ask(client, patient.user.email)
    deliver_code_mails()
    assert wire.outgoing == []

    delivery.sweep(lambda: at(1, minutes=1))

    assert [sent.content.to for sent in wire.outgoing] == [patient.user.email]


def test_a_code_that_is_too_old_is_not_sent(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)

    delivery.sweep(lambda: at(1, minutes=15))

    assert mail.outbox == []
    message = Message.objects.get(kind=KIND)
    assert (message.state, message.failure) == (Message.State.FAILED, Message.Failure.EXPIRED)
    assert "failed" not in delivery_health.state(at(1, minutes=15)).degraded
    empty_finished(at(1, minutes=15))
    assert stored() == "{}"


def test_the_process_that_was_asked_sends_none_that_is_too_old(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)

    with frozen_at(at(1, minutes=15)):
        deliver_code_mails()

    assert mail.outbox == []


def test_a_code_overtakes_everything_that_waits(client: Client, patient: Patient, wire: Wire) -> None:
    for _number in range(300):
        Message.objects.create(
            kind="nobody words this",
            subject=uuid.uuid4(),
            recipient=patient.user,
            created_at=at(0),
            next_attempt_at=at(0),
        )
    ask(client, patient.user.email)

    delivery.sweep(lambda: at(1), seconds=0)

    assert [sent.messages[0].kind for sent in wire.outgoing] == [KIND]


def test_the_process_that_was_asked_sends_codes_only(client: Client, patient: Patient, wire: Wire) -> None:
    Message.objects.create(
        kind="nobody words this",
        subject=uuid.uuid4(),
        recipient=patient.user,
        priority=Message.Priority.NOW,
        created_at=at(0),
        next_attempt_at=at(0),
    )
    ask(client, patient.user.email)

    deliver_code_mails()

    assert [sent.messages[0].kind for sent in wire.outgoing] == [KIND]


def test_the_code_lies_nowhere_in_clear_and_is_emptied_when_it_was_sent(
    client: Client, patient: Patient
) -> None:
    ask(client, patient.user.email)
    assert stored().startswith('"enc1.')
    assert patient.user.email not in stored()

    deliver_code_mails()
    (code,) = codes_to(patient.user.email)

    assert stored() == "{}"
    assert code not in str(list(Message.objects.values()))
    assert CodeMail.objects.get().emptied_at == at(1)


def test_a_sweep_empties_what_a_worker_sent(client: Client, patient: Patient, wire: Wire) -> None:
    ask(client, patient.user.email)

    delivery.sweep(lambda: at(1))

    assert len(wire.outgoing) == 1
    assert stored() == "{}"


def test_an_address_that_nobody_has_is_not_kept(client: Client) -> None:
    ask(client, "nobody@test.example")
    assert CodeMail.objects.get().content["to"] != "nobody@test.example"

    deliver_code_mails()

    assert mail.outbox == []
    assert Message.objects.get(kind=KIND).state == Message.State.WITHDRAWN
    assert stored() == "{}"


def test_a_mailbox_that_refuses_a_code_is_nobody_elses_trouble(
    client: Client, patient: Patient, wire: Wire
) -> None:
    wire.fails = [DeliveryError("no such mailbox", permanent=True)]
    ask(client, patient.user.email)

    deliver_code_mails()

    assert Message.objects.get(kind=KIND).attended_at == at(1)
    assert "failed" not in delivery_health.state(at(1)).degraded
    assert stored() == "{}"


def test_after_a_day_nothing_is_left(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)
    deliver_code_mails()

    empty_finished(at(25))

    assert not CodeMail.objects.exists()
    assert not Message.objects.filter(kind=KIND).exists()


def test_a_code_is_erased_with_the_person(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)

    empty_account(patient.user, User.ErasedAs.PATIENT)

    assert not CodeMail.objects.exists()
    deliver_code_mails()
    assert mail.outbox == []
