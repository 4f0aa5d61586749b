"""Fixtures for tests of the running portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from aftercare.people.models import Patient, Procedure
from tests.factories import ProcedureFactory
from tests.processes.running import RunningPortal, environment
from tools.servers.mail import MailServer
from tools.servers.valkey import Valkey


@pytest.fixture
def procedure(patient: Patient) -> Procedure:
    """Microneedling 30 hours ago by the real clock, which the processes read."""
    return ProcedureFactory.create(patient=patient, performed_at=timezone.now() - timedelta(hours=30))


@pytest.fixture
def portal(
    transactional_db: None, valkey: Valkey, mail_server: MailServer, tmp_path: Path
) -> Iterator[RunningPortal]:
    """The portal on the test database: killed before the database is emptied."""
    env = environment(valkey, mail_server)
    running = RunningPortal(env=env, broker=valkey, mail=mail_server, folder=tmp_path)
    yield running
    running.kill()
