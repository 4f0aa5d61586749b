"""Fixtures: a demonstration whose staff have phones, and the providers of those on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from aftercare.alerts.models import ContactStep
from aftercare.people.models import Clinic, StaffMember
from clinic.demo.outside_world.phones import give_phones
from tools.servers.providers.answering import running
from tools.servers.providers.outside import World
from tools.servers.providers.push import VAPID_PRIVATE_KEY, Browser


@pytest.fixture
def world(
    settings: Settings,
    live_server: LiveServer,
    tmp_path: Path,
    clinic: Clinic,
    nurse: StaffMember,
    clinician: StaffMember,
) -> Iterator[World]:
    """The world outside of a demonstration, in which the nurse is told first, and then the clinician."""
    for position, member in enumerate((nurse, clinician)):
        ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
    journal = tmp_path / "outside-world.jsonl"
    server = World(0, portal=live_server.url, signs_for=live_server.url, journal=journal)
    with running(server):
        settings.DEMO, settings.SITE_URL = True, live_server.url
        settings.TWILIO_API, settings.CHANNEL_HOSTS = server.api, ("127.0.0.1",)
        settings.VOICE_URL, settings.SMS_URL = server.voice_url, server.sms_url
        settings.SMS_REPLIES = True
        settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = VAPID_PRIVATE_KEY, "mailto:it@clinic.example"
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
        give_phones(
            clinic,
            server.address,
            lambda name: Browser(server.address, name).subscription,
            timezone.now(),
        )
        yield server
