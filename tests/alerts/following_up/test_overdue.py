"""Dispatches without messages, and deadlines that nobody acts on, are seen by `/readyz` and the watchdog."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, Dispatch
from aftercare.outbox.heartbeats import beat_heart
from aftercare.people.models import Clinic, StaffMember
from tests.clock import frozen_at
from tests.factories import at

pytestmark = pytest.mark.django_db


def readyz(h: float, *, minutes: float = 0) -> dict[str, Any]:
    """What `/readyz` says at an instant at which worker and beat are alive."""
    with frozen_at(at(h, minutes=minutes)):
        for part in ("worker", "beat"):
            beat_heart(part, at(h, minutes=minutes))
        found: dict[str, Any] = json.loads(Client().get("/readyz").content)
    return found


def test_dispatches_that_are_not_expanded_are_named(daytime_alert: Alert) -> None:
    assert "dispatches" not in readyz(1)["degraded"]

    state = readyz(1, minutes=2)

    assert "dispatches" in state["degraded"]
    assert state["overdue_seconds"] == {"dispatches": 120.0}


def test_an_escalation_that_does_not_come_is_named(daytime_alert: Alert) -> None:
    Dispatch.objects.update(drained_at=at(1))
    due = daytime_alert.next_escalation_at
    assert due == at(1, minutes=30)
    assert readyz(1, minutes=31)["degraded"] == []

    state = readyz(1, minutes=35)

    assert state["degraded"] == ["escalations"]
    assert state["overdue_seconds"] == {"escalations": 300.0}


def test_a_follow_up_that_does_not_come_is_named(daytime_alert: Alert, nurse: StaffMember) -> None:
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1))
    Dispatch.objects.update(drained_at=at(1))

    assert readyz(1, minutes=31)["degraded"] == []
    assert readyz(1, minutes=32)["degraded"] == ["escalations"]


def test_a_drill_that_stands_still_is_named(clinic: Clinic, manager: StaffMember) -> None:
    start_drill(clinic=clinic, by=manager.user, now=at(1))
    Dispatch.objects.update(drained_at=at(1))

    assert readyz(3)["degraded"] == ["escalations"]


def test_the_watchdog_says_it_in_words(daytime_alert: Alert) -> None:
    for part in ("worker", "beat"):
        beat_heart(part, at(2))

    with frozen_at(at(2)), pytest.raises(CommandError) as failed:
        call_command("watchdog")

    assert "Telling somebody of an alert: overdue for 1 h." in str(failed.value)
    assert "Telling the next person of an alert that nobody has taken on: overdue for 30 min." in str(
        failed.value
    )
