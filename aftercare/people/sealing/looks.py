"""The record of looks: which patients a page of staff has shown to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from aftercare.people.models import Event, Patient, User

# The patients that a page shows, by the id of what it shows of them: an alert, or the patient.
Shown = Mapping[UUID, Patient]

Page = Event.Page
# A second look by the same person at the same page within this time is no other look.
WITHIN = timedelta(minutes=10)
# The same for pages that list many patients and stay open.
LISTS = frozenset({Page.QUEUE, Page.HANDOVER, Page.PATIENTS, Page.SEARCH, Page.MESSAGES, Page.LOOKS})
LISTED_WITHIN = timedelta(minutes=30)
VERBS = {Page.ALERT: Event.Verb.OPENED_ALERT, Page.PATIENT: Event.Verb.OPENED_PATIENT}
ROWS_AT_ONCE = 500
LONGEST_ID = 19  # digits


def record_looks(*, shown: Shown, page: Event.Page, address: str, by: User, now: datetime) -> None:
    """Record that a page has shown these patients; what is recorded already in this slot is left out.

    `address`: of the client; empty if unknown. The patients are in the order in which actions lock them.
    """
    slot = int(now.timestamp() // (LISTED_WITHIN if page in LISTS else WITHIN).total_seconds())
    rows = [
        Event(
            verb=VERBS.get(page, Event.Verb.LOOKED),
            actor=by,
            at=now,
            clinic_id=patient.clinic_id,
            patient_id=patient.pk,
            subject=subject,
            page=page,
            address=address or None,
            slot=slot,
        )
        for subject, patient in sorted(shown.items(), key=lambda item: (item[1].pk, item[0]))
    ]
    Event.objects.bulk_create(rows, ignore_conflicts=True, batch_size=ROWS_AT_ONCE)


def older_than(events: QuerySet[Event], pk: str) -> QuerySet[Event]:
    """Return the events that come after event `pk` in the order newest first; all of them if there is none.

    Pages of events go by the last one shown: a number of rows to skip would be counted through each time.
    """
    found = events.filter(pk=pk).first() if pk.isdecimal() and len(pk) < LONGEST_ID else None
    if found is None:
        return events
    return events.filter(at__lte=found.at).exclude(at=found.at, pk__gte=found.pk)
