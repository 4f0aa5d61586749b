"""What the history shows: the charts of the recovery, and every entry with the days on which there was none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Page

from aftercare.alerts.models import Letter
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.pages.recovery_chart import PATIENT, charts_of
from aftercare.people.models import Patient, Procedure

TOGETHER_WITHIN = timedelta(days=14)  # two areas treated so close together recover side by side
SHOWN_TOGETHER = 2
DAY = timedelta(days=1)
LETTERS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a check-in, and in words the days without any before it (those above it in the list)."""

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
    """What the clinic wrote, the newest first."""
    return list(patient.letters.order_by("-at", "-pk")[:LETTERS])


def recovering_side_by_side(newest_first: list[Procedure]) -> list[Procedure]:
    """The latest procedure, and the one before it where both recover side by side; the latest first."""
    newest = newest_first[:SHOWN_TOGETHER]
    return [one for one in newest if newest[0].performed_at - one.performed_at <= TOGETHER_WITHIN]


def has_several_areas(procedures: Iterable[Procedure]) -> bool:
    """Whether more than one area was treated: then each entry names its own."""
    return len({one.area.strip().casefold() for one in procedures}) > 1


def entries_of(page: Page[CheckIn], *, several: bool = False) -> list[Entry]:
    """The rows of one page, each with the gap to the newer one above it, and of several areas with its own."""
    entries: list[Entry] = []
    newer: date | None = None
    for check_in in page:
        day = check_in.observed_at.astimezone(check_in.patient.clinic.zone).date()
        area = check_in.procedure.area if several and check_in.procedure else ""
        entries.append(Entry(check_in, gap_words(day, newer) if newer else "", area))
        newer = day
    return entries


def gap_words(older: date, newer: date) -> str:
    """ "No entry on Friday 20 November"; empty where no day lies between."""
    first, last = older + DAY, newer - DAY
    if first > last:
        return ""
    if first == last:
        return f"No entry on {named(first)}"
    return f"No entry from {named(first)} to {named(last)}"


def named(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
