"""Descriptions of corrections by staff: old value, new value, and reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from aftercare.people.models import Event, IntakeQuestion, Lot, Patient, Procedure, area_words
from aftercare.ui.times import staff_clock

CORRECTION_VERBS = (
    Event.Verb.CORRECTED_PROCEDURE,
    Event.Verb.MOVED_PROCEDURE,
    Event.Verb.CHANGED_INTAKE,
    Event.Verb.SKIPPED_INTAKE,
    Event.Verb.WITHDREW,
    Event.Verb.TOOK_BACK,
)


DIFFERENCES = {
    "performed_at": gettext_lazy("time, before %(before)s, now %(now)s"),
    "kind": gettext_lazy("kind, before %(before)s, now %(now)s"),
    "area": gettext_lazy("area, before %(before)s, now %(now)s"),
    "operator": gettext_lazy("treated by, before %(before)s, now %(now)s"),
    "lots": gettext_lazy("lots, before %(before)s, now %(now)s"),
}
KINDS = {"mn": gettext_lazy("microneedling"), "rf": gettext_lazy("RF microneedling")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One correction, for a list."""

    at: datetime
    who: str
    what: str
    why: str


def changes_of(patient: Patient) -> list[Change]:
    """Return the corrections about a patient, newest first."""
    events = Event.objects.filter(patient=patient, verb__in=CORRECTION_VERBS).select_related(
        "actor", "detail"
    )
    return [
        Change(
            at=event.at, who=str(event.actor), what=change_words(event), why=event.details.get("reason", "")
        )
        for event in events
    ]


def change_words(event: Event) -> str:
    """Return "corrected a procedure: time, before Mon 12 January 2026 10:00, now Sun 11 January 2026 08:00." """
    said, details = event.get_verb_display(), event.details
    if not details:  # erased, or never any
        return _("%(act)s.") % {"act": said}
    if event.verb == Event.Verb.MOVED_PROCEDURE:
        away = event.data["from"] == str(event.patient_id)
        treatment = {"treatment": treatment_words(details)}
        if away:
            return _("moved a procedure to another patient, who had it: %(treatment)s.") % treatment
        return _("moved a procedure here from another patient: %(treatment)s.") % treatment
    if event.verb == Event.Verb.CORRECTED_PROCEDURE:
        old, new = details["old"], details["new"]
        return _("%(act)s: %(changes)s.") % {"act": said, "changes": "; ".join(differences(old, new))}
    if event.verb == Event.Verb.CHANGED_INTAKE:
        named = {
            "act": said,
            "before": intake_words(details.get("old"), details.get("old_asked")),
            "now": intake_words(details.get("new"), details.get("new_asked")),
        }
        return _("%(act)s: before %(before)s, now %(now)s.") % named
    return _("%(act)s.") % {"act": said}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield each corrected field with its old and new value."""
    for key, words in DIFFERENCES.items():
        before, after = old.get(key), new.get(key)  # events of before have neither operator nor lots
        if (before or after) and before != after:
            yield words % {"before": value_words(key, before), "now": value_words(key, after)}


def treatment_words(treatment: Mapping[str, Any]) -> str:
    """Return "microneedling, face, Mon 12 January 2026 10:00"."""
    return ", ".join(value_words(key, treatment[key]) for key in ("kind", "area", "performed_at"))


def value_words(key: str, value: Any) -> str:
    if key in {"operator", "lots"}:
        return recorded_words(value)
    if key == "performed_at":
        return date_format(
            timezone.localtime(datetime.fromisoformat(value)), pgettext("date format", "D j F Y H:i")
        )
    if key == "kind":
        return str(KINDS.get(value, value))
    return area_words(value)


def recorded_words(value: str | list[dict[str, str]] | None) -> str:
    """Return an operator or lots as an event has them."""
    if not value:
        return _("not recorded")
    return value if isinstance(value, str) else ", ".join(map(lot_words, value))


def lot_words(lot: Mapping[str, str]) -> str:
    """Return "AB-12 (needle cartridge, SkinFine tip)"."""
    return str(Lot(**lot).words)


def intake_words(intake: list[str] | None, asked: list[str] | None = None) -> str:
    """Return the questions answered yes, and how many were not asked."""
    if intake is None:
        return _("not asked")
    said = ", ".join(in_a_sentence(str(IntakeQuestion(key).label)) for key in intake) or _("none of these")
    left = 0 if asked is None else len(IntakeQuestion.values) - len(asked)
    if not left:
        return said
    words = ngettext("%(questions)s (%(count)s not asked)", "%(questions)s (%(count)s not asked)", left)
    return words % {"questions": said, "count": left}


def in_a_sentence(label: str) -> str:
    """Lower the first letter of a label, except in "PRP"."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def procedure_words(procedure: Procedure) -> str:
    """Return "Microneedling, face" and the date, as headings name a procedure."""
    when = date_format(timezone.localtime(procedure.performed_at), pgettext("date format", "l j F Y, H:i"))
    return _("%(treatment)s. %(when)s") % {"treatment": procedure, "when": when}


def who_did(event: Event, now: datetime) -> str:
    """Return "Ann Lowe, 10:05: corrected a procedure: …"."""
    named = {"name": event.actor, "time": staff_clock(event.at, now), "change": change_words(event)}
    return _("%(name)s, %(time)s: %(change)s") % named
