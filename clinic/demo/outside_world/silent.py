"""What stands in the column of a person to whom nothing has arrived."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.alerts.following_up.escalation import escalation_delay
from aftercare.alerts.models import Alert
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import Clinic


def told_next(clinic: Clinic, alert: Alert | None, now: datetime) -> dict[int, tuple[int, datetime]]:
    """Return the next step that tells each user of an alert while nobody takes it on, from 1, and when."""
    found: dict[int, tuple[int, datetime]] = {}
    if alert is None or not alert.is_waiting or alert.next_escalation_at is None:
        return found
    roster, due = Roster.of(clinic, now), alert.next_escalation_at
    for position in range(alert.escalations + 1, roster.last_position(now) + 1):
        for member in roster.recipients(position, due):
            found.setdefault(member.user_id, (position + 1, due))
        due += escalation_delay(position, alert.triage_level, due, roster)
    return found


def silent_words(step: tuple[int, datetime] | None) -> str:
    """Return that nothing has arrived, and when the step that tells the person is due."""
    nothing = _("Nothing arrived here.")
    if step is None:
        return nothing
    number, due = step
    clock = date_format(timezone.localtime(due), pgettext("date format", "H:i"))
    words = _("Step %(number)s would be told at %(clock)s.") % {"number": number, "clock": clock}
    return f"{nothing} {words}"
