"""What an evaluation says: findings with their evidence, and the level they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from aftercare.triage.levels import Level
from aftercare.triage.limits import instant


class Evidence(NamedTuple):
    """One answer that made a rule fire.

    ``key`` is the question, ``value`` the answer or the tick, ``at`` the instant described, ``hours`` the
    hours since the procedure then (for reading only; None without a procedure).
    """

    key: str
    value: int | str | bool
    at: datetime
    hours: float | None

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "value": self.value, "at": self.at.isoformat(), "hours": self.hours}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Evidence":
        at = instant(datetime.fromisoformat(data["at"]))
        return cls(data["key"], data["value"], at, data["hours"])


class Finding(NamedTuple):
    """One rule that fired. ``limit_h`` is the limit in hours that was passed, where there is one."""

    rule: str
    level: Level
    evidence: tuple[Evidence, ...]
    limit_h: float | None = None

    def to_json(self) -> dict[str, Any]:
        evidence = [item.to_json() for item in self.evidence]
        return {"rule": self.rule, "level": self.level.value, "evidence": evidence, "limit_h": self.limit_h}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Finding":
        evidence = tuple(Evidence.from_json(item) for item in data["evidence"])
        return cls(data["rule"], Level(data["level"]), evidence, data["limit_h"])


@dataclass(frozen=True, slots=True)
class Assessment:
    """One evaluation of a check-in: the findings worst first, and the highest of their levels."""

    level: Level
    findings: tuple[Finding, ...]
    ruleset_version: str

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted(finding.rule for finding in self.findings))
