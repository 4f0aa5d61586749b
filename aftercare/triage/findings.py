"""Results of an evaluation: findings with evidence, and the level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from aftercare.triage.levels import Level
from aftercare.triage.limits import instant


class Evidence(NamedTuple):
    """An answer that made a rule fire.

    ``key``: the question; ``value``: the answer or the tick; ``at``: the instant described; ``hours``: hours
    since the procedure at that instant (for display only; None without a procedure).
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
    """A rule that fired. ``limit_h``: the limit in hours that was passed, if any."""

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
    """An evaluation of a check-in: findings by level, highest first, and the highest level."""

    level: Level
    findings: tuple[Finding, ...]
    ruleset_version: str

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted(finding.rule for finding in self.findings))
