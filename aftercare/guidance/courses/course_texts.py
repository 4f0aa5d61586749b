"""How long each thing usually lasts, said honestly: when it often settles, what is usual, when to tell the clinic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare.triage import SYMPTOMS, ExpectedCourse, SymptomCourse
from aftercare.ui.moments import day_part, on_day_part
from aftercare.ui.times import span_words

DAY_H, WEEK_H = 24, 168
SIGNS = {"bruise": "Bruise", "peeling": "Dry or peeling skin", "spots": "Spots"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLine:
    """One symptom: the hours that its bar is drawn from, until when it is usual, and the words."""

    key: str
    title: str
    usual_until_h: float
    tell_us_after_h: float
    until: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLine:
    """A bruise, peeling or spots: these have no severity, only an hour to tell the clinic after."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Since:
    """A procedure at `performed_at`, looked at `now`. `reported`: the symptoms that were told of lately."""

    performed_at: datetime
    now: datetime
    reported: frozenset[str] = frozenset()

    @property
    def hours(self) -> float:
        return (self.now - self.performed_at).total_seconds() / 3600

    @property
    def spoken(self) -> str:
        """ "26 hours", "5 days" """
        return span_words(self.hours)

    def is_past(self, hours: float) -> bool:
        """As the rules judge it: past an hour only when it is over."""
        return self.hours > hours

    def until(self, hours: float) -> str:
        return day_part(self.performed_at + timedelta(hours=hours), self.now)

    def on(self, hours: float) -> str:
        return on_day_part(self.performed_at + timedelta(hours=hours), self.now)


def span(hours: float) -> str:
    """ "a day", "3 days", "2 weeks", "30 hours" """
    for unit_h, one, many in ((WEEK_H, "a week", "weeks"), (DAY_H, "a day", "days")):
        if hours and hours % unit_h == 0:
            return one if hours == unit_h else f"{hours / unit_h:g} {many}"
    return "an hour" if hours == 1 else f"{hours:g} hours"


def course_lines(course: ExpectedCourse, since: Since | None = None) -> list[CourseLine]:
    """A line for each symptom: in spans of time, or after one procedure with the days themselves."""
    return [line(symptom, course.of(symptom), since) for symptom in SYMPTOMS]


def line(symptom: str, hours: SymptomCourse, since: Since | None) -> CourseLine:
    return CourseLine(
        key=symptom,
        title=symptom.capitalize(),
        usual_until_h=hours.usual_until_h,
        tell_us_after_h=hours.tell_us_after_h,
        until=until_words(symptom, hours.usual_until_h, since),
        text=" ".join(words_since(hours, since) if since else words(hours)),
    )


def until_words(symptom: str, usual_until_h: float, since: Since | None) -> str:
    """Until when it is usual; after that, "longer than usual" only of what was told of lately."""
    if since is None:
        return f"up to {span(usual_until_h)}"
    if not since.is_past(usual_until_h):
        return f"until {since.until(usual_until_h)}"
    return "longer than usual" if symptom in since.reported else ""


def words(hours: SymptomCourse) -> Iterator[str]:
    """For everybody: "Often settles in a day, usually within 2 days. Still moderate or worse after 3 days? …" """
    often, usual = hours.often_by_h, hours.usual_until_h
    if often is not None and often < usual:
        yield f"Often settles in {span(often)}, usually within {span(usual)}."
    else:
        yield f"Usually gone within {span(usual)}."
    yield f"Still moderate or worse after {span(hours.tell_us_after_h)}? Tell us."
    if hours.tell_us_after_mild_h > hours.tell_us_after_h:
        yield f"Still mild after {span(hours.tell_us_after_mild_h)}? Tell us."


def words_since(hours: SymptomCourse, since: Since) -> Iterator[str]:
    """For one patient now: "Often settles in a day. Still moderate or worse on Friday evening? Tell us." """
    if since.is_past(hours.usual_until_h):
        yield "It is usually gone by now."
    elif hours.often_by_h is not None:
        yield f"Often settles in {span(hours.often_by_h)}."
    if not since.is_past(hours.tell_us_after_h):
        yield f"Still moderate or worse {since.on(hours.tell_us_after_h)}? Tell us."
    elif not since.is_past(hours.tell_us_after_mild_h):
        yield f"Still moderate or worse? Tell us today. Still mild {since.on(hours.tell_us_after_mild_h)}? Tell us."
    else:
        yield "If it is still there, tell us."


def sign_lines(course: ExpectedCourse, since: Since | None = None) -> list[SignLine]:
    """A line for a bruise, for peeling and for spots."""
    limits: dict[str, float] = {sign: getattr(course, f"{sign}_h") for sign in SIGNS}
    return [SignLine(key=sign, title=SIGNS[sign], text=sign_words(limits[sign], since)) for sign in SIGNS]


def sign_words(limit_h: float, since: Since | None) -> str:
    if since is None:
        return f"Can last for {span(limit_h)}. If it is still there after that, tell us."
    if since.is_past(limit_h):
        return "It is usually gone by now. If it is still there, tell us."
    return f"Can last until {since.until(limit_h)}. If it is still there after that, tell us."
