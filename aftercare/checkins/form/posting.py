"""Submission of a posted form."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import QueryDict

from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.form.kept import filled_in_at
from aftercare.checkins.models.hot_reads import Locked
from aftercare.checkins.submission.actions import Receipt, submit_check_in
from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.submission import RejectedError
from aftercare.people.models import Companion, Patient, User


def submit_posted(
    *,
    patient: Patient,
    posted: QueryDict,
    by: User,
    now: datetime,
    companion: Companion | None = None,
    locked: Locked | None = None,
) -> Receipt:
    """Submit a posted form, by the patient, a companion or staff; raise RejectedError with all its errors.

    `locked`: see `submit_check_in`.
    """
    form = CheckInForm(posted, zone=patient.zone, now=now)
    if not form.is_valid():
        raise RejectedError(form.problems_beside(History.of(patient, None)))
    submission = replace(form.submission(), filled_in_at=filled_in_at(posted, now))
    return submit_check_in(
        patient=patient, by=by, submission=submission, now=now, companion=companion, locked=locked
    )
