"""Catalogue of rules: name, level, sources and sentence for staff, with the condition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from aftercare.triage.answers import Symptom
from aftercare.triage.levels import Level
from aftercare.triage.series import Fired, Moment, Tick

Condition = Callable[[Moment], Fired | None]
SymptomCondition = Callable[[Symptom, Moment], Fired | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the catalogue. Rules for single symptoms share a family: ``past_expected.itch``."""

    id: str
    family: str
    level: Level
    sources: tuple[str, ...]
    staff: str
    # Uses h or the series, so it is evaluated after each procedure of a check-in.
    by_procedure: bool = False


# None: the rule depends on the findings of others (evaluate.py).
_CATALOGUE: list[tuple[Rule, Condition | None]] = []


def _add(rule: Rule, condition: Condition | None) -> None:
    if any(rule.id == known.id for known, _ in _CATALOGUE):
        raise ValueError(f"two rules are called {rule.id}")
    _CATALOGUE.append((rule, condition))


def rule(
    level: Level, *sources: str, staff: str, by_procedure: bool = False
) -> Callable[[Condition], Condition]:
    """Add a rule named like its function."""

    def add(condition: Condition) -> Condition:
        name = condition.__name__
        named = Rule(
            id=name, family=name, level=level, sources=sources, staff=staff, by_procedure=by_procedure
        )
        _add(named, condition)
        return condition

    return add


def rule_for_tick(name: str, tick: Tick, level: Level, *sources: str, staff: str) -> None:
    """Add a rule that fires if the patient ticked this, at any h."""

    def ticked(moment: Moment) -> Fired | None:
        return Fired((moment.seen_tick(tick),)) if tick in moment.ticks else None

    _add(Rule(id=name, family=name, level=level, sources=sources, staff=staff), ticked)


def rule_for_each(
    symptoms: tuple[Symptom, ...],
    level: Level,
    *sources: str,
    staff: str,
    more: Mapping[Symptom, tuple[str, ...]] = MappingProxyType({}),
    by_procedure: bool = True,
) -> Callable[[SymptomCondition], SymptomCondition]:
    """Add a rule for each symptom; ``{symptom}`` in the sentence for staff is replaced.

    ``more``: sources that concern one symptom only. Such rules use h or the series.
    """

    def add(condition: SymptomCondition) -> SymptomCondition:
        family = condition.__name__
        for symptom in symptoms:
            words = staff.format(symptom=symptom.capitalize())
            named = Rule(
                id=f"{family}.{symptom}",
                family=family,
                level=level,
                sources=(*sources, *more.get(symptom, ())),
                staff=words,
                by_procedure=by_procedure,
            )
            _add(named, partial(condition, symptom))
        return condition

    return add


def rule_over_findings(name: str, level: Level, *sources: str, staff: str) -> Rule:
    """Add a rule that fires because of other findings."""
    named = Rule(id=name, family=name, level=level, sources=sources, staff=staff, by_procedure=True)
    _add(named, None)
    return named


def worst_first() -> list[tuple[Rule, Condition | None]]:
    return sorted(_CATALOGUE, key=lambda entry: (-entry[0].level.rank, entry[0].id))
