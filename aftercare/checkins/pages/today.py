"""The patient's first page: progress of the recovery, current instructions, next check-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Exists
from django.utils.translation import gettext as _

from aftercare.alerts.actions.patient_messages import unopened_letters
from aftercare.alerts.models import Letter
from aftercare.checkins.advice.levels import EMERGENCY_SIGNS
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.lead import Lead, lead_after, may_lead
from aftercare.checkins.pages.lead_box import LeadBox, box_of
from aftercare.checkins.schedule import is_due
from aftercare.checkins.wording import knows_nothing
from aftercare.guidance.courses.course_texts import Since
from aftercare.guidance.instructions.article_rows import ArticleRow, group_by_article
from aftercare.guidance.timeline.timeline import Timeline
from aftercare.people.clinics.clinic_phones import clock_word
from aftercare.people.models import Clinic, Patient, Procedure
from aftercare.triage import SYMPTOMS, Level
from aftercare.ui.times import span_words

NOON, EVENING = 12, 18
DAY_H = 24
HEALING_UNTIL_H = 28 * DAY_H
LATELY = timedelta(hours=48)
NEWEST = 12  # check-ins


@dataclass(frozen=True)
class Today:
    """`procedure`: the latest; `others`: the latest of each other area still healing; `newest`: check-ins."""

    now: datetime
    patient: Patient
    procedure: Procedure | None
    others: list[Procedure]
    done: list[Procedure]
    newest: list[CheckIn]

    @classmethod
    def of(cls, patient: Patient, now: datetime) -> Today:
        done = list(patient.procedures.filter(performed_at__lte=now).in_order().reverse())
        return cls(
            now, patient, done[0] if done else None, still_healing(done, now), done, newest_of(patient, now)
        )

    @property
    def last(self) -> CheckIn | None:
        """The newest check-in by submission."""
        return self.newest[0] if self.newest else None

    @cached_property
    def lead(self) -> Lead:
        """The lead of the page."""
        return lead_after(self.last, self.patient, self.now)

    @cached_property
    def box(self) -> LeadBox | None:
        return box_of(self.patient, self.lead)

    @property
    def page_title(self) -> str:
        return self.box.title(self.patient.clinic) if self.box else _("Today")

    @cached_property
    def letters(self) -> list[Letter]:
        """Unopened letters of the clinic."""
        if self.last is not None and not getattr(self.last, "has_letters", True):
            return []
        return list(unopened_letters(self.patient, self.now))

    @property
    def emergency_signs(self) -> list[str]:
        return [str(sign) for sign in EMERGENCY_SIGNS]

    @property
    def last_badge(self) -> str:
        """Level of the last check-in, if it may be shown.

        No calm level below a lead, no call after staff have spoken with the patient, nothing without answers.
        """
        if self.last is None or (self.box and not self.lead.is_action):
            return ""
        level = self.last.triage_level
        if level is Level.EXPECTED and (self.lead.is_action or knows_nothing(self.last.given)):
            return ""
        return level.value

    @property
    def last_area(self) -> str:
        """Area of the last check-in, if there are several."""
        if self.last is None or len({one.area for one in self.done}) < 2:
            return ""
        return next((one.area_words for one in self.done if one.pk == self.last.procedure_id), "")

    @property
    def hours(self) -> float | None:
        return self.procedure.hours_at(self.now) if self.procedure else None

    @property
    def since(self) -> str:
        """Time since the procedure, in words."""
        return span_words(self.hours) if self.hours is not None else ""

    @property
    def day(self) -> int | None:
        """Day of the recovery, by elapsed time: day 2 begins after 24 hours."""
        return None if self.hours is None else int(self.hours // DAY_H) + 1

    @cached_property
    def timeline(self) -> Timeline | None:
        """Timeline of the latest procedure."""
        if self.procedure is None:
            return None
        lately = recently_reported(self.newest, self.procedure, self.now)
        since = Since(self.procedure.performed_at, self.now, lately)
        return Timeline.of(self.patient.clinic, self.procedure.kind, since)

    @property
    def to_do(self) -> list[ArticleRow]:
        """Instructions for this hour."""
        return group_by_article(self.timeline.holding) if self.timeline else []

    @property
    def is_due(self) -> bool:
        """True if a planned check-in is due; never without a procedure."""
        if self.procedure is None:
            return False
        last_at = self.last.submitted_at if self.last else None
        clinic = self.patient.clinic
        return is_due(self.procedure.performed_at, last_at, self.now, clinic.zone, clinic.check_in_days)

    @property
    def title(self) -> str:
        """Title: "This evening’s check-in" """
        hour = self.now.astimezone(self.patient.clinic.zone).hour
        if hour < NOON:
            return _("This morning’s check-in")
        return _("This afternoon’s check-in") if hour < EVENING else _("This evening’s check-in")

    @property
    def read_when(self) -> str:
        return read_when(self.patient.clinic, self.now)


def newest_of(patient: Patient, now: datetime) -> list[CheckIn]:
    """Return recent check-ins, newest first, for the symptoms reported recently.

    Annotated with `has_letters` (unopened letters exist) and `may_lead` (an alert may lead the pages).
    """
    letters = Exists(unopened_letters(patient, now))
    lead = Exists(may_lead(patient.pk))
    own = patient.check_ins.defer("advice").annotate(has_letters=letters, may_lead=lead)
    return list(own.order_by("-submitted_at", "-number")[:NEWEST])


def recently_reported(newest: list[CheckIn], procedure: Procedure, now: datetime) -> frozenset[str]:
    """Return the symptoms present in the newest answers of the past two days about a procedure."""
    replaced = {check_in.supersedes_id for check_in in newest}
    current = [one for one in newest if one.pk not in replaced and one.procedure_id == procedure.pk]
    lately = [one for one in current if now - one.observed_at <= LATELY]
    lately.sort(key=lambda one: one.observed_at, reverse=True)
    said: dict[str, int] = {}
    for symptom in SYMPTOMS:
        values = (getattr(one.given, symptom) for one in lately)
        said[symptom] = next((value for value in values if value is not None), 0)
    return frozenset(symptom for symptom, value in said.items() if value)


def still_healing(done: list[Procedure], now: datetime) -> list[Procedure]:
    """Return the latest procedure of each area other than the first one's, up to day 28; `procedures` latest
    first.
    """
    latest: dict[str, Procedure] = {}
    for procedure in done:
        latest.setdefault(procedure.area, procedure)
    return [one for one in list(latest.values())[1:] if one.hours_at(now) <= HEALING_UNTIL_H]


def read_when(clinic: Clinic, now: datetime) -> str:
    """Return when staff read check-ins: in opening hours, without any promise beyond."""
    hours, local = clinic.hours, now.astimezone(clinic.zone)
    at_once = _("Nobody may see yours at once.")
    if hours.is_always_open():
        return f"{_('Staff read check-ins day and night.')} {at_once}"
    if opening := hours.current(now):
        until = clock_word(opening.closes.astimezone(clinic.zone), local)
        said = _("Staff read check-ins in opening hours, today until %(time)s.") % {"time": until}
        return f"{said} {at_once}"
    upcoming = hours.next_opening(now)
    if upcoming is None:
        return f"{_('The clinic is closed.')} {at_once}"
    opens = clock_word(upcoming.opens.astimezone(clinic.zone), local)
    said = _("The clinic is closed. Staff read check-ins from %(time)s.") % {"time": opens}
    return f"{said} {at_once}"
