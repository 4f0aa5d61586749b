"""The page on which a patient reads who of the clinic, and which companion, has looked at the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from aftercare.people.models import Event, Patient, StaffMember
from aftercare.people.models.users import SYSTEM_EMAIL
from aftercare.people.sealing.looks import WITHIN, older_than

EVENTS_ON_A_PAGE = 100
Verb, Page = Event.Verb, Event.Page

LOOKS = {
    Page.QUEUE: gettext_lazy("saw you in the list of people to call"),
    Page.HANDOVER: gettext_lazy("saw you in the list for the next shift"),
    Page.PATIENTS: gettext_lazy("saw you in the list of patients"),
    Page.SEARCH: gettext_lazy("found you in the search"),
    Page.MESSAGES: gettext_lazy("saw your name beside a message that did not arrive"),
    Page.LOOKS: gettext_lazy("checked who looked at your record"),
    Page.ENROL: gettext_lazy("saw your name while adding a patient"),
    Page.ALERT: gettext_lazy("opened what you reported"),
    Page.PATIENT: gettext_lazy("opened your page"),
    Page.EDIT: gettext_lazy("opened your name, address and telephone number"),
    Page.INVITATION: gettext_lazy("opened your invitation"),
    Page.INTAKE: gettext_lazy("opened your answers about your health"),
    Page.PROCEDURE: gettext_lazy("opened the form for a treatment of yours"),
    Page.CORRECTION: gettext_lazy("opened a treatment of yours to correct it"),
    Page.MOVE: gettext_lazy("saw you while correcting whose treatment it was"),
    Page.WITHDRAWAL: gettext_lazy("opened the form that ends your part in the portal"),
    Page.REMOVAL: gettext_lazy("opened the page about your lost second step at sign-in"),
    Page.CHECK_IN: gettext_lazy("opened a check-in form for you"),
    Page.ADVICE: gettext_lazy("opened the advice that you were given"),
    Page.CALL: gettext_lazy("opened what was noted about a call with you"),
    Page.COMPANION_TODAY: gettext_lazy("opened your Today page"),
    Page.COMPANION_TIMELINE: gettext_lazy("opened your timeline"),
    Page.COMPANION_FORM: gettext_lazy("opened a check-in form for you"),
    Page.COMPANION_RESULT: gettext_lazy("opened the result of a check-in for you"),
    Page.PHOTO: gettext_lazy("saw a picture of yours"),
    Page.PHOTOS: gettext_lazy("compared your pictures"),
    Page.CLUSTER: gettext_lazy("looked at a check-in of yours together with those of others"),
}
COMPANIONS_PAGES = frozenset(
    {Page.COMPANION_TODAY, Page.COMPANION_TIMELINE, Page.COMPANION_FORM, Page.COMPANION_RESULT}
)
# Events without a page: acts of staff, and looks written down before pages were.
ACTS = {
    Verb.OPENED_ALERT: LOOKS[Page.ALERT],
    Verb.OPENED_PATIENT: LOOKS[Page.PATIENT],
    Verb.ENROLLED: gettext_lazy("added you to the portal"),
    Verb.INVITED: gettext_lazy("sent you an invitation"),
    Verb.HANDED_OVER: gettext_lazy("gave you a link to sign in"),
    Verb.CHANGED_DETAILS: gettext_lazy("changed your details"),
    Verb.RECORDED_PROCEDURE: gettext_lazy("wrote down your treatment"),
    Verb.CORRECTED_PROCEDURE: gettext_lazy("corrected your treatment"),
    Verb.MOVED_PROCEDURE: gettext_lazy("corrected whose treatment it was"),
    Verb.CHANGED_INTAKE: gettext_lazy("changed your answers about your health"),
    Verb.SUBMITTED_FOR: gettext_lazy("filled in a check-in for you"),
    Verb.TRIED_CONTACT: gettext_lazy("noted a call with you"),
    Verb.SENT_LETTER: gettext_lazy("sent you a message"),
    Verb.WITHDREW: gettext_lazy("ended your part in the portal"),
    Verb.TOOK_BACK: gettext_lazy("took you back into the portal"),
}


@dataclass(slots=True, kw_only=True)
class Line:
    """What one person did within a few minutes."""

    first: Event
    last_at: datetime
    acts: list[str] = field(default_factory=list)
    role: str

    @property
    def at(self) -> datetime:
        return self.first.at

    @property
    def who(self) -> str:
        """The name; never an address, which an account without a name would show."""
        return self.first.actor.get_full_name() or _("Somebody of the clinic")

    @property
    def what(self) -> str:
        """The acts in their order: "found you in the search, opened your page"."""
        return ", ".join(dict.fromkeys(self.acts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The lines of a day, newest first."""

    words: str
    lines: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoLooked:
    """A page of days, newest first. `older`: the id of the event before which the next page begins."""

    days: list[Day]
    older: int | None


