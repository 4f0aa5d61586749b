"""Content of the history: recovery charts, and check-ins with the days between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Page
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.alerts.models import Letter
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.pages.recovery_chart import PATIENT, charts_of
from aftercare.people.models import Patient, Procedure

TOGETHER_WITHIN = timedelta(days=14)  # two areas treated within this time recover side by side
SHOWN_TOGETHER = 2
DAY = timedelta(days=1)
LETTERS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: a check-in, and the days without one between it and the newer row."""

    check_in: CheckIn
    gap: str
    area: str = ""


def history_context(page: Page[CheckIn], patient: Patient, now: datetime) -> dict[str, Any]:
    procedures = list(patient.procedures.in_order().reverse())
    lead = lead_of(patient, now)
    recovering = recovering_side_by_side([one for one in procedures if one.performed_at <= now])
    return {
        "page": page,
        "entries": entries_of(page, several=has_several_areas(procedures)),
        "latest": recovering[0] if recovering else None,
        "charts": charts_of(patient, recovering, now, words=PATIENT) if page.object_list else [],
        "letters": letters_of(patient) if page.number == 1 else [],
        "lead": lead,
        "box": box_of(patient, lead),
        "now": now,
    }


def letters_of(patient: Patient) -> list[Letter]:
    """Return the clinic's letters, newest first."""
    return list(patient.letters.order_by("-at", "-pk")[:LETTERS])


def recovering_side_by_side(newest_first: list[Procedure]) -> list[Procedure]:
    """Return the latest procedure, with the one before it if both recover side by side."""
    newest = newest_first[:SHOWN_TOGETHER]
    return [one for one in newest if newest[0].performed_at - one.performed_at <= TOGETHER_WITHIN]


def has_several_areas(procedures: Iterable[Procedure]) -> bool:
    """Return True if more than one area was treated."""
    return len({one.area.strip().casefold() for one in procedures}) > 1


def entries_of(page: Page[CheckIn], *, several: bool = False) -> list[Entry]:
    """Return the rows of one page, each with the gap to the newer row, and its area if there are several."""
    entries: list[Entry] = []
    newer: date | None = None
    for check_in in page:
        day = check_in.observed_at.astimezone(check_in.patient.clinic.zone).date()
        area = check_in.procedure.area_words if several and check_in.procedure else ""
        entries.append(Entry(check_in, gap_words(day, newer) if newer else "", area))
        newer = day
    return entries


def gap_words(older: date, newer: date) -> str:
    """Return "No entry on Friday 20 November"; "" if no day lies between."""
    first, last = older + DAY, newer - DAY
    if first > last:
        return ""
    if first == last:
        return _("No entry on %(day)s") % {"day": named(first)}
    return _("No entry from %(first)s to %(last)s") % {"first": named(first), "last": named(last)}


def named(day: date) -> str:
    return date_format(day, pgettext("date format", "l j F"))
