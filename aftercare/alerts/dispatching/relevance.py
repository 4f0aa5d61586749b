"""Whether what a dispatch is about is still worth telling."""

from __future__ import annotations

from collections.abc import Callable

from aftercare.alerts.models import Alert, Dispatch
from aftercare.triage import CONTACT_REQUESTED, Level


def still_waiting(dispatch: Dispatch) -> list[Alert]:
    """The alerts of a dispatch that are still worth telling, the worst first."""
    matters = STILL_MATTERS[Dispatch.Reason(first_of(dispatch).reason)]
    alerts = [alert for alert in dispatch.alerts.all() if matters(alert)]
    return sorted(alerts, key=lambda alert: (-alert.triage_level.rank, alert.opened_at))


def first_of(dispatch: Dispatch) -> Dispatch:
    """The dispatch that could not be delivered at first; itself where it tells nobody instead of another."""
    while dispatch.reason == Dispatch.Reason.UNDELIVERED:
        dispatch = Dispatch.objects.get(pk=dispatch.event)
    return dispatch


def waits(alert: Alert) -> bool:
    """Whether nobody has acknowledged it, or seen its newest report, where that asks for somebody again."""
    asks_again = alert.rule == CONTACT_REQUESTED and alert.is_open and alert.reported_again_at is not None
    return alert.is_waiting or asks_again


def is_not_reached(alert: Alert) -> bool:
    """Whether it is open and nobody reached the patient since the newest report."""
    return alert.is_open and not alert.is_reached


# Silence matters until the alert is closed, the rest until somebody has it, or has reached the patient.
STILL_MATTERS: dict[Dispatch.Reason, Callable[[Alert], bool]] = {
    Dispatch.Reason.OPENED: waits,
    Dispatch.Reason.UNACKNOWLEDGED: waits,
    Dispatch.Reason.SILENT: lambda alert: alert.is_open,
    Dispatch.Reason.FORGOTTEN: lambda alert: alert.is_forgotten,
    Dispatch.Reason.RETURNED: waits,
    Dispatch.Reason.UNCOVERED: waits,
    Dispatch.Reason.WRONG_NUMBER: is_not_reached,
    Dispatch.Reason.NOT_REACHED: is_not_reached,
    Dispatch.Reason.LEFT_OPEN: lambda alert: alert.status == Alert.Status.ACKNOWLEDGED,
    Dispatch.Reason.CLOSING: lambda alert: alert.is_open and alert.triage_level is Level.SAME_DAY,
    Dispatch.Reason.DIGEST: waits,
}
