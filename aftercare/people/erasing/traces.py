"""What points to one person in a text: address, name, telephone, and ids of records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from aftercare.people.actions.events import strings_in
from aftercare.people.models import EventDetail, Patient, User
from aftercare.people.name_matching import folded
from aftercare.ui.telephones import kept

# The last digits of a telephone are the same with and without the country's code.
DIGITS_COMPARED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What points to a person. `marks`: parts of a text, in lower case; `names`: the folded words of each name."""

    marks: frozenset[str]
    names: frozenset[tuple[str, ...]]
    digits: frozenset[str]

    @classmethod
    def of(cls, user: User, patients: Iterable[Patient], ids: Iterable[Any]) -> Self:
        """Return the traces of a person, with the names and addresses of before. `ids`: of the person's records."""
        addresses = {user.email, *(change.old_address for change in user.address_changes.all())}
        numbers = {kept(user.telephone), *(kept(patient.call_back_telephone) for patient in patients)}
        digits = {re.sub(r"\D", "", number)[-DIGITS_COMPARED:] for number in numbers}
        names = {tuple(folded(name)) for name in names_of(user)}
        return cls(
            marks=frozenset({*(address.lower() for address in addresses), *map(str, ids)}),
            names=frozenset(name for name in names if name),
            digits=frozenset(one for one in digits if len(one) == DIGITS_COMPARED),
        )

    def are_in(self, value: object) -> bool:
        """Return True if a string in a JSON value points to the person."""
        return any(self.are_in_text(text) for text in strings_in(value))

    def are_in_text(self, text: str) -> bool:
        lower = text.lower()
        if any(mark in lower for mark in self.marks):
            return True
        number = re.sub(r"\D", "", text)
        return any(digits in number for digits in self.digits) or self.are_named_in(folded(text))

    def are_named_in(self, words: list[str]) -> bool:
        """Return True if words contain a whole name, or are no more than a part of it with the last name."""
        joined = f" {' '.join(words)} "
        return any(
            f" {' '.join(name)} " in joined or (name[-1] in words and set(words) <= set(name))
            for name in self.names
        )

    def is_whole(self, text: str) -> bool:
        """Return True if a text is an address, a name or a telephone of the person, and nothing else."""
        number = re.sub(r"\D", "", text)[-DIGITS_COMPARED:]
        return text.lower() in self.marks or tuple(folded(text)) in self.names or number in self.digits


def names_of(user: User) -> set[str]:
    """Return the person's name and those of before: where staff changed their own, the event kept both."""
    found = {user.get_full_name()}
    for detail in EventDetail.objects.filter(event__actor=user, event__verb="changed_account"):
        for side in ("before", "after"):
            names = detail.content.get(side, {})
            first, last = (names.get(one, getattr(user, one)) for one in ("first_name", "last_name"))
            found.add(f"{first} {last}".strip())
    return found


def without(value: Any, traces: Traces) -> Any:
    """Return a JSON value without the strings that are nothing but the person's name, address or telephone."""
    if isinstance(value, dict):
        return {name: without(inner, traces) for name, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, traces) for inner in value]
    return "" if isinstance(value, str) and traces.is_whole(value) else value
