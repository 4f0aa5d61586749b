"""A telephone that Twilio takes no SMS for, since STOP was sent from it: the managers are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.stopping import STOPPED_KIND, stop_points
from aftercare.people.models import Event, StaffMember
from tests.factories import MONDAY
from tests.fixtures import NUMBER, MakePoint
from tools.servers.providers.answering import running
from tools.servers.providers.twilio import Twilio

pytestmark = pytest.mark.django_db


@pytest.fixture
def twilio(settings: Settings) -> Iterator[Twilio]:
    with running(Twilio()) as server:
        settings.SMS_URL, settings.TWILIO_API = server.sms_url, server.api
        settings.CHANNEL_HOSTS = ("127.0.0.1",)
        server.stopped = {NUMBER}
        yield server


def test_the_managers_are_told_once_of_a_telephone_that_the_provider_says_has_stopped(
    make_point: MakePoint,
    nurse: StaffMember,
    manager: StaffMember,
    twilio: Twilio,
    mailoutbox: list[EmailMessage],
) -> None:
    point = make_point()
    for _time in range(2):
        actions.test_point(user=nurse.user, point=point, now=MONDAY)
    sweep(lambda: MONDAY)
    sweep(lambda: MONDAY + timedelta(minutes=1))

    point.refresh_from_db()
    assert (point.disabled_at, point.disabled_because) == (MONDAY, "stopped")
    assert [mail.subject for mail in mailoutbox if mail.to == [manager.user.email]] == [
        f"{nurse.user} gets no SMS any more"
    ]
    assert Event.objects.get(verb=Event.Verb.CHANGED_REACH).data["change"] == "stopped"
    assert twilio.sms == []


def test_the_webhook_that_comes_later_tells_nobody_again(
    make_point: MakePoint, nurse: StaffMember, manager: StaffMember, twilio: Twilio
) -> None:
    actions.test_point(user=nurse.user, point=make_point(), now=MONDAY)
    sweep(lambda: MONDAY)

    stop_points(number=NUMBER, now=MONDAY)

    assert Message.objects.get(kind=STOPPED_KIND).recipient == manager.user


def test_another_number_that_is_refused_is_no_stop(
    make_point: MakePoint, nurse: StaffMember, manager: StaffMember, twilio: Twilio
) -> None:
    twilio.stopped, twilio.unknown = set(), {NUMBER}
    point = make_point()
    actions.test_point(user=nurse.user, point=point, now=MONDAY)

    sweep(lambda: MONDAY)

    point.refresh_from_db()
    assert point.is_usable
    assert not Message.objects.filter(kind=STOPPED_KIND).exists()
