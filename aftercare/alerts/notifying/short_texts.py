"""Texts of notifications by SMS and push: level and number of the alert, and by when to answer."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.dispatching.relevance import original_dispatch
from aftercare.alerts.models import Alert, Dispatch, Drill

# What follows the alert's level and number, for the reasons that one press answers.
SAID = {
    Dispatch.Reason.OPENED: _("%(alert)s."),
    Dispatch.Reason.RETURNED: _("%(alert)s."),
    Dispatch.Reason.UNCOVERED: _("%(alert)s."),
    Dispatch.Reason.UNDELIVERED: _("%(alert)s: nobody has it."),
    Dispatch.Reason.UNACKNOWLEDGED: _("%(alert)s: nobody has it."),
    Dispatch.Reason.FORGOTTEN: _("%(alert)s: nobody has called."),
}


def has_own_link(dispatch: Dispatch) -> bool:
    """Return True if taking the alert on answers the message; the rest needs to be read first."""
    return Dispatch.Reason(original_dispatch(dispatch).reason) in SAID


def short_words(dispatch: Dispatch, worst: Alert) -> str:
    """Return the text about an alert that one press answers."""
    return str(SAID[Dispatch.Reason(dispatch.reason)]) % {"alert": alert_words(worst)}


def alert_words(alert: Alert) -> str:
    """Return "EMERGENCY alert 4711"; without a number for an alert from before there were any."""
    level = str(alert.get_level_display()).upper()
    if alert.number is None:
        return gettext("%(level)s alert") % {"level": level}
    return gettext("%(level)s alert %(number)s") % {"level": level, "number": alert.number}


def short_drill_words(drill: Drill) -> str:
    """Return the text of a drill."""
    said = {"said": gettext("This is a drill. No patient is waiting."), "number": drill.number}
    return (gettext("DRILL %(number)s. %(said)s") if drill.number else gettext("DRILL. %(said)s")) % said


def reply_words(number: int | None) -> str:
    """Return how an SMS is answered, before its link; empty without a number."""
    return gettext("Reply ACK %(number)s or open") % {"number": number} if number else ""
