"""Rows of the queue: one patient's alerts of one section."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import Finding
from aftercare.people.models import Patient, User
from aftercare.triage import RULES, Evidence, Level
from aftercare.ui.counting.sentences import Counted
from aftercare.ui.times import staff_clock
from clinic.labels import short_evidence, treatment, treatment_words
from clinic.queue.calls import call_words
from clinic.queue.deadlines import Clock, clock_of, closed_clock, first_after

# How long an acknowledgement or a closing can be undone in its row.
UNDO_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowContext:
    """Data shared by the rows of a page, each loaded in one query. `user`: who can undo what was just done."""

    user: User | None
    now: datetime
    newest: Mapping[UUID | None, Finding] = field(default_factory=dict)
    calls: Mapping[UUID, ContactAttempt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One patient's alerts of one section. `alert`: the highest of them."""

    alert: Alert
    alerts: list[Alert]
    treatment: str
    treated: Counted | None  # the same, counted on
    why: str
    detail: str
    clock: Clock
    silence: str
    reported_again: str
    call: ContactAttempt | None  # the last contact attempt about these alerts
    call_words: str
    call_line: str  # the same, shortened where the clock says a part of it
    to_give_back: list[Alert]  # acknowledged by the user within UNDO_WITHIN
    to_undo: list[Alert]  # closed by the user within UNDO_WITHIN
    seconds_to_undo: int
    changes_at: datetime | None  # when more than ages is drawn otherwise, though nothing is written

    @property
    def patient(self) -> Patient:
        return self.alert.patient

    @property
    def is_closed(self) -> bool:
        """True if the row is shown only so that its closing can be undone."""
        return not self.alert.is_open

    @property
    def waiting(self) -> list[Alert]:
        """The alerts to acknowledge, or whose newer report is to be confirmed."""
        return [alert for alert in self.alerts if alert.is_waiting]

    @property
    def is_hot(self) -> bool:
        """True if the row has a waiting emergency."""
        return any(alert.triage_level is Level.EMERGENCY for alert in self.waiting)

    @property
    def is_forgotten(self) -> bool:
        """True if an alert was acknowledged and no call was recorded in time."""
        return any(alert.is_forgotten for alert in self.alerts)

    @property
    def is_settled(self) -> bool:
        """True if staff reached the patient about every alert. Closing alone moves no row."""
        return all(alert.is_reached and not alert.is_waiting for alert in self.alerts)

    @property
    def more(self) -> int:
        return len(self.alerts) - 1

    @property
    def summary(self) -> str:
        """The reason in one sentence: "Pus bumps, or fluid. At 20 h, and 2 more findings"."""
        named = {"why": self.why, "detail": self.detail}
        words = _("%(why)s. %(detail)s") % named if self.detail else self.why
        if not self.more:
            return words
        said = ngettext(
            "%(words)s, and %(count)s more finding", "%(words)s, and %(count)s more findings", self.more
        )
        return said % {"words": words, "count": self.more}

    @property
    def key(self) -> str:
        """The stable id of the row on the page: the section and the patient."""
        part = "routine" if self.alert.triage_level is Level.ROUTINE else "act"
        return f"{part}-{self.patient.pk}"

    @property
    def call_note(self) -> str:
        """The note of the last call, unless it was recorded on the page of another alert."""
        if self.call is None or self.call.alert_id not in {None, *(alert.pk for alert in self.alerts)}:
            return ""
        return self.call.note

    @property
    def waits(self) -> str:
        """The waiting alerts with the instant since when, by which the script detects new ones."""
        return " ".join(f"{alert.pk}@{alert.waiting_since.isoformat()}" for alert in self.waiting)

    @property
    def newest_wait(self) -> datetime:
        """The instant from which the newest waiting alert waits."""
        return max(alert.waiting_since for alert in self.waiting)


def shown_token(alert: Alert) -> str:
    """Return the token of an alert as shown: its id, and the instant of its newest report."""
    return f"{alert.pk}@{alert.last_reported_at.isoformat()}"


