"""What waits for the clinic to open goes out when it opens, also where its hours or closed days change meanwhile."""

from __future__ import annotations

import logging
from datetime import datetime

from aftercare.alerts.dispatching.dispatches import due_at
from aftercare.alerts.models import Dispatch
from aftercare.triage import Level

logger = logging.getLogger(__name__)


def follow_hours() -> int:
    """Move every dispatch that waits for an opening to the one that the clinic's hours give now. Returns how many."""
    moved = 0
    for dispatch in Dispatch.objects.put_off().select_related("clinic"):
        before = dispatch.due_at
        try:
            moved += keep_to_hours(dispatch) != before
        except Exception:
            # One clinic's hours must not keep another's messages from moving.
            logger.exception("dispatch %s could not be moved", dispatch.pk)
    return moved


def keep_to_hours(dispatch: Dispatch) -> datetime:
    """When a dispatch is due by the clinic's hours of today; kept on its row where that is another instant.

    Counted from the decision on, not from now: where an opening has passed and nobody was told, it is late
    and goes at once, instead of waiting for one more.
    """
    if not dispatch.is_put_off:
        return dispatch.due_at
    due = due_at(dispatch.clinic, Level.SAME_DAY, dispatch.decided_at)
    if due != dispatch.due_at:
        Dispatch.objects.filter(pk=dispatch.pk, drained_at=None).update(due_at=due)
        dispatch.due_at = due
    return due
