"""The action with which a companion checks in for the patient."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from aftercare.checkins.form.posting import submit_posted
from aftercare.checkins.models.hot_reads import lock_patient
from aftercare.checkins.submission.actions import Receipt
from aftercare.people.models import Companion


class EndedError(ValueError):
    """The companion was removed meanwhile, or the patient has left: nothing is stored."""


@transaction.atomic
def submit_as_companion(*, companion: Companion, posted: QueryDict, now: datetime) -> Receipt:
    """Submit a posted form for the patient, marked as the companion's and judged as every other.

    The lock on the patient's row lets a removal come before or after. Raise EndedError after a removal,
    RejectedError with all errors of the form.
    """
    patient = companion.patient
    locked = lock_patient(patient)
    active = Companion.objects.active().filter(pk=companion.pk).first()
    if active is None or companion.user is None:
        raise EndedError
    return submit_posted(
        patient=patient, posted=posted, by=companion.user, now=now, companion=companion, locked=locked
    )
