"""Filters of the queue. They are in the URL, so that a view can be shared.

Emergencies and urgent alerts are shown whatever the filters. The URL names no patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.http import urlencode

from aftercare.alerts.models import Alert
from aftercare.people.models import Procedure, StaffMember, User

MINE, NOBODY = "me", "none"
FILTERED_LEVELS = (Alert.Level.SAME_DAY, Alert.Level.ROUTINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The chosen filters; an empty field filters nothing. `owner`: "me", "none", or the id of a user."""

    level: str = ""
    owner: str = ""
    unacknowledged: bool = False
    kind: str = ""
    clinic: str = ""
    page: int = 1

    @classmethod
    def read(cls, given: QueryDict, memberships: Sequence[StaffMember]) -> Filters:
        """Read the filters from a query string, ignoring unknown values, so that old links still open."""
        return cls(
            level=known_or_empty(given.get("level"), FILTERED_LEVELS),
            owner=owner_from(given.get("owner", "")),
            unacknowledged=given.get("unacknowledged") == "1",
            kind=known_or_empty(given.get("kind"), Procedure.Kind.values),
            clinic=known_or_empty(given.get("clinic"), [member.clinic.slug for member in memberships]),
            page=page_from(given.get("page", "")),
        )

    @property
    def query(self) -> str:
        """The query string of these filters, without the question mark."""
        fields = {
            "level": self.level,
            "owner": self.owner,
            "unacknowledged": "1" if self.unacknowledged else "",
            "kind": self.kind,
            "clinic": self.clinic,
            "page": self.page if self.page > 1 else "",
        }
        return urlencode({name: value for name, value in fields.items() if value})

    @property
    def is_narrow(self) -> bool:
        """True if any filter is set."""
        return bool(self.on_page(1).query)

    @property
    def more(self) -> int:
        """The number of filters set that have no button of their own."""
        return sum([bool(self.level), self.unacknowledged, bool(self.kind), bool(self.clinic)])

    def owned_by(self, owner: str) -> Filters:
        """Return the same filters with another owner, from the first page."""
        return replace(self, owner=owner, page=1)

    def on_page(self, page: int) -> Filters:
        """Return the same filters on another page."""
        return replace(self, page=page)

    def of(self, alerts: Iterable[Alert], user: User) -> list[Alert]:
        """Return the alerts that match the filters for a user."""
        return [alert for alert in alerts if self.lets_through(alert, user)]

    def lets_through(self, alert: Alert, user: User) -> bool:
        owner = {MINE: user.pk, NOBODY: None}.get(self.owner, int(self.owner) if self.owner.isdigit() else 0)
        return (
            self.level in ("", alert.level)
            and (not self.owner or alert.owner_id == owner)
            and (not self.unacknowledged or alert.is_waiting)
            and (not self.kind or (alert.procedure is not None and alert.procedure.kind == self.kind))
            and self.clinic in ("", alert.clinic.slug)
        )


def known_or_empty(value: str | None, known: Iterable[str]) -> str:
    return value if value is not None and value in known else ""


def page_from(value: str) -> int:
    """Parse a page number; 1 if it is invalid."""
    is_number = value.isascii() and value.isdigit() and len(value) < 6
    return max(int(value), 1) if is_number else 1


def owner_from(value: str) -> str:
    """Parse an owner; an empty string if it is invalid."""
    is_id = value.isascii() and value.isdigit() and len(value) < 18
    return value if value in (MINE, NOBODY) or is_id else ""
