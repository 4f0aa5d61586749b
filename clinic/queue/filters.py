"""Which of the less pressing alerts the queue shows. It stands in the address, so that a view can be shared.

Emergencies and urgent alerts stand above every filter; the address names no patient.
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
    """Each empty field lets everything through. `owner`: "me", "none", or the id of a user."""

    level: str = ""
    owner: str = ""
    unacknowledged: bool = False
    kind: str = ""
    clinic: str = ""
    page: int = 1

    @classmethod
    def read(cls, given: QueryDict, memberships: Sequence[StaffMember]) -> Filters:
        """From an address; what it does not know it passes over, so that an old link still opens."""
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
        """As it stands in the address, without the question mark."""
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
        """Whether anything is left out, on every page."""
        return bool(self.on_page(1).query)

    @property
    def more(self) -> int:
        """How many filters are set that have no button of their own."""
        return sum([bool(self.level), self.unacknowledged, bool(self.kind), bool(self.clinic)])

    def owned_by(self, owner: str) -> Filters:
        """The same view, of another owner, from its first page."""
        return replace(self, owner=owner, page=1)

    def on_page(self, page: int) -> Filters:
        """Another page of the same view."""
        return replace(self, page=page)

    def of(self, alerts: Iterable[Alert], user: User) -> list[Alert]:
        """Those of the alerts that are to be shown to a user."""
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
    """The value where it is known, else nothing."""
    return value if value is not None and value in known else ""


def page_from(value: str) -> int:
    """A page as the address gives one; the first where it is none."""
    is_number = value.isascii() and value.isdigit() and len(value) < 6
    return max(int(value), 1) if is_number else 1


def owner_from(value: str) -> str:
    """An owner as the address names one."""
    is_id = value.isascii() and value.isdigit() and len(value) < 18
    return value if value in (MINE, NOBODY) or is_id else ""
