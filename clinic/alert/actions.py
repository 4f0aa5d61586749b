"""Actions on one patient's alerts as a page showed them.

Closing, and recording that the patient was reached, is refused if anything about the patient arrived after
the page was drawn. The patient's row is locked first, so that nothing arrives in between.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aftercare.alerts.actions.contact_attempts import record_contact_attempt, set_next_try
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import Assessment
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Patient, StaffMember, User
from aftercare.ui.telephones import Telephone
from clinic.access import require
from clinic.permissions import may_set_next_try
from clinic.queue.actions import close_alerts, undo_close_alerts

NEWS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownState:
    """The state of a patient that a page showed. Empty fields are not checked.

    `at`: when the page was drawn; `alerts`: the open alerts; `reports`: the number of evaluations of
    check-ins, which also detects a check-in that was being saved while the page was drawn.
    """

    at: datetime | None = None
    alerts: frozenset[UUID] = frozenset()
    reports: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The result of a call, and the next step: keep the alerts open, or close one alert or all with an outcome."""

    result: str = ""  # empty: no call
    kind: str = ContactAttempt.Kind.CALLED
    note: str = ""
    outcome: str = ""  # empty: kept open
    closes_all: bool = False
    telephone: Telephone | str = ""  # another number of the patient
    next_try_at: datetime | None = None
    next_try_reason: str = ""

    @property
    def is_reached(self) -> bool:
        return self.result == ContactAttempt.Result.REACHED

    @property
    def needs_the_newest(self) -> bool:
        """True if saving requires that the page showed every report."""
        return self.is_reached or bool(self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """The stored call attempt, and the alerts that were closed."""

    attempt: ContactAttempt | None = None
    closed: list[Alert] = field(default_factory=list)


class NewsError(ValueError):
    """Something about the patient arrived after the page was drawn. `items`: the evaluations, newest first."""

    def __init__(self, items: list[Assessment]) -> None:
        super().__init__("the page is older than what is known of the patient")
        self.items = items


@transaction.atomic
def acknowledge_shown(*, alert: Alert, also: Collection[UUID], by: User, now: datetime) -> int:
    """Acknowledge the alert, and the alerts of the same patient shown with it. Returns how many.

    Raises AlreadyAcknowledgedError or AlreadyClosedError for the alert itself; then nothing is acknowledged.
    """
    Patient.objects.select_for_update().get(pk=alert.patient_id)
    acknowledge(alert=alert, by=by, now=now)
    others = alert.patient.alerts.waiting().filter(pk__in=also).exclude(pk=alert.pk)
    return 1 + len([acknowledge(alert=other, by=by, now=now) for other in others])


@transaction.atomic
def give_back_shown(*, alert: Alert, also: Collection[UUID], by: User, now: datetime) -> int:
    """Give back the alert, and the alerts shown with it that have the same owner. Returns how many.

    Raises AlreadyClosedError or NotAcknowledgedError for the alert itself; then nothing is given back.
    """
    current = locked(alert)
    own = current.patient.alerts.filter(pk__in=also, status=Alert.Status.ACKNOWLEDGED, owner=current.owner)
    others = list(own.exclude(pk=alert.pk))
    give_back(alert=alert, by=by, now=now)
    return 1 + len([give_back(alert=other, by=by, now=now) for other in others])


@transaction.atomic
def undo_close_together(*, alert: Alert, by: StaffMember, now: datetime) -> int:
    """Undo the closing of the alert, and of the alerts closed with it. Returns how many.

    Raises PermissionDenied, TooLateError, NotClosedError or NewerAlertError; then nothing is reopened.
    """
    current = locked(alert)
    together = current.patient.alerts.filter(closed_at=current.closed_at, closed_by=by.user)
    others = list(together.exclude(pk=alert.pk)) if current.closed_at else []
    return len(undo_close_alerts(alerts=[current, *others], by=by, now=now))


@transaction.atomic
def save_call(
    *,
    patient: Patient,
    call: Call,
    shown: ShownState,
    by: StaffMember,
    now: datetime,
    alert: Alert | None = None,
) -> CallOutcome:
    """Record the call, and keep open or close the alerts that the page showed, atomically.

    Raises NewsError if the page was out of date, PermissionDenied if the member may not close every alert or
    set the next try, AlreadyClosedError and NoteNeededError as `close` does, and ValidationError for an invalid
    number or next try.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if call.needs_the_newest:
        require_no_news(patient, shown, all_alerts=call.closes_all)
    attempt = None
    if call.result:
        attempt = record_contact_attempt(
            patient=patient,
            alert=alert,
            by=by.user,
            now=now,
            result=call.result,
            kind=call.kind,
            note=call.note,
        )
    if call.telephone:
        details = {"call_back_telephone": call.telephone}
        change_details(patient=patient, by=by.user, now=now, details=details)
    if call.outcome:
        chosen = alerts_to_close(patient, alert, closes_all=call.closes_all)
        closed = close_alerts(alerts=chosen, outcome=call.outcome, note=call.note, by=by, now=now)
        return CallOutcome(attempt=attempt, closed=closed)
    if call.next_try_at and not call.is_reached:
        set_delayed_try(patient, alert, call, by, now)
    return CallOutcome(attempt=attempt)


def alerts_to_close(patient: Patient, alert: Alert | None, *, closes_all: bool) -> list[Alert]:
    """Return the alert of the page; with `closes_all`, every open alert of the patient, the page's first."""
    chosen = [alert] if alert else []
    if closes_all:
        others = patient.alerts.open().worst_first()
        chosen += [other for other in others if alert is None or other.pk != alert.pk]
    return chosen


def set_delayed_try(
    patient: Patient, alert: Alert | None, call: Call, by: StaffMember, now: datetime
) -> None:
    """Set the next try of the page's alert, or of the patient's highest; raise PermissionDenied by role."""
    require(may_set_next_try(by), by)
    worst = alert or patient.alerts.open().worst_first().first()
    if worst is not None and call.next_try_at is not None:
        set_next_try(alert=worst, at=call.next_try_at, reason=call.next_try_reason, by=by.user, now=now)


def require_no_news(patient: Patient, shown: ShownState, *, all_alerts: bool = False) -> None:
    """Raise NewsError if the page lacks a check-in or finding of the patient or, with `all_alerts`, an open alert."""
    items = news_of(patient, shown)
    unseen = patient.alerts.open().exclude(pk__in=shown.alerts)
    if items or (all_alerts and shown.alerts and unseen.exists()):
        raise NewsError(items)


def news_of(patient: Patient, shown: ShownState) -> list[Assessment]:
    """Return the evaluations of the patient's check-ins that the page did not show, newest first."""
    own = Assessment.objects.filter(check_in__patient=patient)
    newest = own.select_related("check_in").prefetch_related("findings").order_by("-at", "-pk")
    unknown = max(own.count() - shown.reports, 0) if shown.reports is not None else 0
    later = own.filter(at__gt=shown.at).count() if shown.at else 0
    return list(newest[: min(max(unknown, later), NEWS_SHOWN)])
