"""Suppressed alerts: staff are notified of a lower alert once the higher one is dealt with."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from aftercare.alerts.dispatching.dispatches import create_dispatch, due_at, highest_level
from aftercare.alerts.models import Alert, Dispatch
from aftercare.people.models import Patient

# Delay, so that whoever works through a patient's alerts is not notified of the next one meanwhile.
RELEASE_DELAY = timedelta(minutes=1)


def release_suppressed(patient: Patient, now: datetime) -> Dispatch | None:
    """Notify the first step, after a minute, of waiting alerts that nobody was notified of.

    Only the highest waiting level is released; lower ones stay suppressed. Opening hours are checked for the
    end of the delay. Call in a transaction that holds the patient's lock.
    """
    waiting = list(patient.alerts.need_action().waiting().order_by("opened_at", "pk"))
    if not waiting:
        return None
    highest = highest_level(waiting)
    heard = notified_alert_ids(waiting)
    quiet = [alert for alert in waiting if alert.triage_level is highest and alert.pk not in heard]
    if not quiet:
        return None
    then = now + RELEASE_DELAY
    return create_dispatch(
        quiet, Dispatch.Reason.UNCOVERED, now=then, due=due_at(patient.clinic, highest, then)
    )


def notified_alert_ids(waiting: Collection[Alert]) -> set[object]:
    """Return the ids of alerts that somebody was notified of since they wait."""
    since = {alert.pk: alert.waiting_since for alert in waiting}
    rows = Dispatch.alerts.through.objects.filter(alert__in=since, dispatch__patient__isnull=False)
    return {
        alert_id
        for alert_id, decided_at in rows.values_list("alert_id", "dispatch__decided_at")
        if decided_at >= since[alert_id]
    }


def is_suppressed(dispatch: Dispatch) -> bool:
    """Return True if the patient has a waiting alert of a higher level, so that these stay suppressed."""
    assert dispatch.patient is not None
    highest = highest_level(dispatch.alerts.all())
    waiting = dispatch.patient.alerts.need_action().waiting()
    return any(alert.triage_level > highest for alert in waiting)
