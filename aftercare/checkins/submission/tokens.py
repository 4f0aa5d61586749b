"""Idempotency tokens: sent again unchanged a repeat, changed a correction, after some hours a new check-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from aftercare.checkins.models import NOTE_LENGTH, CheckIn
from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.submission import Placement, Submission

# Within this time, a form without a time is about the instant of its first submission.
TIME_WINDOW = timedelta(hours=6)


def stored_check_ins(submission: Submission, history: History, now: datetime) -> list[CheckIn]:
    """Return the check-ins that the token stored since it last started anew, oldest first; empty if it does now."""
    stored = history.with_token(submission.token)
    beginnings = [place for place, check_in in enumerate(stored) if starts_anew(check_in)]
    line = stored[beginnings[-1] :] if beginnings else []
    is_new = submission.is_for_now and submission.filled_in_at is None
    if line and is_new and now - line[0].submitted_at > TIME_WINDOW:
        return []
    return line


def starts_anew(check_in: CheckIn) -> bool:
    """Return True if the check-in was new under its token; an emergency outside of the series is not."""
    return check_in.revision == 0 or (check_in.supersedes_id is None and check_in.in_series)


def described_at(submission: Submission, line: list[CheckIn], now: datetime) -> datetime:
    """Return the instant that a submission is about; `line`: check-ins of its token."""
    if submission.observed_at is not None:
        return submission.observed_at
    if line and submission.is_for_now:
        return line[0].filled_in_at or line[0].submitted_at
    return submission.filled_in_at or now


def is_repeat(submission: Submission, placement: Placement, last: CheckIn, history: History) -> bool:
    """Return True if the last check-in of the token has the same answers, instant and procedure."""
    return (
        last.answers == submission.answers.to_json()
        and last.note == submission.note[:NOTE_LENGTH]
        and has_same_time(submission, placement, last)
        and has_same_procedures(submission, placement, last, history)
    )


def has_same_time(submission: Submission, placement: Placement, last: CheckIn) -> bool:
    unreadable, kept = (source.unreadable.get("observed_at") for source in (submission, last))
    if unreadable or kept:
        return unreadable == kept
    said = submission.observed_at or placement.observed_at
    return is_same_instant(said, last.stated_at or last.observed_at)


def is_same_instant(typed: datetime, stored: datetime) -> bool:
    """Return True if a typed time, shown to the second, equals the stored one."""
    return typed in (stored, stored.replace(microsecond=0))


def has_same_procedures(
    submission: Submission, placement: Placement, last: CheckIn, history: History
) -> bool:
    """Return True if it belongs where the last one does; a procedure recorded in between changes nothing."""
    own, *beside = history.procedures_of(last)
    if placement.procedure == own and set(placement.beside) == set(beside):
        return True
    if submission.procedure_id is not None or submission.is_several or beside:
        return False
    known = [p for p in history.procedures if p.recorded_at <= last.submitted_at]
    before = [p for p in known if p.performed_at <= placement.observed_at]
    return own == (before[-1] if before else None)
