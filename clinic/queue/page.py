"""The queue: one row per patient, highest level first, then longest waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.core.paginator import Page, Paginator

from aftercare.alerts.models import Alert
from aftercare.people.models import Clinic, Patient, User
from aftercare.triage import Level
from clinic.queue.calls import last_calls
from clinic.queue.filters import Filters
from clinic.queue.rows import (
    UNDO_WITHIN,
    QueueRow,
    RowContext,
    grouped,
    is_taken_lately,
    newest_findings,
    queue_row,
)
from clinic.queue.silent_list import SilentRow, silent_rows

ROWS_ON_A_PAGE = 50
SILENT_SHOWN = 25  # silent patients on the page; the handover lists all
RELATED = ("clinic", "patient__user", "procedure", "owner", "acknowledged_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The number of rows below urgent, with the filters but that by owner applied."""

    everybody: int
    by_owner: Mapping[int | None, int]

    @property
    def nobody(self) -> int:
        return self.by_owner.get(None, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The sections of the page, in order. `now` is on every page and ignores the filters."""

    now: list[QueueRow]
    today: list[QueueRow]
    routine: list[QueueRow]
    silent: list[SilentRow]
    counts: Counts
    page: Page[list[Alert]]
    can_undo: frozenset[int]  # the users who have just done something that can be undone

    @property
    def is_empty(self) -> bool:
        return not (self.now or self.today or self.routine or self.silent)

    @property
    def rows(self) -> list[QueueRow]:
        """Every row with an alert, highest level first."""
        return [*self.now, *self.today, *self.routine]

    @property
    def patients(self) -> list[Patient]:
        """The patients whom the page shows."""
        return [*(row.patient for row in self.rows), *(row.patient for row in self.silent_first)]

    @property
    def changes_at(self) -> datetime | None:
        """When the page is drawn otherwise in more than ages, though nothing is written and the day is the same."""
        return min((row.changes_at for row in self.rows if row.changes_at), default=None)

    @property
    def pressing(self) -> int:
        """The number of patients with an open alert of urgent or higher, for the title."""
        return sum(not row.is_closed for row in self.now)

    @property
    def silent_first(self) -> list[SilentRow]:
        """The silent patients that the page shows."""
        return self.silent[:SILENT_SHOWN] if self.page.number == 1 else []

    @property
    def silent_more(self) -> int:
        """The number of silent patients that the page does not show."""
        return len(self.silent) - len(self.silent_first)


def queue_of(
    clinics: Collection[Clinic],
    now: datetime,
    user: User,
    filters: Filters | None = None,
    *,
    rows_on_a_page: int | None = ROWS_ON_A_PAGE,
    may_undo: bool = True,
) -> Queue:
    """Return the queue of the clinics, in a constant number of queries.

    `rows_on_a_page`: number of rows below urgent per page; None for all. `may_undo`: with what the user has just done
    and can undo, else the same for every user, unless the filters ask for the user's own.
    """
    filters = filters or Filters()
    found = open_or_just_closed(clinics, now)
    everything = [alert for alert in found if alert.is_open or (may_undo and alert.closed_by_id == user.pk)]
    pressing, rest = split_by_urgency(grouped(everything))
    below = list(chain.from_iterable(rest))
    page = page_of(grouped(filters.of(below, user)), filters.page, rows_on_a_page)
    shown = [*pressing, *page.object_list]
    context = RowContext(
        user=user if may_undo else None,
        now=now,
        newest=newest_findings(Alert.objects.filter(pk__in=[group[0].pk for group in shown])),
        calls=last_calls({group[0].patient_id for group in shown}),
    )
    listed = [queue_row(group, context) for group in page.object_list]
    return Queue(
        now=most_pressing_first(queue_row(group, context) for group in pressing),
        today=[row for row in listed if row.alert.triage_level is not Level.ROUTINE],
        routine=[row for row in listed if row.alert.triage_level is Level.ROUTINE],
        silent=silent_rows(clinics, {a.patient_id for a in everything if a.is_open}, now, filters),
        counts=counts_of(below, user, filters),
        page=page,
        can_undo=users_who_can_undo(found, now),
    )


def open_or_just_closed(clinics: Collection[Clinic], now: datetime) -> list[Alert]:
    """Return every open alert, and the alerts whose closing can still be undone, highest level first."""
    alerts = Alert.objects.filter(clinic__in=clinics).select_related(*RELATED).order_by()
    just_closed = alerts.filter(
        status=Alert.Status.CLOSED, closed_at__gt=now - UNDO_WITHIN, closed_at__lte=now
    )
    return sorted(
        alerts.open().union(just_closed, all=True),
        key=lambda alert: (-alert.triage_level.rank, alert.opened_at, alert.pk),
    )


def users_who_can_undo(alerts: Iterable[Alert], now: datetime) -> frozenset[int]:
    """Return the ids of the users who can undo a closing or an acknowledgement of these alerts."""
    closed = {alert.closed_by_id for alert in alerts if not alert.is_open}
    acknowledged = {alert.owner_id for alert in alerts if is_taken_lately(alert, alert.owner, now)}
    return frozenset(user for user in closed | acknowledged if user is not None)


def split_by_urgency(groups: Iterable[list[Alert]]) -> tuple[list[list[Alert]], list[list[Alert]]]:
    """Split the rows into those led by an alert of urgent or higher, and the others, same day first."""
    groups = list(groups)
    pressing = [group for group in groups if group[0].triage_level >= Level.URGENT]
    below = [group for group in groups if group[0].triage_level < Level.URGENT]
    return pressing, sorted(below, key=lambda group: group[0].triage_level is Level.ROUTINE)


def page_of(groups: list[list[Alert]], number: int, size: int | None) -> Page[list[Alert]]:
    """Return a page of the rows; a number too high means the last."""
    return Paginator(groups, size or max(len(groups), 1)).get_page(number)


def most_pressing_first(rows: Iterable[QueueRow]) -> list[QueueRow]:
    """Put forgotten rows first and rows whose patient was reached last; otherwise keep the order."""
    return sorted(rows, key=lambda row: (not row.is_forgotten, row.is_settled))


def counts_of(alerts: Collection[Alert], user: User, filters: Filters) -> Counts:
    """Return the number of rows of everybody, and of each owner."""
    let_through = filters.owned_by("").of(alerts, user)
    owners = {alert.owner_id for alert in let_through}
    return Counts(
        everybody=len(grouped(let_through)),
        by_owner={
            owner: len(grouped(alert for alert in let_through if alert.owner_id == owner)) for owner in owners
        },
    )
