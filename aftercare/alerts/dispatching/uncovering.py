"""What stood quietly under a higher alert is told once that one is dealt with."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from aftercare.alerts.dispatching.dispatches import due_at, tell, worst_of
from aftercare.alerts.models import Alert, Dispatch
from aftercare.people.models import Patient

# Who works through a patient's alerts one by one is not told of the next one meanwhile.
A_MOMENT = timedelta(minutes=1)


def uncover(patient: Patient, now: datetime) -> Dispatch | None:
    """Let the first step be told, a moment from now, of what waits and nobody was ever told of.

    Only the highest level that waits is uncovered: what is below stays quiet under it. It is decided, as far as
    opening hours are concerned, when the moment is over. For the caller's transaction, which holds the lock.
    """
    waiting = list(patient.alerts.need_action().waiting().order_by("opened_at", "pk"))
    if not waiting:
        return None
    highest = worst_of(waiting)
    heard = told(waiting)
    quiet = [alert for alert in waiting if alert.triage_level is highest and alert.pk not in heard]
    if not quiet:
        return None
    then = now + A_MOMENT
    return tell(quiet, Dispatch.Reason.UNCOVERED, now=then, due=due_at(patient.clinic, highest, then))


def told(waiting: Collection[Alert]) -> set[object]:
    """The ids of those that somebody was told of since they wait."""
    since = {alert.pk: alert.waiting_since for alert in waiting}
    rows = Dispatch.alerts.through.objects.filter(alert__in=since, dispatch__patient__isnull=False)
    return {
        alert_id
        for alert_id, decided_at in rows.values_list("alert_id", "dispatch__decided_at")
        if decided_at >= since[alert_id]
    }


def is_covered(dispatch: Dispatch) -> bool:
    """Whether something higher of the same patient waits by now, so that these stay quiet after all."""
    assert dispatch.patient is not None
    highest = worst_of(dispatch.alerts.all())
    waiting = dispatch.patient.alerts.need_action().waiting()
    return any(alert.triage_level > highest for alert in waiting)
