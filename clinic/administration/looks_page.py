"""The page on which managers see who looked at which patient's data, and its filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.checkins.pages.who_looked import day_words
from aftercare.people.models import Clinic, Event, Patient, StaffMember
from aftercare.people.sealing.looks import older_than

LOOKS_ON_A_PAGE = 100
VERBS = (Event.Verb.LOOKED, Event.Verb.OPENED_ALERT, Event.Verb.OPENED_PATIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFilters:
    """The chosen filters; None means no filter."""

    member: StaffMember | None = None
    patient: Patient | None = None
    day: date | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str], clinic: Clinic) -> Self:
        """Read the filters from a query string; what is unknown, or of another clinic, is ignored."""
        member, patient = asked.get("member", ""), as_uuid(asked.get("patient", ""))
        members = clinic.staff_members.select_related("user")
        return cls(
            member=members.filter(pk=member).first() if member.isdecimal() and len(member) < 10 else None,
            patient=clinic.patients.select_related("user").filter(pk=patient).first() if patient else None,
            day=as_day(asked.get("day", "")),
        )

    @property
    def query(self) -> str:
        """The query string of these filters, which names nobody."""
        return self.query_with()

    def query_with(self, **instead: object) -> str:
        """Return the query string with some filters replaced."""
        chosen = {
            "member": self.member and self.member.pk,
            "patient": self.patient and self.patient.pk,
            "day": self.day and self.day.isoformat(),
            **instead,
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def is_narrow(self) -> bool:
        return bool(self.member or self.patient or self.day)

    def of(self, clinic: Clinic) -> QuerySet[Event]:
        """Return the looks at patients of the clinic that pass the filters, newest first."""
        looks: QuerySet[Event] = clinic.events.filter(verb__in=VERBS, patient__isnull=False)
        if self.member:
            looks = looks.filter(actor=self.member.user_id)
        if self.patient:
            looks = looks.filter(patient=self.patient)
        if self.day:
            start = datetime.combine(self.day, time.min, clinic.zone)
            looks = looks.filter(at__gte=start, at__lt=start + timedelta(days=1))
        return looks


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPatient:
    """A patient whom a page showed. `query`: the query string that narrows the list to them."""

    patient: Patient
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """A page that somebody saw, with the patients on it. `event`: the first of the looks."""

    event: Event
    page: str
    seen: list[SeenPatient]


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksPage:
    """Some looks, newest first. `older`: the query string of the page after it, or an empty string."""

    rows: list[LookRow]
    older: str

    @property
    def patients(self) -> list[Patient]:
        """The patients whom this page names."""
        return [seen.patient for row in self.rows for seen in row.seen]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookDay:
    """The rows of one day. `words`: the day, such as "Today, Thursday 19 November"."""

    words: str
    rows: list[LookRow]


def looks_page(clinic: Clinic, filters: LookFilters, before: str) -> LooksPage:
    """Return the looks before the event with the id `before`; from the newest on where there is none."""
    looks = older_than(filters.of(clinic), before)
    events = list(looks.select_related("actor", "patient__user")[: LOOKS_ON_A_PAGE + 1])
    shown, is_cut = events[:LOOKS_ON_A_PAGE], len(events) > LOOKS_ON_A_PAGE
    rows = [look_row(list(looks), filters) for _page, looks in groupby(shown, key=same_page)]
    return LooksPage(rows=rows, older=filters.query_with(before=shown[-1].pk) if is_cut else "")


def days_of(page: LooksPage, today: date) -> list[LookDay]:
    """Return the rows of a page by the day on which they fall, newest first."""
    by_day = groupby(page.rows, lambda row: timezone.localdate(row.event.at))
    return [LookDay(words=day_words(day, today), rows=list(rows)) for day, rows in by_day]


def same_page(event: Event) -> tuple[object, ...]:
    """Return what looks at several patients on one page have in common."""
    return event.at, event.actor_id, event.verb, event.page, event.address


def look_row(looks: list[Event], filters: LookFilters) -> LookRow:
    """Return the row of the looks at one page."""
    seen = [
        SeenPatient(patient=look.patient, query=filters.query_with(patient=look.patient_id))
        for look in looks
        if look.patient
    ]
    return LookRow(event=looks[0], page=page_words(looks[0]), seen=seen)


def page_words(event: Event) -> str:
    """Return which page it was; looks from before pages were written down have the verb only."""
    if event.page:
        return event.get_page_display()
    if event.verb == Event.Verb.OPENED_ALERT:
        return str(Event.Page.ALERT.label)
    return str(Event.Page.PATIENT.label)


def as_uuid(text: str) -> UUID | None:
    """Parse a UUID; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def as_day(text: str) -> date | None:
    """Parse a date in ISO 8601; None for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None


class LookFilterForm(forms.Form):
    """The filters as a form; the patient is chosen by a link in the list, so that no name is in a URL."""

    member = forms.ChoiceField(
        label=gettext_lazy("Who"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )

    def __init__(self, filters: LookFilters, clinic: Clinic) -> None:
        day = filters.day.isoformat() if filters.day else ""
        super().__init__(initial={"member": filters.member and filters.member.pk, "day": day})
        members = clinic.staff_members.select_related("user").order_by("user__first_name", "user__last_name")
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Everybody")), *((str(one.pk), str(one.user)) for one in members)]
