"""Sentences with a span of time that an open page counts on by itself: `static/ui/counting.js`.

The page hands the script its words (`script_words.py`), so that both say the same in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare.ui.times import spoken_age, whole_hours

SPAN = "%(span)s"  # within a sentence
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SHOWN_IN_HOURS = 168  # hours since the procedure; longer spans are shown in days


class Spoken(StrEnum):
    """How a span is said: in its two largest units; in days from one day on; in hours of treatment, then in days."""

    AGE = "age"
    DAYS = "days"
    TREATED = "treated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A sentence with the distance to an instant, which stands in `after` and `before` as SPAN.

    `before`: said ahead of the instant, if it may lie ahead; `near`: said less than a minute from it, on either side.
    """

    instant: datetime
    after: str
    before: str = ""
    near: str = ""
    spoken: Spoken = Spoken.AGE

    def words(self, now: datetime) -> str:
        passed = now - self.instant
        if self.near and abs(passed) < MINUTE:
            return self.near
        is_ahead = bool(self.before) and passed < timedelta()
        span = -passed if is_ahead else max(passed, timedelta())
        return (self.before if is_ahead else self.after).replace(SPAN, SPOKEN[self.spoken](span))

    def drawn(self, now: datetime) -> SafeString:
        """Return the sentence as an element that the script finds."""
        given = {"after": self.after, "before": self.before, "near": self.near}
        if self.spoken != Spoken.AGE:
            given["span"] = self.spoken
        attributes = format_html_join(
            "", ' data-{}="{}"', ((key, text) for key, text in given.items() if text)
        )
        return format_html(
            '<time datetime="{}"{}>{}</time>', machine_readable(self.instant), attributes, self.words(now)
        )


def machine_readable(instant: datetime) -> str:
    """Return an instant as an element of HTML and a script take it, whose seconds have three places."""
    return instant.isoformat(timespec="milliseconds")


def ago(instant: datetime) -> Counted:
    """Return the distance from now: "23 min ago", "just now", "in 5 h 38 min"."""
    return Counted(instant=instant, after=_("%(span)s ago"), before=_("in %(span)s"), near=_("just now"))


def in_days(span: timedelta) -> str:
    """Return a span rounded down to days, from one day on."""
    return spoken_age(span // DAY * DAY if span >= DAY else span)


def since_treatment(span: timedelta) -> str:
    """Return "70 h", from a week on "8 days"."""
    hours = whole_hours(span / HOUR)
    if hours < SHOWN_IN_HOURS:
        return _("%(hours)s h") % {"hours": hours}
    days = hours // 24
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


SPOKEN: dict[Spoken, Callable[[timedelta], str]] = {
    Spoken.AGE: spoken_age,
    Spoken.DAYS: in_days,
    Spoken.TREATED: since_treatment,
}
