"""Procedures with who performed them and the lots used, for pages that show both."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from uuid import UUID

from django.db.models import F, QuerySet

from aftercare.people.models import Lot, Procedure

COLUMNS = ("id", "clinic_id", "kind", "product", "number", "key")


def with_details(procedures: QuerySet[Procedure]) -> list[Procedure]:
    """Return procedures with their operator and `used_lots`, in one query: each row has one lot or none."""
    rows = procedures.select_related("operator__member__user")
    rows = rows.annotate(**{f"lot_{name}": F(f"lots__{name}") for name in COLUMNS})
    found: dict[UUID, Procedure] = {}
    lots: defaultdict[UUID, list[Lot]] = defaultdict(list)
    for row in rows:
        procedure = found.setdefault(row.pk, row)
        values = {name: getattr(row, f"lot_{name}") for name in COLUMNS}
        if values["id"]:
            lots[row.pk].append(Lot(procedure=procedure, **values))
    for procedure in found.values():
        procedure.used_lots = sorted(lots[procedure.pk], key=attrgetter("pk"))
    return list(found.values())
