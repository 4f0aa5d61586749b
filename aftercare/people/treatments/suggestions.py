"""Suggestions for the forms: a clinic's operators, and the lots that it used last."""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.people.models import Clinic, Lot, Operator
from aftercare.people.treatments.operators import labels_of, staff_of

# Rows looked at, the newest; more would only be older ones of the same lots.
ROWS = 300
# Suggestions of each kind of lot.
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLots:
    """The lots of one kind, newest first, as (number, product)."""

    kind: str
    lots: list[tuple[str, str]]

    @property
    def products(self) -> list[str]:
        """The products of these lots, each once."""
        return list(dict.fromkeys(product for _number, product in self.lots if product))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """Names of operators, and the recent lots of each kind."""

    operators: list[str]
    recent: list[RecentLots]

    @property
    def has_lots(self) -> bool:
        """True if the clinic has recorded a lot."""
        return any(one.lots for one in self.recent)


def suggestions_for(clinic: Clinic) -> Suggestions:
    """Return the operators and recent lots of a clinic, in three queries."""
    return Suggestions(operators=operators_of(clinic), recent=recent_lots(clinic))


def operators_of(clinic: Clinic) -> list[str]:
    """Return the names of the staff who work at the clinic, then of the operators without an account."""
    labels = labels_of(staff_of(clinic))
    staff = [label for member, label in labels.items() if member.is_active and member.user.is_active]
    named = Operator.objects.filter(clinic=clinic, member=None).exclude(name="")
    return [*staff, *named.order_by("name").values_list("name", flat=True)]


def recent_lots(clinic: Clinic) -> list[RecentLots]:
    """Return for each kind the lots that the clinic recorded last, newest first, each once."""
    newest = Lot.objects.filter(clinic=clinic).order_by("-pk")[:ROWS]
    found: dict[str, dict[str, tuple[str, str]]] = {kind: {} for kind in Lot.Kind.values}
    for lot in newest:
        found[lot.kind].setdefault(lot.key, (lot.number, lot.product))
    return [RecentLots(kind=kind, lots=list(lots.values())[:SHOWN]) for kind, lots in found.items()]
