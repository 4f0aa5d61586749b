"""A part of the file of a patient's own data: columns of one table, and which rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db.models import Model, Q

from aftercare.people.models import Patient

OWNER = "whose row it is, which is the same in the whole file"
SECRET = "a secret that opens something"  # noqa: S105  # a reason
WORKING = "a mark by which the portal does its work; it says nothing about a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of one table. `fields`: columns in the file; `left_out`: the others, each with the reason."""

    key: str
    model: type[Model]
    fields: tuple[str, ...]
    left_out: Mapping[str, str]
    wanted: Callable[[Patient], Q]
    order: tuple[str, ...] = ("pk",)
    prefetch: tuple[str, ...] = field(default=())


def of_user(patient: Patient) -> Q:
    return Q(user=patient.user_id)


def of_record(patient: Patient) -> Q:
    return Q(patient=patient)


def sent_by_clinic(patient: Patient) -> Q:
    """Messages to the person from this clinic, or from the portal itself."""
    return Q(recipient=patient.user_id) & (Q(sender=patient.clinic_id) | Q(sender=None))


def about_or_by(patient: Patient) -> Q:
    """Events about the record, and what the person did with the own account."""
    return Q(patient=patient) | Q(patient=None, clinic=None, actor=patient.user_id)
