"""Recalculation of alerts after a contact attempt was corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from aftercare import triage
from aftercare.alerts.following_up.chases import TRIES
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.alerts.transitions import clear_next_try, follow_up_deadline, restore_state
from aftercare.people.models import Event

Result = ContactAttempt.Result


def recount(alerts: Iterable[Alert], wrong: ContactAttempt, before: Mapping[str, Mapping[str, Any]]) -> None:
    """Bring open alerts of one patient to the state without the wrong attempt, unsaved.

    `before`: the state of each alert, by id, when the wrong attempt was recorded.
    """
    current = list(
        ContactAttempt.objects.filter(patient=wrong.patient_id, corrected_by=None).order_by("at", "pk")
    )
    for alert in alerts:
        tries = [one for one in current if one.at >= alert.opened_at]
        reached = [one.at for one in tries if one.result == Result.REACHED]
        if wrong.result == Result.REACHED:
            undo_confirmation(alert, before.get(str(alert.pk)), wrong, max(reached, default=None))
        recalculate(alert, tries, max(reached, default=None))


def undo_confirmation(
    alert: Alert, kept: Mapping[str, Any] | None, wrong: ContactAttempt, reached_at: datetime | None
) -> None:
    """Undo that the wrong attempt confirmed a newer report, unless somebody has confirmed it since."""
    if kept is None or alert.status != Alert.Status.ACKNOWLEDGED:
        return
    if reached_at is not None and reached_at >= wrong.at:
        return
    was = Alert(level=alert.level)
    restore_state(was, dict(kept))
    seen = Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, subject=alert.pk, at__gt=wrong.at)
    if was.unconfirmed_since is None or seen.exists():
        return
    alert.unconfirmed_since, alert.escalations = was.unconfirmed_since, was.escalations
    alert.reported_again_at = alert.reported_again_at or was.reported_again_at
    alert.next_escalation_at = was.next_escalation_at or triage.acknowledge_by(
        alert.triage_level, was.unconfirmed_since
    )


def recalculate(alert: Alert, tries: Iterable[ContactAttempt], reached_at: datetime | None) -> None:
    """Recalculate reached time, failed tries and next follow-up of one alert from its valid attempts."""
    alert.reached_at = reached_at
    if alert.status != Alert.Status.ACKNOWLEDGED or alert.acknowledged_at is None:
        return
    if alert.is_reached:
        alert.unconfirmed_since, alert.reported_again_at, alert.next_escalation_at = None, None, None
        alert.follow_up_at, alert.forgotten_since, alert.failed_tries = None, None, 0
        clear_next_try(alert)
        return
    failed = [one for one in tries if one.result != Result.REACHED and one.at >= alert.last_reported_at]
    alert.failed_tries = len(failed)
    if alert.next_try_at is not None and alert.failed_tries >= TRIES:
        # A next try set by a clinician stands if three tries have failed nevertheless.
        return
    clear_next_try(alert)
    seen = Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, subject=alert.pk).values_list("at", flat=True)
    restarts = [one.at for one in failed if one.result != Result.WRONG_NUMBER]
    begun = max([alert.acknowledged_at, *seen, *restarts])
    alert.follow_up_at, alert.forgotten_since = follow_up_deadline(alert, alert.clinic.hours, begun), None
