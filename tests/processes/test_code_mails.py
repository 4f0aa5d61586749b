"""Sign-in codes of a running portal: without worker and broker, and lost neither by an outage nor by a stop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from aftercare.outbox.models import Message
from aftercare.people.accounts.code_mails import KIND
from aftercare.people.models import Patient
from tests.processes.running import RunningPortal
from tools.run.visitor import Visitor
from tools.servers.mail import MailServer
from tools.servers.process import wait_until
from tools.servers.valkey import Valkey

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def ask_for_code(address: str, url: str) -> None:
    visitor = Visitor(url)
    visitor.send(visitor.get("/accounts/login/code/"), email=address)


def wait_for_code(mail_server: MailServer, address: str, *, seconds: float) -> None:
    wait_until(lambda: len(mail_server.messages_to(address)) == 1, seconds=seconds, what="no code came")


def test_a_code_is_sent_without_worker_beat_and_broker(
    portal: RunningPortal, patient: Patient, mail_server: MailServer, valkey: Valkey
) -> None:
    web = portal.web()
    valkey.stop()

    ask_for_code(patient.user.email, web.url)

    wait_for_code(mail_server, patient.user.email, seconds=15)
    wait_until(
        lambda: Message.objects.get(kind=KIND).state == Message.State.SENT, seconds=10, what="not recorded"
    )


def test_a_code_is_lost_neither_when_the_mail_server_is_away_nor_when_the_web_process_stops(
    portal: RunningPortal, patient: Patient, mail_server: MailServer
) -> None:
    portal.env["OUTBOX_CLAIM_SECONDS"] = "2"
    web = portal.web()
    mail_server.stop()
    ask_for_code(patient.user.email, web.url)
    web.stop()
    waiting = Message.objects.get(kind=KIND)
    assert waiting.state != Message.State.SENT
    assert waiting.expires_at is not None
    assert waiting.expires_at <= timezone.now() + timedelta(minutes=15)

    mail_server.start_again()
    portal.worker()
    portal.beat()

    wait_for_code(mail_server, patient.user.email, seconds=60)
