"""Context of a submission, shared by its evaluation and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.submission import Placement, Submission
from aftercare.people.models import Companion, Patient, User
from aftercare.triage import Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionContext:
    """A submission placed in the patient's history, with everything that its evaluation and its rows depend on.

    `by`: the patient, a companion, or staff on the telephone. `at_risk`: the patient's risk at `now`.
    """

    patient: Patient
    by: User
    submission: Submission
    placement: Placement
    history: History
    at_risk: bool
    now: datetime
    limits: Limits
    companion: Companion | None = None
