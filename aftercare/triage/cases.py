"""The cases in which a rule fires, read off its condition: it is run with every combination of what it reads.

A new rule needs nothing here; one that reads something new about a check-in fails loudly.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aftercare.triage.answers import NONE, SYMPTOMS, VERY_SEVERE, CameBack, Painkiller, Symptom
from aftercare.triage.courses import DEFAULT_HOURS, ExpectedCourse
from aftercare.triage.limits import LIMIT_KEYS, Limits
from aftercare.triage.rules.catalogue import Condition
from aftercare.triage.series import Low, Moment, Tick

Value = bool | int | str | None
# Values of each input, any of which will do; the condition fires where all inputs have such a value.
Case = dict[str, tuple[Value, ...]]

SEVERITIES: tuple[Value, ...] = (None, *range(NONE, VERY_SEVERE + 1))
YES_OR_NO: tuple[Value, ...] = (None, False, True)
ANSWERS: Mapping[str, tuple[Value, ...]] = {
    **dict.fromkeys(SYMPTOMS, SEVERITIES),
    "painkiller": (None, *Painkiller),
    "came_back": (None, *CameBack),
    "itch_bothers": YES_OR_NO,
    "want_contact": YES_OR_NO,
}
TREATED, KIND = "treated", "kind"
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class UnknownInputError(LookupError):
    """A condition has read an input whose value is not decided yet."""

    def __init__(self, name: str, values: tuple[Value, ...]) -> None:
        super().__init__(name)
        self.name, self.values = name, values


class Inputs:
    """The values of the inputs decided so far."""

    def __init__(self, known: Mapping[str, Value]) -> None:
        self.known = known

    def read(self, name: str, values: tuple[Value, ...] = (False, True)) -> Value:
        if name not in self.known:
            raise UnknownInputError(name, values)
        return self.known[name]


class NamedHours(float):
    """A limit in hours that remembers its name."""

    name: str

    def __new__(cls, name: str) -> "NamedHours":
        found = super().__new__(cls, 0.0)
        found.name = name
        return found


class TableLimits:
    """In place of `Limits`: each limit by its name."""

    def __getattr__(self, name: str) -> NamedHours:
        if name not in LIMIT_KEYS:
            raise AttributeError(name)
        return NamedHours(name)


class TableSymptom:
    """In place of a `SymptomCourse`."""

    def __init__(self, symptom: str) -> None:
        self.symptom = symptom

    def __getattr__(self, name: str) -> NamedHours:
        return NamedHours(f"{self.symptom}.{name}")


class TableCourse:
    """In place of an `ExpectedCourse`, whose hours differ between clinics."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs

    @property
    def kind(self) -> Value:
        return self.inputs.read(KIND, tuple(DEFAULT_HOURS))

    def of(self, symptom: Symptom) -> TableSymptom:
        return TableSymptom(symptom)

    def __getattr__(self, name: str) -> TableSymptom | NamedHours:
        if name in SYMPTOMS:
            return TableSymptom(name)
        if name in {field.name for field in fields(ExpectedCourse)}:
            return NamedHours(name)
        raise AttributeError(name)


class TableAnswers:
    """In place of `Answers`."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs

    def __getattr__(self, name: str) -> Value:
        return self.inputs.read(name, ANSWERS[name])


class TableTicks:
    """In place of the set of all ticks: each is asked for by `in`, and the set cannot be iterated over."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs

    def __contains__(self, tick: Tick) -> bool:
        return bool(self.inputs.read(tick.value))

    def isdisjoint(self, ticks: Iterable[Tick]) -> bool:
        return not any(tick in self for tick in ticks)


class TableMoment(Moment):
    """In place of a `Moment`: what a condition reads is an input."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.is_treated = bool(inputs.read(TREATED))
        self.answers = cast(Any, TableAnswers(inputs))
        self.ticks = cast(Any, TableTicks(inputs))
        self.limits = cast(Limits, TableLimits())
        self.course = cast(Any, TableCourse(inputs)) if self.is_treated else None
        self.elapsed = timedelta() if self.is_treated else None
        self.at, self.performed_at, self.since = ANY_TIME, None, None
        self.rises = {}

    def is_from(self, limit_h: float) -> bool:
        return self.is_treated and bool(self.inputs.read(f"from:{cast(NamedHours, limit_h).name}"))

    def is_past(self, limit_h: float) -> bool:
        return self.is_treated and bool(self.inputs.read(f"past:{cast(NamedHours, limit_h).name}"))

    def low(self, symptom: Symptom) -> Low | None:
        value = self.inputs.read(f"low:{symptom}", SEVERITIES) if self.is_treated else None
        return None if value is None else Low(cast(int, value), self.at)


def cases_of(condition: Condition) -> list[Case]:
    """Return the cases in which a condition fires; none overlaps another."""
    return [case for _, case in sorted((str(case), case) for case in explore(condition, {}))]


def explore(condition: Condition, known: Mapping[str, Value]) -> list[Case]:
    """Return the cases of a condition where these inputs are known, by what else it reads."""
    try:
        fired = condition(TableMoment(Inputs(known)))
    except UnknownInputError as unknown:
        name, values = unknown.name, unknown.values
        return merged(name, values, lambda value: explore(condition, {**known, name: value}))
    return [{}] if fired else []


def merged(name: str, values: tuple[Value, ...], cases: Callable[[Value], list[Case]]) -> list[Case]:
    """Return the cases for all values of an input; values that lead to the same cases stand together."""
    groups: list[tuple[list[Value], list[Case]]] = []
    for value in values:
        found = cases(value)
        same = next((group for group, other in groups if other == found), None)
        if same is None:
            groups.append(([value], found))
        else:
            same.append(value)
    if len(groups) == 1:
        return groups[0][1]
    return [{name: tuple(group), **case} for group, found in groups for case in found]
