"""All check-in rules, one module per level; importing them fills the catalogue."""

from collections.abc import Mapping
from types import MappingProxyType

from aftercare.triage.rules import emergency, routine, same_day, urgent
from aftercare.triage.rules.catalogue import Condition, Rule, worst_first

__all__ = ["BY_PROCEDURE", "CHECKED", "RULES", "Rule", "emergency", "routine", "same_day", "urgent"]

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule, _ in worst_first()})
CHECKED: tuple[tuple[Rule, Condition], ...] = tuple(
    (rule, condition) for rule, condition in worst_first() if condition is not None
)
# Rules that are evaluated after each procedure of a check-in.
BY_PROCEDURE = tuple((rule, condition) for rule, condition in CHECKED if rule.by_procedure)
