"""Descriptions of corrections by staff: old value, new value, and reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from aftercare.people.models import Event, IntakeQuestion, Patient, Procedure

CORRECTION_VERBS = (
    Event.Verb.CORRECTED_PROCEDURE,
    Event.Verb.MOVED_PROCEDURE,
    Event.Verb.CHANGED_INTAKE,
    Event.Verb.SKIPPED_INTAKE,
    Event.Verb.WITHDREW,
    Event.Verb.TOOK_BACK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One correction, for a list."""

    at: datetime
    who: str
    what: str
    why: str


def changes_of(patient: Patient) -> list[Change]:
    """Return the corrections about a patient, newest first."""
    events = Event.objects.filter(patient=patient, verb__in=CORRECTION_VERBS).select_related("actor")
    return [
        Change(at=event.at, who=str(event.actor), what=change_words(event), why=event.data.get("reason", ""))
        for event in events
    ]


def change_words(event: Event) -> str:
    """Return "corrected a procedure: time, before Mon 12 January 2026 10:00, now Sun 11 January 2026 08:00." """
    said = event.get_verb_display()
    if event.verb == Event.Verb.MOVED_PROCEDURE:
        away = event.data["from"] == str(event.patient_id)
        moved = "to another patient, who had it" if away else "here from another patient"
        return f"moved a procedure {moved}: {treatment_words(event.data)}."
    old, new = event.data.get("old"), event.data.get("new")
    if event.verb == Event.Verb.CORRECTED_PROCEDURE:
        return f"{said}: {'; '.join(differences(old, new))}."
    if event.verb == Event.Verb.CHANGED_INTAKE:
        before = intake_words(old, event.data.get("old_asked"))
        return f"{said}: before {before}, now {intake_words(new, event.data.get('new_asked'))}."
    return f"{said}."


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Yield each corrected field with its old and new value."""
    for key, label in (("performed_at", "time"), ("kind", "kind"), ("area", "area")):
        if old[key] != new[key]:
            yield f"{label}, before {value_words(key, old[key])}, now {value_words(key, new[key])}"


def treatment_words(treatment: Mapping[str, Any]) -> str:
    """Return "microneedling, face, Mon 12 January 2026 10:00"."""
    return ", ".join(value_words(key, treatment[key]) for key in ("kind", "area", "performed_at"))


def value_words(key: str, value: str) -> str:
    if key == "performed_at":
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "D j F Y H:i")
    if key == "kind":
        return {"mn": "microneedling", "rf": "RF microneedling"}.get(value, value)
    return value


def intake_words(intake: list[str] | None, asked: list[str] | None = None) -> str:
    """Return the questions answered yes, and how many were not asked."""
    if intake is None:
        return "not asked"
    said = ", ".join(in_a_sentence(str(IntakeQuestion(key).label)) for key in intake) or "none of these"
    left = 0 if asked is None else len(IntakeQuestion.values) - len(asked)
    return f"{said} ({left} not asked)" if left else said


def in_a_sentence(label: str) -> str:
    """Lower the first letter of a label, except in "PRP"."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def procedure_words(procedure: Procedure) -> str:
    """Return "Microneedling, face" and the date, as headings name a procedure."""
    when = date_format(timezone.localtime(procedure.performed_at), "l j F Y, H:i")
    return f"{procedure}. {when}"
