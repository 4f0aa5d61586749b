"""Writing the decision that somebody is told of the alerts of one patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from aftercare.alerts.models import Alert, Dispatch
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions import record_event
from aftercare.people.models import Clinic, Event, User
from aftercare.triage import Level


def due_at(clinic: Clinic, level: Level, now: datetime) -> datetime:
    """Urgent and higher: now. Same day: now in opening hours, else at the next opening."""
    if level >= Level.URGENT or clinic.hours.current(now):
        return now
    upcoming = clinic.hours.next_opening(now)
    return upcoming.opens if upcoming else now


def worst_of(alerts: Iterable[Alert]) -> Level:
    """The highest of their levels."""
    return max(alert.triage_level for alert in alerts)


def turns_of(alert: Alert, *reasons: Dispatch.Reason) -> int:
    """How often somebody was told for these reasons, counted for the event itself.

    Alerts escalate together and apart, so that no alert's own count is unique.
    """
    return Dispatch.objects.filter(reason__in=reasons, event=alert.pk).count()


def tell(
    alerts: Sequence[Alert],
    reason: Dispatch.Reason,
    *,
    now: datetime,
    step: int = 0,
    due: datetime | None = None,
    event: UUID | None = None,
) -> Dispatch:
    """Write the decision that a step is told of these alerts of one patient; once more for the first of them.

    `due`: from when on, unless at once. `event`: what happened, where that is not the first alert itself.
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
        due_at=due or now,
    )
    attach(dispatch, alerts)
    return dispatch


def attach(dispatch: Dispatch, alerts: Iterable[Alert]) -> None:
    """Say which alerts a dispatch is about, and let it be sent."""
    through = Dispatch.alerts.through
    through.objects.bulk_create(through(dispatch_id=dispatch.pk, alert_id=alert.pk) for alert in alerts)
    nudge_after_commit()


def note_telling(alerts: Iterable[Alert], dispatch: Dispatch, verb: Event.Verb, now: datetime) -> None:
    """Keep as an event of each alert that the portal told somebody of it."""
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
