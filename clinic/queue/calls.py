"""The last contact attempt of patients, for lists of staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from aftercare.alerts.models import ContactAttempt
from aftercare.ui.times import staff_clock


def last_calls(patients: Iterable[UUID]) -> dict[UUID, ContactAttempt]:
    """Return the last contact attempt of each patient, in one query, ignoring corrected attempts."""
    attempts = ContactAttempt.objects.filter(patient__in=list(patients), corrected_by=None)
    return {attempt.patient_id: attempt for attempt in attempts.select_related("by").order_by("at", "pk")}


def call_words(attempt: ContactAttempt, now: datetime) -> str:
    """Return "no answer 14:05, Ann Lowe"."""
    what = attempt.get_result_display().lower()
    if attempt.kind == ContactAttempt.Kind.PATIENT_CALLED:
        what = _("patient called")
    named = {"what": what, "time": staff_clock(attempt.at, now), "name": attempt.by}
    return _("%(what)s %(time)s, %(name)s") % named
