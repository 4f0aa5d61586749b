"""The auditor: each minute, whether somebody is or will be told of everything that needs a person."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from aftercare.alerts.auditing.repair import repair_alerts
from aftercare.alerts.auditing.report import AUDITOR, report
from aftercare.alerts.models import Dispatch, Omission
from aftercare.checkins.models import CheckIn, Finding
from aftercare.outbox.heartbeats import beat_heart

logger = logging.getLogger(__name__)

# Check-ins whose deadline to be confirmed is older are not looked at: their alerts are.
LOOK_BACK = timedelta(days=1)
MOST = 200


def audit(now: datetime) -> list[Omission]:
    """Find what nobody would be told of any more, let it be told now, and report it; return what was found."""
    omissions = [*repair_alerts(now), *record_without_alert(now)]
    report(omissions, now)
    beat_heart(AUDITOR, now)
    return omissions


def record_without_alert(now: datetime) -> list[Omission]:
    """Record, once each, the recent check-ins of same day and higher that have neither a dispatch nor an alert."""
    told = Dispatch.objects.filter(reason=Dispatch.Reason.OPENED, event=OuterRef("pk"))
    # A new finding has an alert.
    found = Finding.objects.filter(assessment__caused_by=OuterRef("pk"), is_new=True)
    known = Omission.objects.filter(kind=Omission.Kind.NO_ALERT, event=OuterRef("pk"))
    check_ins = (
        CheckIn.objects.filter(confirm_by__gt=now - LOOK_BACK)
        .exclude(Exists(told))
        .exclude(Exists(found))
        .exclude(Exists(known))
        .select_related("patient")
        .order_by("confirm_by")[:MOST]
    )
    omissions = [
        Omission(
            clinic_id=check_in.patient.clinic_id,
            kind=Omission.Kind.NO_ALERT,
            event=check_in.pk,
            found_at=now,
        )
        for check_in in check_ins
    ]
    for omission in omissions:
        logger.error("check-in %s has no alert", omission.event)
    return Omission.objects.bulk_create(omissions, ignore_conflicts=True)
