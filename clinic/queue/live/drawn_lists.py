"""The list of the queue as it is drawn, kept for the version that it shows.

A list is kept under the version of its clinics, which each request reads before anything else of the queue: what was
committed before the request began is in its list. It is kept for everybody who sees the same; what differs between
them, the token of the forms and the number of their own rows, is put in for each request. A list with a button that
runs out, to give back or to undo, is drawn for its user alone and not kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic.queue.filters import MINE, Filters
from clinic.queue.live.etag import minute_of
from clinic.queue.live.kept import Kept
from clinic.queue.page import queue_of

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

    def for_request(self, request: HttpRequest, member: StaffMember) -> DrawnList:
        """Return the list with the token and the number of own rows of whoever asks."""
        token, own = get_token(request), str(self.own_rows.get(member.user_id, 0))

        def filled(text: str) -> SafeString:
            return SafeString(text.replace(TOKEN, token).replace(OWN_ROWS, own))

        return DrawnList(
            rows=filled(self.rows),
            alarms=filled(self.alarms),
            pressing=self.pressing,
            own_rows=self.own_rows,
            shown=self.shown,
            can_undo=self.can_undo,
        )

    @property
    def patients(self) -> list[Patient]:
        return [Patient(pk=shown.pk, clinic_id=shown.clinic_id) for shown in self.shown]


kept_lists: Kept[DrawnList] = Kept(KEPT)


def drawn_list(
    request: HttpRequest, member: StaffMember, clinics: Collection[Clinic], filters: Filters, version: int
) -> DrawnList:
    """Return the list for the acting member. `version` was read before, in this request."""
    now = timezone.now()
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
    found = None if settings.DEBUG else kept_lists.get(key)
    if found is None:
        found = draw(request, member, clinics, filters, now, is_for_all=True)
        kept_lists.keep(key, found)
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
    )
