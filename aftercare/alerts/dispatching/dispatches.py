"""Creation of dispatches about the alerts of one patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from aftercare.alerts.models import Alert, Dispatch
from aftercare.outbox import database_clock
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, User
from aftercare.triage import Level


def due_at(clinic: Clinic, level: Level, now: datetime) -> datetime:
    """Return when to notify: at once for urgent and higher; same day in opening hours, else at the next opening."""
    if level >= Level.URGENT or clinic.hours.current(now):
        return at_once(now)
    upcoming = clinic.hours.next_opening(now)
    return upcoming.opens if upcoming else at_once(now)


def at_once(now: datetime) -> datetime:
    """Return the due time of what is sent now: not later than now by the database's clock, which the outbox goes by."""
    return database_clock.not_ahead(now)


def highest_level(alerts: Iterable[Alert]) -> Level:
    """Return the highest level of these alerts."""
    return max(alert.triage_level for alert in alerts)


def count_dispatches(alert: Alert, *reasons: Dispatch.Reason) -> int:
    """Count the dispatches for these reasons whose event is this alert.

    Alerts escalate together and apart, so an alert's own counter would not be unique.
    """
    return Dispatch.objects.filter(reason__in=reasons, event=alert.pk).count()


def create_dispatch(
    alerts: Sequence[Alert],
    reason: Dispatch.Reason,
    *,
    now: datetime,
    step: int = 0,
    due: datetime | None = None,
    event: UUID | None = None,
) -> Dispatch:
    """Create a dispatch to a contact step about alerts of one patient; `turn` counts those of the same event.

    `due`: when to send, default `now`. `event`: id of the event, default the first alert's.
    """
    first = alerts[0]
    event = event or first.pk
    dispatch = Dispatch.objects.create(
        clinic_id=first.clinic_id,
        patient_id=first.patient_id,
        reason=reason,
        event=event,
        turn=Dispatch.objects.filter(reason=reason, event=event).count() + 1,
        step=step,
        decided_at=now,
        due_at=due or at_once(now),
    )
    attach(dispatch, alerts)
    return dispatch


def attach(dispatch: Dispatch, alerts: Iterable[Alert]) -> None:
    """Link a dispatch to its alerts, and nudge the outbox."""
    Dispatch.alerts.through.objects.bulk_create(links(dispatch, alerts))
    nudge_after_commit()


def links(dispatch: Dispatch, alerts: Iterable[Alert]) -> list[Any]:
    """Return the links of a dispatch to its alerts, unsaved."""
    through = Dispatch.alerts.through
    return [through(dispatch_id=dispatch.pk, alert_id=alert.pk) for alert in alerts]


def record_notified(alerts: Iterable[Alert], dispatch: Dispatch, verb: Event.Verb, now: datetime) -> None:
    """Record an event for each alert that staff are notified of."""
    system = User.objects.system()
    for alert in alerts:
        record_event(
            verb=verb,
            actor=system,
            now=now,
            patient=alert.patient,
            subject=alert.pk,
            data={"step": dispatch.step, "turn": dispatch.turn},
        )
