"""Relevance of a dispatch at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable

from aftercare.alerts.models import Alert, Dispatch
from aftercare.triage import CONTACT_REQUESTED, Level


def relevant_alerts(dispatch: Dispatch) -> list[Alert]:
    """Return the alerts of a dispatch that still need attention, highest level first."""
    matters = RELEVANCE_BY_REASON[Dispatch.Reason(original_dispatch(dispatch).reason)]
    alerts = [alert for alert in dispatch.alerts.all() if matters(alert)]
    return sorted(alerts, key=lambda alert: (-alert.triage_level.rank, alert.opened_at))


def original_dispatch(dispatch: Dispatch) -> Dispatch:
    """Return the dispatch whose message could not be delivered at first; other dispatches are returned unchanged."""
    while dispatch.reason == Dispatch.Reason.UNDELIVERED:
        dispatch = Dispatch.objects.get(pk=dispatch.event)
    return dispatch


def needs_acknowledgement(alert: Alert) -> bool:
    """Return True if an alert is unacknowledged or unconfirmed, or asks for a callback again."""
    asks_again = alert.rule == CONTACT_REQUESTED and alert.is_open and alert.reported_again_at is not None
    return alert.is_waiting or asks_again


def is_not_reached(alert: Alert) -> bool:
    """Return True if an alert is open and the patient was not reached since the newest report."""
    return alert.is_open and not alert.is_reached


# A missing check-in matters until the alert is closed, the rest until it is acknowledged or the patient
# reached.
RELEVANCE_BY_REASON: dict[Dispatch.Reason, Callable[[Alert], bool]] = {
    Dispatch.Reason.OPENED: needs_acknowledgement,
    Dispatch.Reason.UNACKNOWLEDGED: needs_acknowledgement,
    Dispatch.Reason.SILENT: lambda alert: alert.is_open,
    Dispatch.Reason.FORGOTTEN: lambda alert: alert.is_forgotten,
    Dispatch.Reason.RETURNED: needs_acknowledgement,
    Dispatch.Reason.UNCOVERED: needs_acknowledgement,
    Dispatch.Reason.WRONG_NUMBER: is_not_reached,
    Dispatch.Reason.NOT_REACHED: is_not_reached,
    Dispatch.Reason.LEFT_OPEN: lambda alert: alert.status == Alert.Status.ACKNOWLEDGED,
    Dispatch.Reason.CLOSING: lambda alert: alert.is_open and alert.triage_level is Level.SAME_DAY,
    Dispatch.Reason.DIGEST: needs_acknowledgement,
}
