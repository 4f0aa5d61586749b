"""What a patient sends, and whether it can be taken: times, procedure and correction, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from aftercare.checkins.history import History
from aftercare.checkins.models import NOTE_LENGTH, CheckIn
from aftercare.people.models import Procedure
from aftercare.triage import Answers, Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One filled-in form. `observed_at` None means now; ids None mean that none was named."""

    token: UUID
    answers: Answers
    note: str = ""
    observed_at: datetime | None = None
    procedure_id: UUID | None = None
    supersedes_id: UUID | None = None
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def is_emergency(self) -> bool:
        """Whether an emergency was ticked: then it is never refused."""
        return bool(self.answers.emergency)


class RejectedError(ValueError):
    """The check-in was not taken and nothing was stored. `problems`: what to mend, by form field ("" for all)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a submission belongs: the instant described, the procedure, and what it corrects."""

    observed_at: datetime
    procedure: Procedure | None
    corrects: CheckIn | None
    in_series: bool = True


def find_duplicate(submission: Submission, history: History) -> CheckIn | None:
    """The check-in that this one repeats: the same token, answers, note and time."""
    named = history.procedure(submission.procedure_id)
    return next((c for c in history.with_token(submission.token) if is_same(c, submission, named)), None)


def is_same(check_in: CheckIn, submission: Submission, named: Procedure | None) -> bool:
    """Whether a stored check-in says what `submission` says, which names a procedure of the patient's or none."""
    stated = submission.observed_at
    same_time = stated in (check_in.stated_at, check_in.observed_at)
    same_procedure = named is None or named.pk == check_in.procedure_id
    return (
        check_in.answers == submission.answers.to_json()
        and check_in.note == submission.note[:NOTE_LENGTH]
        and same_time
        and same_procedure
    )


def place(submission: Submission, history: History, *, now: datetime, limits: Limits) -> Placement:
    """Where the submission belongs; RejectedError where it belongs nowhere.

    An emergency is never refused: with an impossible time it is dated at submission and left out of the
    series; a procedure or correction that does not exist is passed over.
    """
    observed_at = submission.observed_at or now
    procedure = history.procedure(submission.procedure_id) or history.procedure_at(observed_at)
    corrects = find_corrected(submission, history)
    timing = timing_problems(submission, history, observed_at, procedure, now=now, limits=limits)
    problems = {**timing, **reference_problems(submission, history)}
    if submission.is_emergency:
        if timing or "observed_at" in submission.unreadable:
            named = history.procedure(submission.procedure_id)
            return Placement(
                observed_at=now,
                procedure=named or history.procedure_at(now),
                corrects=corrects,
                in_series=False,
            )
        return Placement(observed_at=observed_at, procedure=procedure, corrects=corrects)
    if submission.answers.is_empty:
        problems[""] = _("Nothing is answered yet. Answer at least one question, then send.")
    if len(submission.note) > NOTE_LENGTH:
        problems["note"] = _("Please use at most %(length)d characters.") % {"length": NOTE_LENGTH}
    if problems:
        raise RejectedError(problems)
    return Placement(observed_at=observed_at, procedure=procedure, corrects=corrects)


def find_corrected(submission: Submission, history: History) -> CheckIn | None:
    """The standing version of what is corrected: by the same token with other answers, or as named."""
    first = next(iter(history.with_token(submission.token)), None)
    corrected = first or history.check_in(submission.supersedes_id)
    return history.standing_version(corrected) if corrected else None


def timing_problems(
    submission: Submission,
    history: History,
    observed_at: datetime,
    procedure: Procedure | None,
    *,
    now: datetime,
    limits: Limits,
) -> dict[str, str]:
    """What is wrong with the instant described."""
    if observed_at > now + timedelta(minutes=limits.future_tolerance_min):
        return {"observed_at": _("This time is still to come. Give a time up to now, or leave it empty.")}
    if observed_at < now - timedelta(hours=limits.backdate_limit_h):
        return {"observed_at": _("This is too long ago. Give a time in the last 7 days.")}
    if history.procedures and observed_at < history.procedures[0].performed_at:
        return {"observed_at": _("This time is before your treatment. Give a later time.")}
    if submission.procedure_id and procedure and procedure.performed_at > observed_at:
        return {"observed_at": _("This time is before the treatment that you chose. Give a later time.")}
    return {}


def reference_problems(submission: Submission, history: History) -> dict[str, str]:
    """Whether the procedure and the corrected check-in named are the patient's own."""
    problems = {}
    if submission.procedure_id and history.procedure(submission.procedure_id) is None:
        problems["procedure"] = _("We do not know this treatment. Choose one from the list.")
    if submission.supersedes_id and history.check_in(submission.supersedes_id) is None:
        problems["supersedes"] = _("The check-in to correct was not found. You can send this as a new one.")
    return problems
