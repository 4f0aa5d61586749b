"""Fixtures for tests of the running portal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from aftercare.people.models import Patient, Procedure
from tests.factories import ProcedureFactory
from tests.processes.running import RunningPortal
from tools.servers.mail import MailServer
from tools.servers.portal import bare_environment
from tools.servers.valkey import Valkey


@pytest.fixture
def procedure(patient: Patient) -> Procedure:
    """Microneedling 30 hours ago by the real clock, which the processes read."""
    return ProcedureFactory.create(patient=patient, performed_at=timezone.now() - timedelta(hours=30))


@pytest.fixture
def portal(
    transactional_db: None, valkey: Valkey, mail_server: MailServer, tmp_path: Path
) -> Iterator[RunningPortal]:
    """The portal on the test database: stopped before the database is emptied."""
    database = connection.settings_dict
    env = bare_environment() | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": valkey.url,
        "EMAIL_URL": mail_server.url,
        "SITE_URL": "http://localhost",
        "SECRET_KEY": "a key of this test alone, as long as that of a portal: 0123456789",
        "DATA_KEYS": os.environ["DATA_KEYS"],
        "STAFF_MFA": "optional",
        "DATA_DIR": os.environ["DATA_DIR"],
    }
    running = RunningPortal(env=env, broker=valkey, mail=mail_server, folder=tmp_path)
    yield running
    running.stop()
