"""Table of the emergency and urgent rules as data, for a program that cannot run this package: the patient's phone."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from aftercare.triage.cases import Case, Value, cases_of
from aftercare.triage.evaluation import RULESET_VERSION
from aftercare.triage.levels import Level
from aftercare.triage.limits import LIMIT_KEYS, LIMITS
from aftercare.triage.rules import CHECKED
from aftercare.triage.rules.urgent import AT_RISK_FAMILIES, AT_RISK_PATIENT

AT_RISK = "at_risk"


def rule_table() -> dict[str, Any]:
    """Return all emergency and urgent rules, each with the cases in which it fires, and the limits by name."""
    rules = [
        {"rule": name, "level": level.value, "when": [plain(case) for case in cases]}
        for name, level, cases in cases_of_rules()
    ]
    read = {name for rule in rules for case in rule["when"] for name in case}
    limits = {name: getattr(LIMITS, name) for name in LIMIT_KEYS if {f"from:{name}", f"past:{name}"} & read}
    return {"version": RULESET_VERSION, "limits": limits, "settle_h": LIMITS.settle_h, "rules": rules}


def cases_of_rules() -> Iterator[tuple[str, Level, list[Case]]]:
    at_risk: list[Case] = []
    for rule, condition in CHECKED:
        if rule.level >= Level.URGENT:
            yield rule.id, rule.level, cases_of(condition)
        if rule.family in AT_RISK_FAMILIES:
            at_risk += [{AT_RISK: (True,), **case} for case in cases_of(condition)]
    yield AT_RISK_PATIENT.id, AT_RISK_PATIENT.level, at_risk


def plain(case: Case) -> dict[str, list[Value]]:
    return {
        name: [str(value) if isinstance(value, StrEnum) else value for value in values]
        for name, values in case.items()
    }
