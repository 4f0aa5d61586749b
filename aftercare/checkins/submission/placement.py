"""Validation of a submission before anything is stored: time, procedure and correction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from aftercare.checkins.models import NOTE_LENGTH, CheckIn
from aftercare.checkins.submission.history import History, side_by_side
from aftercare.checkins.submission.submission import Placement, RejectedError, Submission
from aftercare.checkins.submission.tokens import described_at, is_repeat, is_same_instant, stored_check_ins
from aftercare.triage import Limits


def find_duplicate(submission: Submission, history: History, now: datetime) -> CheckIn | None:
    """Return the check-in that this submission repeats unchanged under its token, or None."""
    line = stored_check_ins(submission, history, now)
    if not line:
        return None
    there = procedures_at(described_at(submission, line, now), submission, history)
    return line[-1] if is_repeat(submission, there, line[-1], history) else None


def place(submission: Submission, history: History, *, now: datetime, limits: Limits) -> Placement:
    """Return where the submission belongs; raise RejectedError if it is invalid.

    An emergency is never refused: with an impossible time it is dated at submission, kept out of the series and
    supersedes nothing; an unknown procedure or correction is ignored.
    """
    line = stored_check_ins(submission, history, now)
    corrects = find_corrected(submission, line, history)
    observed_at = described_at(submission, line, now)
    if corrects and is_same_instant(observed_at, corrects.observed_at):
        observed_at = corrects.observed_at
    there = procedures_at(observed_at, submission, history)
    timing = timing_problems(submission, history, there, now=now, limits=limits)
    if submission.is_emergency:
        if timing or "observed_at" in submission.unreadable:
            return replace(procedures_at(now, submission, history), in_series=False)
        return replace(there, corrects=corrects)
    problems = {
        **timing,
        **area_problems(submission, history, now),
        **reference_problems(submission, history),
        **content_problems(submission),
    }
    if problems:
        raise RejectedError(problems)
    return replace(there, corrects=corrects)


def procedures_at(observed_at: datetime, submission: Submission, history: History) -> Placement:
    """Return the procedures that apply to a submission about `observed_at`."""
    if submission.is_several:
        together = side_by_side(history.procedures, observed_at)
        own = together[0] if together else None
        return Placement(observed_at=observed_at, procedure=own, beside=tuple(together[1:]))
    procedure = history.procedure(submission.procedure_id) or history.procedure_at(observed_at)
    return Placement(observed_at=observed_at, procedure=procedure)


def find_corrected(submission: Submission, line: list[CheckIn], history: History) -> CheckIn | None:
    """Return the newest revision of the corrected check-in: the token's, else the named one."""
    corrected = line[-1] if line else history.check_in(submission.supersedes_id)
    return history.current_version(corrected) if corrected else None


def content_problems(submission: Submission) -> dict[str, str]:
    """Return the errors of answers and note, by field."""
    problems = {}
    if submission.answers.is_empty:
        problems[""] = _("Nothing is answered yet. Answer at least one question, then send.")
    if len(submission.note) > NOTE_LENGTH:
        problems["note"] = _("Please use at most %(length)d characters.") % {"length": NOTE_LENGTH}
    return problems


def timing_problems(
    submission: Submission, history: History, there: Placement, *, now: datetime, limits: Limits
) -> dict[str, str]:
    """Return the errors of the time, by field."""
    observed_at, procedure = there.observed_at, there.procedure
    if observed_at > now + timedelta(minutes=limits.future_tolerance_min):
        return {"observed_at": _("This time has not come yet. Give an earlier time, or leave it empty.")}
    if observed_at < now - timedelta(hours=limits.backdate_limit_h):
        return {"observed_at": _("This is too long ago. Give a time in the last 7 days.")}
    if history.procedures and observed_at < history.procedures[0].performed_at:
        return {"observed_at": _("This time is before your treatment. Give a later time.")}
    if submission.procedure_id and procedure and procedure.performed_at > observed_at:
        return {"observed_at": _("This time is before the treatment that you chose. Give a later time.")}
    return {}


def area_problems(submission: Submission, history: History, now: datetime) -> dict[str, str]:
    """Return an error if the form asks for an area (two recover side by side) and none is given."""
    is_named = submission.procedure_id is not None or submission.is_several
    if submission.must_name_area and not is_named and len(side_by_side(history.procedures, now)) > 1:
        return {"procedure": _("Choose an area. You can choose “More than one, or not sure”.")}
    return {}


def reference_problems(submission: Submission, history: History) -> dict[str, str]:
    """Return errors if the named procedure or check-in is not the patient's."""
    problems = {}
    if submission.procedure_id and history.procedure(submission.procedure_id) is None:
        problems["procedure"] = _("We do not know this treatment. Choose one from the list.")
    if submission.supersedes_id and history.check_in(submission.supersedes_id) is None:
        problems["supersedes"] = _("The check-in to correct was not found. You can send this as a new one.")
    return problems
