"""Silent patients, as listed in the queue and the handover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from aftercare.checkins.follow_up.non_response import non_responders
from aftercare.checkins.models import NonResponse
from aftercare.people.models import Clinic, Patient
from aftercare.ui.counting.sentences import Counted
from clinic.labels import treatment, treatment_words
from clinic.queue.calls import call_words, last_calls
from clinic.queue.filters import NOBODY, Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRow:
    """A patient without a check-in when due."""

    patient: Patient
    treatment: str
    treated: Counted  # the same, counted on
    why: str
    silence: Counted | None  # the same, where it counts time
    since: datetime
    since_words: str
    has_open_alert: bool
    call: str  # the last contact attempt since then


def silent_rows(
    clinics: Iterable[Clinic], with_alerts: set[UUID], now: datetime, filters: Filters
) -> list[SilentRow]:
    """Return the silent patients, longest first. Filters by level or owner exclude them, having neither."""
    if filters.level or filters.unacknowledged or filters.owner not in ("", NOBODY):
        return []
    shown = [clinic.pk for clinic in clinics if filters.clinic in ("", clinic.slug)]
    items = [item for item in non_responders(shown) if filters.kind in ("", item.procedure.kind)]
    calls = calls_since(items, now)
    return [
        SilentRow(
            patient=item.patient,
            treatment=treatment_words(item.procedure, now),
            treated=treatment(item.procedure),
            why=silence_words(item, now),
            silence=silence_of(item),
            since=item.silent_since,
            since_words=_("last heard") if heard_since_treatment(item) else "treated",
            has_open_alert=item.patient_id in with_alerts,
            call=calls.get(item.patient_id, ""),
        )
        for item in items
    ]


def calls_since(items: Iterable[NonResponse], now: datetime) -> dict[UUID, str]:
    """Return the last contact attempt of each patient since the silence began, in one query."""
    since = {item.patient_id: item.silent_since for item in items}
    return {
        patient: call_words(call, now)
        for patient, call in last_calls(since).items()
        if call.at >= since[patient]
    }


def heard_since_treatment(item: NonResponse) -> bool:
    """Return whether the silence began with a check-in rather than with the procedure."""
    return item.silent_since > item.procedure.performed_at


def silence_words(item: NonResponse, now: datetime) -> str:
    """Return which check-in is missing, and for how long."""
    silence = silence_of(item)
    return silence.words(now) if silence else _("No check-in yet")


def silence_of(item: NonResponse) -> Counted | None:
    """Return for how long no check-in has come; None if none ever has."""
    if not heard_since_treatment(item):
        return None
    return Counted(instant=item.silent_since, after=_("No check-in for %(span)s"))