def grouped(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """Return the alerts of each row, rows in the order of their first alert."""
    by_row: dict[tuple[UUID, bool], list[Alert]] = {}
    for alert in alerts:
        by_row.setdefault((alert.patient_id, alert.triage_level is Level.ROUTINE), []).append(alert)
    return [lead_first(group) for group in by_row.values()]


def lead_first(group: list[Alert]) -> list[Alert]:
    """Sort a row's alerts: open, highest, waiting, then longest open."""
    return sorted(
        group, key=lambda a: (not a.is_open, -a.triage_level.rank, not a.is_waiting, a.opened_at, a.rule)
    )


def newest_findings(alerts: QuerySet[Alert]) -> dict[UUID | None, Finding]:
    """Return the newest finding of each alert by the alert's id, in one query."""
    newest = Finding.objects.filter(alert=OuterRef("pk")).order_by("-assessment__at", "-pk")
    ids = alerts.order_by().annotate(newest=Subquery(newest.values("pk")[:1])).values("newest")
    findings = Finding.objects.filter(pk__in=ids).select_related(
        "assessment__caused_by", "assessment__check_in"
    )
    return {finding.alert_id: finding for finding in findings}


def queue_row(group: list[Alert], context: RowContext) -> QueueRow:
    """Return the row of a group from `grouped`. Its clock is that of the first waiting alert."""
    now, lead = context.now, group[0]
    alerts = [alert for alert in group if alert.is_open] or group
    finding = context.newest.get(lead.pk)
    call = call_about(alerts, context)
    clock = row_clock(alerts, now)
    to_give_back = [alert for alert in alerts if is_taken_lately(alert, context.user, now)]
    to_undo = [alert for alert in group if not alert.is_open]
    return QueueRow(
        alert=lead,
        alerts=alerts,
        treatment=treatment_words(lead.own_procedure, now),
        treated=treatment(lead.own_procedure) if lead.own_procedure else None,
        why=_(RULES[lead.rule].staff).removesuffix("."),
        detail=detail_words(finding) if finding else "",
        clock=clock,
        silence=_("No check-in for a day") if any(alert.silent_since for alert in alerts) else "",
        reported_again=again_words(alerts, now),
        call=call,
        call_words=call_words(call, now) if call else "",
        call_line=call_line(call, clock, now),
        to_give_back=to_give_back,
        to_undo=to_undo,
        seconds_to_undo=seconds_left(to_undo, now),
        changes_at=first_after(now, clock.changes_at, *undo_ends(to_give_back, to_undo)),
    )


def row_clock(alerts: list[Alert], now: datetime) -> Clock:
    """Return the clock of the most pressing alert: forgotten, then waiting, then the highest."""
    lead = alerts[0]
    if not lead.is_open:
        return closed_clock(lead, now)
    forgotten = next((alert for alert in alerts if alert.is_forgotten and not alert.is_waiting), None)
    waiting = next((alert for alert in alerts if alert.is_waiting), None)
    return clock_of(forgotten or waiting or lead, lead.clinic.hours, now)


def again_words(alerts: Iterable[Alert], now: datetime) -> str:
    """Return when an alert was last reported again after its acknowledgement."""
    again = max((alert.reported_again_at for alert in alerts if alert.reported_again_at), default=None)
    return _("Reported again %(time)s") % {"time": staff_clock(again, now)} if again else ""


def call_about(alerts: Collection[Alert], context: RowContext) -> ContactAttempt | None:
    """Return the last contact attempt since the first of the alerts was opened."""
    call = context.calls.get(next(iter(alerts)).patient_id)
    return call if call and call.at >= min(alert.opened_at for alert in alerts) else None


def call_line(call: ContactAttempt | None, clock: Clock, now: datetime) -> str:
    """Return the last call; only its author if the clock already says that the patient was reached."""
    if call is None:
        return ""
    if clock.state == "reached" and call.result == ContactAttempt.Result.REACHED:
        return _("by %(by)s") % {"by": call.by}
    return call_words(call, now)


def is_taken_lately(alert: Alert, user: User | None, now: datetime) -> bool:
    """Return whether the user acknowledged the alert within `UNDO_WITHIN`, so that it can be given back in place."""
    return (
        user is not None
        and alert.status == Alert.Status.ACKNOWLEDGED
        and not alert.is_waiting
        and alert.owner_id == alert.acknowledged_by_id == user.pk
        and alert.acknowledged_at is not None
        and now - alert.acknowledged_at < UNDO_WITHIN
    )


def undo_ends(taken: Iterable[Alert], closed: Iterable[Alert]) -> list[datetime]:
    """Return until when each of these acknowledgements and closings can be undone."""
    begun = [*(alert.acknowledged_at for alert in taken), *(alert.closed_at for alert in closed)]
    return [at + UNDO_WITHIN for at in begun if at]


def seconds_left(closed: Iterable[Alert], now: datetime) -> int:
    """Return the seconds left to undo all of these closings."""
    ends = undo_ends([], closed)
    return max(int((min(ends) - now).total_seconds()), 0) if ends else 0


def detail_words(finding: Finding) -> str:
    """Return the values behind a finding; in an emergency the advice that the patient was given."""
    if finding.level == Level.EMERGENCY.value and (
        told := finding.assessment.told_with.advice.get("headline")
    ):
        return _("Told: %(told)s") % {"told": told}
    return short_evidence(map(Evidence.from_json, finding.evidence))
