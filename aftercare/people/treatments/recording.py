"""Recording who performed a treatment, and with which lots."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from aftercare.people.models import Clinic, Lot, Procedure
from aftercare.people.treatments.comparing import compared, says_nothing
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.operators import operator_called


def record_details(procedure: Procedure, details: TreatmentDetails) -> TreatmentDetails:
    """Let a procedure have this operator and these lots; return the details as stored.

    The caller is in a transaction that has locked the patient. Raise ValidationError for a name or a number that
    says nothing.
    """
    clinic, before = procedure.patient.clinic, TreatmentDetails.of(procedure)
    if details.operator != before.operator:
        require_said(details.operator)
        procedure.operator = operator_called(clinic, details.operator)
        procedure.save(update_fields=["operator"])
    if details.lots != before.lots:
        replace_lots(procedure, clinic, details.lots)
    return TreatmentDetails.of(procedure)


def replace_lots(procedure: Procedure, clinic: Clinic, entries: Iterable[LotEntry]) -> None:
    """Store the lots of a procedure, each once; a lot that stays keeps its row."""
    wanted = {entry.identity: entry for entry in entries}
    for lot in procedure.lots.all():
        entry = wanted.get((lot.kind, lot.key))
        if entry == LotEntry.of(lot):
            del wanted[lot.kind, lot.key]
        else:
            lot.delete()
    kinds = Lot.Kind.values
    for (kind, key), entry in sorted(wanted.items(), key=lambda one: (kinds.index(one[0][0]), one[0][1])):
        require_number(entry.number)
        product = entry.product or last_product(clinic, kind, key)
        Lot.objects.create(
            procedure=procedure, clinic=clinic, kind=kind, number=entry.number, key=key, product=product
        )


def last_product(clinic: Clinic, kind: str, key: str) -> str:
    """Return the product that the clinic recorded last with this lot; "" if it never did."""
    same = Lot.objects.filter(clinic=clinic, kind=kind, key=key).exclude(product="")
    return same.order_by("-pk").values_list("product", flat=True).first() or ""


def require_said(name: str) -> None:
    """Raise ValidationError for a name such as "none" or "?"."""
    if name and says_nothing(name):
        raise ValidationError(
            {"operator": _("Write a name, or leave it empty. Empty means that it is not recorded.")}
        )


def require_number(number: str) -> None:
    """Raise ValidationError for a lot number such as "none" or "-"."""
    if says_nothing(number) or not compared(number):
        raise ValidationError(
            _("Write the lot number, or leave it empty. Empty means that it is not recorded.")
        )
