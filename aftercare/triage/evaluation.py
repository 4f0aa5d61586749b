"""Evaluation of a check-in, and new findings when its series changes."""

from collections.abc import Collection, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from aftercare.triage.answers import Answers
from aftercare.triage.findings import Assessment, Finding
from aftercare.triage.index import RuleIndex
from aftercare.triage.levels import Level
from aftercare.triage.limits import LIMITS, Limits
from aftercare.triage.rules import BY_PROCEDURE, CHECKED
from aftercare.triage.rules.urgent import AT_RISK_FAMILIES, AT_RISK_PATIENT
from aftercare.triage.series import Entry, Moment

RULESET_VERSION = "2"
_QUIET = Assessment(Level.EXPECTED, (), RULESET_VERSION)
_ALL = RuleIndex(CHECKED)
_ALL_BY_PROCEDURE = RuleIndex(BY_PROCEDURE)
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def evaluate(
    entry: Entry,
    others: Iterable[Entry],
    *,
    performed_at: datetime | None,
    at_risk: bool,
    limits: Limits = LIMITS,
) -> Assessment:
    """Evaluate a check-in by every rule; the level is the highest that fired.

    ``others``: check-ins of the same procedure that are not superseded, in any order; only strictly earlier
    ones count, and the check-in itself may be included. Without a procedure (``performed_at`` None), rules that
    need h do not fire, except `hot_sore_area` and the pain of 4 in `intense_pain`. For an entry with
    ``is_beside`` only rules that use h or the series are evaluated, and `at_risk_patient` by their findings.
    Raise ValueError for a naive instant, or a check-in after a procedure without an expected course.
    """
    moment = Moment(entry, others, performed_at=performed_at, limits=limits)
    findings: list[Finding] = []
    triggers: list[Finding] = []
    index = _ALL_BY_PROCEDURE if entry.is_beside else _ALL
    for rule, condition in index.may_fire(moment):
        fired = condition(moment)
        if fired is not None:
            finding = Finding(rule.id, rule.level, fired.evidence, fired.limit_h)
            findings.append(finding)
            if at_risk and rule.family in AT_RISK_FAMILIES:
                triggers.append(finding)
    if triggers:
        findings.append(_at_risk_finding(moment, triggers))
        findings.sort(key=lambda finding: (-finding.level.rank, finding.rule))
    return Assessment(findings[0].level, tuple(findings), RULESET_VERSION) if findings else _QUIET


def _at_risk_finding(moment: Moment, triggers: list[Finding]) -> Finding:
    # An answer behind several conditions is evidence once.
    evidence = dict.fromkeys(item for finding in triggers for item in finding.evidence)
    first = moment.seen("at_risk", True)
    return Finding(AT_RISK_PATIENT.id, AT_RISK_PATIENT.level, (first, *evidence), None)


def fires_emergency(answers: Answers) -> bool:
    """Return True if these answers alone fire an emergency rule: such a check-in is never refused."""
    moment = Moment(Entry("", _ANY_TIME, answers), (), performed_at=None, limits=LIMITS)
    return any(condition(moment) for rule, condition in CHECKED if rule.level is Level.EMERGENCY)


class NewlyFired(NamedTuple):
    """A check-in with new findings: its evaluation now, and the findings that it did not have before."""

    key: Hashable
    assessment: Assessment
    findings: tuple[Finding, ...]


def newly_fired(
    before: Collection[Entry],
    after: Collection[Entry],
    *,
    performed_at: datetime | None,
    at_risk: bool,
    except_key: Hashable | None = None,
    limits: Limits = LIMITS,
) -> list[NewlyFired]:
    """Return the new findings of each check-in but ``except_key``, earliest first.

    ``before`` and ``after``: check-ins of a procedure that are not superseded, before and after a back-dated
    check-in or a correction. Check-ins without new findings are left out; one that is only in ``after`` had
    none before.
    """
    known = {entry.key: entry for entry in before}
    first_change = min(_changed_instants(known, after), default=None)
    if first_change is None:
        return []
    judge = partial(evaluate, performed_at=performed_at, at_risk=at_risk, limits=limits)
    found = []
    for entry in sorted(after, key=lambda entry: entry.at):
        old = known.get(entry.key)
        # A check-in is evaluated with earlier ones only, so nothing changes up to the first change.
        if entry.key == except_key or (entry.at <= first_change and old == entry):
            continue
        had = () if old is None else judge(old, before).rules
        now = judge(entry, after)
        new = tuple(finding for finding in now.findings if finding.rule not in had)
        if new:
            found.append(NewlyFired(entry.key, now, new))
    return found


def _changed_instants(known: dict[Hashable, Entry], after: Collection[Entry]) -> Iterator[datetime]:
    kept = set()
    for entry in after:
        kept.add(entry.key)
        old = known.get(entry.key)
        if old is None:
            yield entry.at
        elif old != entry:
            yield min(old.at, entry.at)
    yield from (entry.at for key, entry in known.items() if key not in kept)
