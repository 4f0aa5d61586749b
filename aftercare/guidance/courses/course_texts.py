"""Texts of expected courses: when a symptom often settles, until when it is usual, when to tell the clinic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.triage import SYMPTOMS, ExpectedCourse, SymptomCourse
from aftercare.ui.moments import day_part, on_day_part
from aftercare.ui.times import span_words

DAY_H, WEEK_H = 24, 168
SIGNS = {
    "bruise": gettext_lazy("Bruise"),
    "peeling": gettext_lazy("Dry or peeling skin"),
    "spots": gettext_lazy("Spots"),
}
SYMPTOM_WORDS = {
    "redness": gettext_lazy("Redness"),
    "pain": gettext_lazy("Pain"),
    "swelling": gettext_lazy("Swelling"),
    "itch": gettext_lazy("Itch"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLine:
    """A symptom: hours for its bar, and its texts."""

    key: str
    title: str
    usual_until_h: float
    tell_us_after_h: float
    until: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLine:
    """Bruise, peeling or spots: no severity, only an hour after which to tell the clinic."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Since:
    """Time since a procedure; `reported`: symptoms reported recently."""

    performed_at: datetime
    now: datetime
    reported: frozenset[str] = frozenset()

    @property
    def hours(self) -> float:
        return (self.now - self.performed_at).total_seconds() / 3600

    @property
    def spoken(self) -> str:
        """Time since the procedure: "26 hours", "5 days" """
        return span_words(self.hours)

    def is_past(self, hours: float) -> bool:
        """Return True strictly after `hours`, as the rules evaluate it."""
        return self.hours > hours

    def until(self, hours: float) -> str:
        return day_part(self.performed_at + timedelta(hours=hours), self.now)

    def on(self, hours: float) -> str:
        return on_day_part(self.performed_at + timedelta(hours=hours), self.now)


def span(hours: float) -> str:
    """Return "a day", "3 days", "2 weeks" or "30 hours"."""
    if hours and hours % WEEK_H == 0:
        weeks = int(hours // WEEK_H)
        return ngettext("a week", "%(weeks)s weeks", weeks) % {"weeks": weeks}
    if hours and hours % DAY_H == 0:
        days = int(hours // DAY_H)
        return ngettext("a day", "%(days)s days", days) % {"days": days}
    if hours == 1:
        return _("an hour")
    return _("%(hours)s hours") % {"hours": f"{hours:g}"}


def course_lines(course: ExpectedCourse, since: Since | None = None) -> list[CourseLine]:
    """Return a line for each symptom: with durations, or with dates if `since` is given."""
    return [line(symptom, course.of(symptom), since) for symptom in SYMPTOMS]


def line(symptom: str, hours: SymptomCourse, since: Since | None) -> CourseLine:
    return CourseLine(
        key=symptom,
        title=str(SYMPTOM_WORDS[symptom]),
        usual_until_h=hours.usual_until_h,
        tell_us_after_h=hours.tell_us_after_h,
        until=until_words(symptom, hours.usual_until_h, since),
        text=" ".join(words_since(hours, since) if since else words(hours)),
    )


def until_words(symptom: str, usual_until_h: float, since: Since | None) -> str:
    """Return until when a symptom is usual; afterwards "longer than usual", for reported symptoms only."""
    if since is None:
        return _("up to %(span)s") % {"span": span(usual_until_h)}
    if not since.is_past(usual_until_h):
        return _("until %(ends)s") % {"ends": since.until(usual_until_h)}
    return _("longer than usual") if symptom in since.reported else ""


def words(hours: SymptomCourse) -> Iterator[str]:
    """Yield the sentences for everybody: "Often settles in a day, usually within 2 days." and so on."""
    often, usual = hours.often_by_h, hours.usual_until_h
    if often is not None and often < usual:
        spans = {"often": span(often), "usual": span(usual)}
        yield _("Often settles in %(often)s, usually within %(usual)s.") % spans
    else:
        yield _("Usually gone within %(span)s.") % {"span": span(usual)}
    yield _("Still moderate or worse after %(span)s? Tell us.") % {"span": span(hours.tell_us_after_h)}
    if hours.tell_us_after_mild_h > hours.tell_us_after_h:
        yield _("Still mild after %(span)s? Tell us.") % {"span": span(hours.tell_us_after_mild_h)}


def words_since(hours: SymptomCourse, since: Since) -> Iterator[str]:
    """Yield the sentences for a patient now: "Still moderate or worse on Friday evening? Tell us." and so on."""
    if since.is_past(hours.usual_until_h):
        yield _("It is usually gone by now.")
    elif hours.often_by_h is not None:
        yield _("Often settles in %(span)s.") % {"span": span(hours.often_by_h)}
    if not since.is_past(hours.tell_us_after_h):
        yield _("Still moderate or worse %(day)s? Tell us.") % {"day": since.on(hours.tell_us_after_h)}
    elif not since.is_past(hours.tell_us_after_mild_h):
        yield _("Still moderate or worse? Tell us today.")
        yield _("Still mild %(day)s? Tell us.") % {"day": since.on(hours.tell_us_after_mild_h)}
    else:
        yield _("If it is still there, tell us.")


def sign_lines(course: ExpectedCourse, since: Since | None = None) -> list[SignLine]:
    """Return a line for bruise, peeling and spots."""
    limits: dict[str, float] = {sign: getattr(course, f"{sign}_h") for sign in SIGNS}
    return [
        SignLine(key=sign, title=str(SIGNS[sign]), text=sign_words(limits[sign], since)) for sign in SIGNS
    ]


def sign_words(limit_h: float, since: Since | None) -> str:
    if since is None:
        said = _("Can last for %(span)s. If it is still there after that, tell us.")
        return said % {"span": span(limit_h)}
    if since.is_past(limit_h):
        return _("It is usually gone by now. If it is still there, tell us.")
    said = _("Can last until %(day)s. If it is still there after that, tell us.")
    return said % {"day": since.until(limit_h)}
