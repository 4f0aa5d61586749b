"""The list of the queue as it is drawn, kept for the version that it shows.

A list is kept under the version of its clinics, which each request reads before anything else of the queue: what was
committed before the request began is in its list. It is kept for everybody who sees the same; what differs between
them, the token of the forms and the number of their own rows, is put in for each request. A list with a button that
runs out, to give back or to undo, is drawn for its user alone and not kept.

Time alone changes a list too. Ages are counted on by the open page, and a list is kept for a minute, so that whoever
opens the page reads ages of that minute. All else has an instant at which it is drawn otherwise: `until` is the first
of them, and no list is shown from then on.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from aftercare.alerts.models import Drill
from aftercare.kept import Kept
from aftercare.people.models import Clinic, Patient, StaffMember
from aftercare.people.sealing.looks import LISTED_WITHIN
from clinic.queue.filters import MINE, Filters
from clinic.queue.page import queue_of

MINUTE = 60  # seconds
NEVER = datetime.max.replace(tzinfo=UTC)
KEPT = 64  # lists per process, of some 150 kB each
# Stand for what differs between users. Nobody else knows them, so that no text of a patient is taken for one.
TOKEN, OWN_ROWS = secrets.token_urlsafe(24), secrets.token_urlsafe(24)


class Shown(NamedTuple):
    """A patient of the list, for the record of looks."""

    pk: UUID
    clinic_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnList:
    """The list, and a bar for each emergency that waits."""

    rows: str
    alarms: str
    pressing: int
    own_rows: Mapping[int | None, int]  # the rows below urgent by the id of their owner
    shown: tuple[Shown, ...]
    can_undo: frozenset[int]  # the users who have just done something that their list lets them undo
    until: datetime  # when more than ages is drawn otherwise, though nothing is written

    def for_request(self, request: HttpRequest, member: StaffMember) -> DrawnList:
        """Return the list with the token and the number of own rows of whoever asks."""
        token, own = get_token(request), str(self.own_rows.get(member.user_id, 0))

        def filled(text: str) -> SafeString:
            return SafeString(text.replace(TOKEN, token).replace(OWN_ROWS, own))

        return replace(self, rows=filled(self.rows), alarms=filled(self.alarms))

    @property
    def patients(self) -> list[Patient]:
        return [Patient(pk=shown.pk, clinic_id=shown.clinic_id) for shown in self.shown]


kept_lists: Kept[DrawnList] = Kept(KEPT)


def drawn_list(
    request: HttpRequest,
    member: StaffMember,
    clinics: Collection[Clinic],
    filters: Filters,
    version: int,
    now: datetime,
) -> DrawnList:
    """Return the list at `now` for the acting member. `version` was read before, in this request."""
    key = (
        version,
        tuple(clinic.pk for clinic in clinics),
        filters,
        member.user_id if filters.owner == MINE else None,
        member.clinic_id,  # each form names it
        minute_of(member.clinic_id, now),
        get_language(),
        timezone.get_current_timezone_name(),
    )
    found = kept_lists.found_or_made(
        key,
        lambda: draw(request, member, clinics, filters, now, is_for_all=True),
        lambda drawn: now < drawn.until and not settings.DEBUG,
    )
    if member.user_id in found.can_undo:
        found = draw(request, member, clinics, filters, now, is_for_all=False)
    return found.for_request(request, member)


def draw(
    request: HttpRequest,
    member: StaffMember,
    clinics: Collection[Clinic],
    filters: Filters,
    now: datetime,
    *,
    is_for_all: bool,
) -> DrawnList:
    queue = queue_of(clinics, now, member.user, filters, may_undo=not is_for_all)
    context = {
        "csrf_token": TOKEN,
        "own_rows": OWN_ROWS,
        "queue": queue,
        "filters": filters,
        "drill": Drill.objects.running().filter(clinic__in=clinics).first(),
        "several_clinics": len(clinics) > 1,
        "now": now,
    }
    return DrawnList(
        rows=render_to_string("clinic/queue/list.html", context, request),
        alarms=render_to_string("clinic/queue/alarms.html", context, request),
        pressing=queue.pressing,
        own_rows=queue.counts.by_owner,
        shown=tuple(Shown(patient.pk, patient.clinic_id) for patient in queue.patients),
        can_undo=queue.can_undo,
        until=min(queue.changes_at or NEVER, next_midnight(now), next_look(member.clinic_id, now)),
    )


def minute_of(clinic_id: int, now: datetime) -> int:
    """Return a number that changes every minute, as ages in the list do.

    The minutes of clinics begin at different seconds, so that not all lists are drawn anew at once.
    """
    return int(now.timestamp() - second_of(clinic_id)) // MINUTE


def second_of(clinic_id: int) -> int:
    return clinic_id * 7 % MINUTE


def next_midnight(now: datetime) -> datetime:
    """Return when a new day begins in the active time zone: times of the day before are shown with their weekday."""
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), timezone.get_current_timezone()).astimezone(UTC)


def next_look(clinic_id: int, now: datetime) -> datetime:
    """Return when an open page counts as a new look at its patients: once in each slot of the record of looks."""
    slot = int(LISTED_WITHIN.total_seconds())
    begun = int(now.timestamp() - second_of(clinic_id)) // slot * slot
    return datetime.fromtimestamp(begun + slot + second_of(clinic_id), UTC)
