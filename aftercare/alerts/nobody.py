"""A clinic at which there is nobody to tell: what is to be told stays, and who runs the portal hears of it."""

from __future__ import annotations

import logging
from datetime import datetime

from aftercare.alerts.models import Dispatch
from aftercare.people.actions import record_event
from aftercare.people.models import Event, User

logger = logging.getLogger(__name__)


def note_nobody(dispatch: Dispatch, now: datetime) -> None:
    """Keep, once, that there is nobody to tell of a dispatch; it is told as soon as there is somebody."""
    if not Dispatch.objects.filter(pk=dispatch.pk, nobody_since=None).update(nobody_since=now):
        return
    logger.error("clinic %s has nobody to tell of dispatch %s", dispatch.clinic_id, dispatch.pk)
    record_event(
        verb=Event.Verb.NOBODY_TO_TELL,
        actor=User.objects.system(),
        now=now,
        clinic=dispatch.clinic,
        patient=dispatch.patient,
        subject=dispatch.event,
        data={"reason": dispatch.reason},
    )
