"""Pictures are deleted once they are older than their clinic keeps them."""

from __future__ import annotations

import logging
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef

from aftercare.alerts.models import Alert
from aftercare.checkins.models import Photo
from aftercare.checkins.photos.actions import remove_photo
from aftercare.logs.isolation import isolated
from aftercare.outbox.heartbeats import claim_periodic_job
from aftercare.people.models import Clinic, User

logger = logging.getLogger(__name__)

JOB, EVERY = "pictures kept too long", timedelta(hours=1)
MOST = 500  # pictures of a clinic in one run
# A manager who has typed a wrong number has this long to notice.
GRACE = timedelta(days=7)
BECAUSE = "kept_long_enough"


def end_retention(now: datetime) -> int:
    """Remove what is older than its clinic keeps it, once an hour; return how many pictures."""
    if not claim_periodic_job(JOB, EVERY, now):
        return 0
    removed = 0
    due = Clinic.objects.filter(photos_kept_months__isnull=False, photos_kept_since__lte=now - GRACE)
    for clinic in due.order_by("pk"):
        with isolated(logger, "the old pictures of clinic %s could not be removed", clinic.pk):
            removed += remove_old(clinic, now)
    return removed


def remove_old(clinic: Clinic, now: datetime) -> int:
    """Remove the old pictures of one clinic, and the rows of those whose files are gone.

    While an alert of the patient is open, its pictures stay.
    """
    if clinic.photos_kept_months is None:
        return 0
    limit = months_before(now, clinic.photos_kept_months)
    old = Photo.objects.filter(patient__clinic=clinic, created_at__lt=limit).order_by("created_at", "pk")
    worked_on = Alert.objects.open().filter(patient=OuterRef("patient"))
    removed, system = 0, User.objects.system()
    for photo in old.kept().exclude(Exists(worked_on)).select_related("patient")[:MOST]:
        remove_photo(photo=photo, now=now, by=system, because=BECAUSE)
        removed += 1
    without_files = old.filter(purged_at__isnull=False).values_list("pk", flat=True)[:MOST]
    Photo.objects.filter(pk__in=list(without_files)).delete()
    return removed


def months_before(now: datetime, months: int) -> datetime:
    """Return the instant so many calendar months earlier, on the last day of a shorter month."""
    at = now.astimezone(UTC)
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
