"""The next notification of an alert, if nobody acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare.alerts.following_up.chases import next_step
from aftercare.alerts.models import Alert
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class NextContact:
    """The next notification: its instant, its recipients, and what is missing: acknowledgement or call."""

    at: datetime
    people: list[StaffMember]
    for_want_of: str

    @property
    def names(self) -> str:
        return ", ".join(str(member.user) for member in self.people)


def next_contact_of(alert: Alert, roster: Roster, now: datetime) -> NextContact | None:
    """Return the next notification of an alert, or None if nobody else will be notified."""
    at, why = alert.next_escalation_at, "acknowledgement"
    if alert.status == Alert.Status.ACKNOWLEDGED and not alert.is_waiting:
        at, why = alert.follow_up_at, "call"
    if at is None or not alert.is_open:
        return None
    moment = max(at, now)
    step = min(alert.escalations + 1, roster.last_position(moment))
    if why == "call":
        step = next_step(alert, roster, moment)
    return NextContact(at=at, people=roster.recipients(step, moment), for_want_of=why)
