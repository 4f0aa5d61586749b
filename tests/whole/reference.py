"""A second reading of the clinical specification: what becomes of a case, step by step, in memory.

Written from the text alone, beside the product. Only the judgement of one series is shared with it: the
engine in `aftercare.triage`, which has tests of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aftercare.triage import (
    DEFAULT_COURSES,
    Answers,
    Entry,
    Level,
    Sign,
    Unwell,
    evaluate,
    missed_check_ins,
    newly_fired,
    silent_after_alert,
    treated_over_open_alert,
)

HOUR = timedelta(hours=1)
TOKEN_KEEPS_ITS_INSTANT = 6 * HOUR
TOGETHER = 336 * HOUR
EMERGENCY_WAITS, URGENT_WAITS = timedelta(minutes=10), timedelta(minutes=30)
# Families of rules that use h or the series: of these, each procedure of an entry has an alert of its own.
PER_PROCEDURE = frozenset(
    {
        *("sudden_return", "small_return", "late_rise", "past_expected", "mild_past_expected"),
        *("severe_redness_late", "intense_pain", "hot_sore_area", "early_hot_sore_area", "at_risk_patient"),
        *("bruise_past_expected", "peeling_past_expected", "spots_past_expected"),
        *("numb_or_weak", "scaly_patches", "new_bumps", "new_scar"),
        *("late_open_sore", "late_lumps", "late_new_bumps"),
    }
)


@dataclass(eq=False)
class Treated:
    """A procedure."""

    name: str
    kind: str
    area: str
    at: datetime


@dataclass(eq=False)
class Raised:
    """An alert."""

    procedure: Treated | None
    rule: str
    level: Level
    opened_at: datetime
    reported_at: datetime
    status: str = "new"
    unconfirmed_since: datetime | None = None
    reached_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.status == "new" or (self.status == "acknowledged" and self.unconfirmed_since is not None)

    @property
    def is_reached(self) -> bool:
        return self.reached_at is not None and self.reached_at >= self.reported_at


@dataclass(eq=False)
class Reported:
    """A stored check-in. `own`: the procedure and rule of each finding of its own."""

    name: str | None
    token: str | None
    answers: Answers
    stated: datetime | None
    at: datetime
    submitted_at: datetime
    procedures: list[Treated | None]
    in_series: bool
    corrects: Reported | None
    begins_token_at: datetime
    own: dict[tuple[Treated | None, str], Raised] = field(default_factory=dict)
    reported: list[Raised] = field(default_factory=list)
    rules: tuple[str, ...] = ()
    level: Level = Level.EXPECTED


@dataclass(frozen=True)
class Given:
    """A check-in as it is sent."""

    name: str | None
    token: str | None
    supersedes: str | None
    procedure: str | None
    answers: Answers
    stated: datetime | None
    now: datetime


REJECTED: dict[str, Any] = {"level": "none", "rules": [], "status": "rejected", "notify": False}


class Reference:
    """One patient of a clinic that is open day and night."""

    def __init__(self, *, at_risk: bool) -> None:
        self.at_risk = at_risk
        self.procedures: list[Treated] = []
        self.reports: list[Reported] = []
        self.alerts: list[Raised] = []

    # Steps

    def treat(self, procedure: Treated) -> dict[str, Any]:
        warned = treated_over_open_alert(
            performed_at=procedure.at,
            now=procedure.at,
            open_levels=[alert.level for alert in self.open_alerts()],
            reports=[(report.at, report.answers) for report in self.not_superseded()],
        )
        self.procedures.append(procedure)
        self.procedures.sort(key=lambda one: one.at)
        return timed(["treated_over_open_alert"] if warned else [])

    def work(self, action: str, now: datetime, result: str | None) -> dict[str, Any]:
        for alert in self.open_alerts():
            if action == "close_all":
                alert.status, alert.unconfirmed_since = "closed", None
                continue
            if alert.status == "new":
                alert.status = "acknowledged"
            elif action == "ack_all":
                alert.unconfirmed_since = None
            if action == "call_all" and result == "reached":
                alert.reached_at, alert.unconfirmed_since = now, None
        return {"level": "none", "rules": [], "status": None, "notify": None}

    def tick(self, now: datetime) -> dict[str, Any]:
        held = []
        waits = {Level.EMERGENCY: EMERGENCY_WAITS, Level.URGENT: URGENT_WAITS}
        if any(
            alert.waits and now - (alert.unconfirmed_since or alert.opened_at) >= waits[alert.level]
            for alert in self.open_alerts()
            if alert.level in waits
        ):
            held.append("unacknowledged")
        newest = self.reports[-1] if self.reports else None
        if newest and newest.level >= Level.SAME_DAY:
            own = [alert.level for alert in newest.reported if alert.status != "closed"]
            if silent_after_alert(now=now, submitted_at=newest.submitted_at, open_levels=own):
                held.append("silent_after_alert")
        done = [procedure for procedure in self.procedures if procedure.at <= now]
        if missed_check_ins(
            now=now,
            performed_at=done[-1].at if done else None,
            last_submitted_at=newest.submitted_at if newest else None,
        ):
            held.append("missed_check_ins")
        return timed(held)

    def submit(self, given: Given) -> dict[str, Any]:
        line = self.line_of(given)
        at = self.instant_of(given, line)
        emergency = is_emergency(given.answers)
        problem = self.has_impossible_time(given, at)
        unknown = self.has_unknown_reference(given, line)
        if not emergency and (problem or unknown or given.answers.is_empty):
            return REJECTED
        impossible = emergency and problem
        procedures = self.procedures_of(given, given.now if impossible else at)
        if line and self.is_repeated(given, line[-1], at, procedures, impossible=impossible):
            return self.reply(line[-1], "duplicate", notify=False)
        corrected = None if impossible else self.corrected_by(given, line)
        report = Reported(
            name=given.name,
            token=given.token,
            answers=given.answers,
            stated=given.stated,
            at=given.now if impossible else at,
            submitted_at=given.now,
            procedures=procedures,
            in_series=not impossible,
            corrects=corrected,
            begins_token_at=line[0].begins_token_at if line else given.now,
        )
        return self.store(report)

    # Where a check-in belongs

    def line_of(self, given: Given) -> list[Reported]:
        """Return the check-ins that the token has stored since it last began anew."""
        of_token = [r for r in self.reports if given.token is not None and r.token == given.token]
        if not of_token:
            return []
        begins = of_token[-1].begins_token_at
        if given.stated is None and given.now - begins > TOKEN_KEEPS_ITS_INSTANT:
            return []
        return [report for report in of_token if report.begins_token_at == begins]

    def instant_of(self, given: Given, line: list[Reported]) -> datetime:
        if given.stated is not None:
            return given.stated
        return line[0].begins_token_at if line else given.now

    def has_impossible_time(self, given: Given, at: datetime) -> bool:
        if at > given.now + timedelta(minutes=5) or at < given.now - 168 * HOUR:
            return True
        if self.procedures and at < self.procedures[0].at:
            return True
        named = self.named(given)
        return named is not None and named.at > at

    def has_unknown_reference(self, given: Given, line: list[Reported]) -> bool:
        unknown_procedure = given.procedure not in (None, "several") and self.named(given) is None
        unknown_check_in = given.supersedes is not None and self.report_named(given.supersedes) is None
        return unknown_procedure or unknown_check_in

    def named(self, given: Given) -> Treated | None:
        return next((p for p in self.procedures if p.name == given.procedure), None)

    def report_named(self, name: str) -> Reported | None:
        return next((r for r in reversed(self.reports) if r.name == name), None)

    def procedures_of(self, given: Given, at: datetime) -> list[Treated | None]:
        """The procedures that it is judged against, the one that it belongs to first."""
        named = self.named(given)
        if named is not None:
            return [named]
        done = [procedure for procedure in self.procedures if procedure.at <= at]
        if not done:
            return [None]
        latest = done[-1]
        if given.procedure != "several":
            return [latest]
        by_area = {procedure.area: procedure for procedure in done}
        others = [p for p in by_area.values() if p is not latest and latest.at - p.at <= TOGETHER]
        return [latest, *others]

    def is_repeated(
        self,
        given: Given,
        last: Reported,
        at: datetime,
        procedures: list[Treated | None],
        *,
        impossible: bool,
    ) -> bool:
        same_time = given.stated == last.stated if impossible else at == last.at
        same_procedures = set(procedures) == set(last.procedures)
        return given.answers == last.answers and same_time and same_procedures

    def corrected_by(self, given: Given, line: list[Reported]) -> Reported | None:
        """The newest revision of what is corrected."""
        found = line[-1] if line else self.report_named(given.supersedes) if given.supersedes else None
        while found is not None:
            later = next((r for r in self.reports if r.corrects is found), None)
            if later is None:
                return found
            found = later
        return None

    # What it brings about

    def not_superseded(self) -> list[Reported]:
        replaced = {report.corrects for report in self.reports}
        return [report for report in self.reports if report not in replaced]

    def series(self, procedure: Treated | None, without: Reported | None = None) -> list[Entry]:
        return [
            entry(report, procedure)
            for report in self.not_superseded()
            if report.in_series and report is not without and procedure in report.procedures
        ]

    def open_alerts(self) -> list[Raised]:
        return [alert for alert in self.alerts if alert.status != "closed"]

    def store(self, report: Reported) -> dict[str, Any]:
        corrected = report.corrects
        own: list[tuple[Treated | None, str, Level]] = []
        later: list[tuple[Reported, Treated | None, str, Level]] = []
        affected = [*report.procedures, *(corrected.procedures if corrected else [])]
        by_id = {id(one): one for one in self.reports}
        for procedure in dict.fromkeys(affected):
            before = self.series(procedure)
            after = self.series(procedure, without=corrected)
            performed_at = procedure.at if procedure else None
            if procedure in report.procedures:
                judged = evaluate(
                    entry(report, procedure), after, performed_at=performed_at, at_risk=self.at_risk
                )
                own += [
                    (procedure, finding.rule, finding.level)
                    for finding in judged.findings
                    if procedure is report.procedures[0] or is_per_procedure(finding.rule)
                ]
                if report.in_series:
                    after = [*after, entry(report, procedure)]
            for revealed in newly_fired(
                before, after, performed_at=performed_at, at_risk=self.at_risk, except_key=id(report)
            ):
                seen = by_id[int(str(revealed.key))]
                later += [
                    (seen, procedure, finding.rule, finding.level)
                    for finding in revealed.findings
                    if procedure is seen.procedures[0] or is_per_procedure(finding.rule)
                ]
        kept = self.kept_findings(report)
        fired = [(p, rule, level) for p, rule, level in own if (p, rule) not in kept]
        fired += [(p, rule, level) for _seen, p, rule, level in later]
        notify = self.is_told(fired)
        for procedure, rule, level in fired:
            alert = self.raise_alert(procedure, rule, level, report.submitted_at)
            report.reported.append(alert)
            if (procedure, rule) not in kept and (procedure, rule, level) in own:
                report.own[procedure, rule] = alert
        for key in [(p, rule) for p, rule, _level in own if (p, rule) in kept]:
            report.own[key] = kept[key]
            report.reported.append(kept[key])
        for seen, procedure, rule, _level in later:
            seen.own[procedure, rule] = self.open_at(procedure, rule) or seen.own[procedure, rule]
        self.reports.append(report)
        levels = [level for _p, _rule, level in own] + [level for *_rest, level in later]
        report.level = max([Level.EXPECTED, *levels])
        names = {rule for _p, rule, _level in own} | {rule for _seen, _p, rule, _level in later}
        report.rules = tuple(sorted(names))
        return self.reply(report, "stored", notify=notify)

    def kept_findings(self, report: Reported) -> dict[tuple[Treated | None, str], Raised]:
        """Return the findings of the corrected revision; none if the correction describes a later instant."""
        corrected = report.corrects
        if corrected is None or report.at > corrected.submitted_at:
            return {}
        return corrected.own

    def is_told(self, fired: list[tuple[Treated | None, str, Level]]) -> bool:
        waiting = [alert for alert in self.open_alerts() if alert.waits]
        emergency_waits = any(alert.level is Level.EMERGENCY for alert in waiting)
        for procedure, rule, level in fired:
            if level < Level.SAME_DAY:
                continue
            alert = self.open_at(procedure, rule)
            again = level is Level.URGENT or rule == "contact_requested"
            if level is Level.EMERGENCY:
                return True
            if alert is not None:
                if again and not alert.waits and not emergency_waits:
                    return True
            elif not any(one.level > level for one in waiting):
                return True
        return False

    def open_at(self, procedure: Treated | None, rule: str) -> Raised | None:
        return next((a for a in self.open_alerts() if a.procedure is procedure and a.rule == rule), None)

    def raise_alert(self, procedure: Treated | None, rule: str, level: Level, now: datetime) -> Raised:
        alert = self.open_at(procedure, rule)
        if alert is None:
            alert = Raised(procedure, rule, level, now, now)
            self.alerts.append(alert)
            return alert
        alert.reported_at = now
        if alert.status == "acknowledged" and level >= Level.URGENT:
            alert.unconfirmed_since = alert.unconfirmed_since or now
        return alert

    def reply(self, report: Reported, status: str, *, notify: bool) -> dict[str, Any]:
        return {
            "level": report.level.value,
            "rules": list(report.rules),
            "status": status,
            "notify": notify,
        }

    # What the patient's pages lead with

    def lead(self) -> str:
        pressing = [alert for alert in self.open_alerts() if alert.level >= Level.SAME_DAY]
        unreached = [alert.level for alert in pressing if not alert.is_reached]
        if unreached:
            return max(unreached).value
        if pressing:
            return "reached"
        if not self.reports:
            return "none"
        newest = self.reports[-1]
        if any(alert.level >= Level.SAME_DAY for alert in newest.reported):
            return "closed"
        return newest.level.value


def timed(rules: list[str]) -> dict[str, Any]:
    levels = {"unacknowledged": "urgent", "silent_after_alert": "same_day"}
    order = ["urgent", "same_day", "routine"]
    found = sorted((levels.get(rule, "routine") for rule in rules), key=order.index)
    return {
        "level": found[0] if found else "none",
        "rules": sorted(rules),
        "status": None,
        "notify": None,
    }


def is_per_procedure(rule: str) -> bool:
    return rule.split(".", maxsplit=1)[0] in PER_PROCEDURE


def is_emergency(answers: Answers) -> bool:
    signs, unwell = answers.signs or (), answers.unwell or ()
    spreads = Sign.SPREADING in signs and Unwell.FEVER in unwell
    reacts = Sign.HIVES in signs and Unwell.VOMITING in unwell
    return bool(answers.emergency) or spreads or reacts


def entry(report: Reported, procedure: Treated | None) -> Entry:
    course = DEFAULT_COURSES[procedure.kind] if procedure else None
    return Entry(key=id(report), at=report.at, answers=report.answers, course=course)
