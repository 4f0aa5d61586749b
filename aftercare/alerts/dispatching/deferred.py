"""Deferred dispatches: sent when the clinic opens, and rescheduled when its hours or closed days change."""

from __future__ import annotations

import logging
from datetime import datetime

from aftercare.alerts.dispatching.dispatches import due_at
from aftercare.alerts.models import Dispatch
from aftercare.logs.isolation import isolated
from aftercare.triage import Level

logger = logging.getLogger(__name__)


def follow_hours() -> int:
    """Reschedule every deferred dispatch to the clinic's current hours; return the number moved."""
    moved = 0
    for dispatch in Dispatch.objects.deferred().select_related("clinic"):
        before = dispatch.due_at
        with isolated(logger, "dispatch %s could not be moved", dispatch.pk):
            moved += reschedule(dispatch) != before
    return moved


def reschedule(dispatch: Dispatch) -> datetime:
    """Return when a dispatch is due by the clinic's current hours, and store it if it has changed.

    Counted from the decision, not from now: a dispatch that missed an opening is sent at once instead of
    waiting for the next one.
    """
    if not dispatch.is_deferred:
        return dispatch.due_at
    due = due_at(dispatch.clinic, Level.SAME_DAY, dispatch.decided_at)
    if due != dispatch.due_at:
        Dispatch.objects.filter(pk=dispatch.pk, drained_at=None).update(due_at=due)
        dispatch.due_at = due
    return due
