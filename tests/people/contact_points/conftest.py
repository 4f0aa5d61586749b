"""Fixtures for contact points: a gateway and a push service on this machine, and the points of a nurse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from aftercare.people.models import ContactPoint, StaffMember, User
from tests.factories import at
from tools.servers.providers.answering import Answer, Provider, provider
from tools.servers.providers.push import VAPID_PRIVATE_KEY

NUMBER = "+447700900163"
MakePoint = Callable[..., ContactPoint]


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Provider]:
    with provider() as running:
        settings.SMS_URL, settings.CHANNEL_HOSTS = running.sms_url, ("127.0.0.1",)
        yield running


@pytest.fixture
def push_service(settings: Settings) -> Iterator[Provider]:
    with provider() as running:
        running.otherwise = Answer(201, "")
        settings.VAPID_PRIVATE_KEY, settings.CHANNEL_HOSTS = VAPID_PRIVATE_KEY, ("127.0.0.1",)
        settings.VAPID_SUBJECT = "mailto:it@clinic.example"
        yield running


@pytest.fixture
def make_point(nurse: StaffMember) -> MakePoint:
    def make(user: User | None = None, **fields: Any) -> ContactPoint:
        values = {"kind": "sms", "address": NUMBER, "created_at": at(), "verified_at": at(), **fields}
        point: ContactPoint = ContactPoint.objects.create(user=user or nurse.user, **values)
        return point

    return make
