"""Index of the rules by the answers without which they cannot fire.

Most answers of a check-in concern no rule, so most rules need not be run for it. Which answers a rule needs is read off
its condition, as in `cases`: a new rule needs nothing here.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import attrgetter

from aftercare.triage.cases import ANSWERS, Inputs, TableMoment, UnknownInputError, Value
from aftercare.triage.rules.catalogue import Condition, Rule
from aftercare.triage.series import TICKS, Moment

Checked = tuple[tuple[Rule, Condition], ...]
Given = tuple[str, Value]  # a tick, or a question and its answer
UNANSWERED: tuple[Value, ...] = (None, False)


class RuleIndex:
    """Rules, worst first, found by what a check-in answers. A set of rules is an integer with one bit for each."""

    def __init__(self, rules: Checked) -> None:
        self._rules = rules
        self._by_tick = dict.fromkeys(TICKS, 0)
        self._by_answer: dict[str, dict[Value, int]] = {question: {} for question in ANSWERS}
        for number, (_, condition) in enumerate(rules):
            for name, value in needed_answers(condition, {}):
                self._add(name, value, 1 << number)
        self._answers_in = attrgetter(*self._by_answer)
        self._tables = tuple(self._by_answer.values())
        self._listed = lru_cache(maxsize=4096)(self._list)

    def _add(self, name: str, value: Value, rule: int) -> None:
        if name in self._by_answer:
            by_value = self._by_answer[name]
            by_value[value] = by_value.get(value, 0) | rule
        else:
            self._by_tick[name] |= rule  # type: ignore[index]

    def _list(self, found: int) -> Checked:
        return tuple(rule for number, rule in enumerate(self._rules) if found >> number & 1)

    def may_fire(self, moment: Moment) -> Checked:
        """Return the rules for which an answer is given that they need, in their order; no other can fire."""
        found = 0
        for tick in moment.ticks:
            found |= self._by_tick[tick]
        for value, by_value in zip(self._answers_in(moment.answers), self._tables, strict=True):
            if value in by_value:
                found |= by_value[value]
        return self._listed(found)


def needed_answers(condition: Condition, known: Mapping[str, Value]) -> Iterator[Given]:
    """Yield answers of which at least one is given whenever the condition fires, beside the inputs known.

    Raise ValueError for a condition that fires without any answer.
    """
    try:
        fired = condition(TableMoment(Inputs(known)))
    except UnknownInputError as unknown:
        for value in unknown.values:
            with_value = {**known, unknown.name: value}
            if not is_answer(unknown.name) or value in UNANSWERED:
                yield from needed_answers(condition, with_value)
            elif can_fire(condition, with_value):
                yield unknown.name, value
        return
    if fired:
        raise ValueError("a rule must not fire without an answer")


def is_answer(name: str) -> bool:
    return name in TICKS or name in ANSWERS


def can_fire(condition: Condition, known: Mapping[str, Value]) -> bool:
    """Return whether the condition fires in any case where these inputs are known."""
    try:
        return condition(TableMoment(Inputs(known))) is not None
    except UnknownInputError as unknown:
        return any(can_fire(condition, {**known, unknown.name: value}) for value in unknown.values)