def who_looked(patient: Patient, before: str, now: datetime) -> WhoLooked:
    """Return who looked at the record of a patient, in two queries.

    `before`: the id of the event that the page before ended with, as posted; anything else means the newest.
    """
    shown = older_than(events_of(patient), before)
    events = list(shown.select_related("actor")[: EVENTS_ON_A_PAGE + 1])
    is_cut = len(events) > EVENTS_ON_A_PAGE
    events = events[:EVENTS_ON_A_PAGE]
    lines = list(lines_of(reversed(events), roles_at(patient, events)))
    days = [
        Day(words=day_words(day, timezone.localdate(now)), lines=list(of_day))
        for day, of_day in groupby(sorted(lines, key=order, reverse=True), lambda line: day_of(line.first))
    ]
    return WhoLooked(days=days, older=events[-1].pk if is_cut else None)


def events_of(patient: Patient) -> QuerySet[Event]:
    """Return the events that the page tells: of staff and companions, newest first."""
    told = Q(page__in=LOOKS.keys()) | Q(verb__in=ACTS.keys())
    events: QuerySet[Event] = patient.events.filter(told).exclude(actor=patient.user_id)
    return events.exclude(actor__email=SYSTEM_EMAIL)


def roles_at(patient: Patient, events: Iterable[Event]) -> dict[int, str]:
    """Return what each person is at the clinic, by the id of the user."""
    members = StaffMember.objects.filter(clinic=patient.clinic_id, user__in={e.actor_id for e in events})
    return {member.user_id: member.get_role_display().lower() for member in members}


def lines_of(events: Iterable[Event], roles: Mapping[int, str]) -> Iterator[Line]:
    """Yield the lines of events, which come oldest first."""
    open_lines: dict[tuple[int, bool], Line] = {}
    for event in events:
        who = event.actor_id, is_by_companion(event)
        line = open_lines.get(who)
        if line is None or event.at - line.last_at >= WITHIN or day_of(event) != day_of(line.first):
            line = Line(first=event, last_at=event.at, role=role_of(event, roles))
            open_lines[who] = line
            yield line
        line.last_at = event.at
        line.acts.append(str(LOOKS[Page(event.page)] if event.page else ACTS[Verb(event.verb)]))


def is_by_companion(event: Event) -> bool:
    """Return True for what somebody did as a companion, whatever else they are."""
    return event.page in COMPANIONS_PAGES or "companion" in event.data


def role_of(event: Event, roles: Mapping[int, str]) -> str:
    return _("companion") if is_by_companion(event) else roles.get(event.actor_id, "")


def order(line: Line) -> tuple[datetime, int]:
    return line.at, line.first.pk


def day_of(event: Event) -> date:
    return timezone.localdate(event.at)


def day_words(day: date, today: date) -> str:
    """Return "Today, Thursday 19 November", "Wednesday 18 November", and the year where it is another."""
    if day.year != today.year:
        return date_format(day, pgettext("date format", "l j F Y"))
    words = date_format(day, pgettext("date format", "l j F"))
    return _("Today, %(day)s") % {"day": words} if day == today else words
