"""The patient's page of reminders: when the next comes, whether today's check-in is open, and the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.checkins.models import Reminder, ReminderPlan
from aftercare.checkins.reminders.actions import HOURS_LATER, later_reminder, plan_of
from aftercare.checkins.reminders.deciding import takes_part
from aftercare.checkins.reminders.planning import Sort, Times, occasions
from aftercare.checkins.reminders.rows import times_of, with_facts
from aftercare.checkins.schedule import planned_dates
from aftercare.people.models import Patient

DAY = timedelta(days=1)


@dataclass(frozen=True)
class RemindersPage:
    """The reminders of a patient at an instant. `plan` has the annotations of `rows.with_facts`."""

    patient: Patient
    plan: Any
    now: datetime

    @classmethod
    def of(cls, patient: Patient, now: datetime) -> RemindersPage:
        plan = with_facts(ReminderPlan.objects.filter(pk=plan_of(patient).pk), now).get()
        return cls(patient, plan, now)

    @property
    def zone(self) -> ZoneInfo:
        return self.patient.zone

    @property
    def zone_words(self) -> str:
        """The city of the patient's zone: "London"."""
        return self.zone.key.rpartition("/")[2].replace("_", " ")

    @property
    def times(self) -> Times:
        return times_of(self.plan)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def dates(self) -> list[date]:
        """The planned dates; none without a procedure."""
        if self.plan.performed_at is None:
            return []
        clinic = self.patient.clinic
        return planned_dates(self.plan.performed_at, clinic.zone, clinic.check_in_days)

    @cached_property
    def upcoming(self) -> list[date]:
        """The dates on which a reminder is still to come."""
        planned = (one for one in occasions(self.dates, self.times, self.now) if one.sort == Sort.PLANNED)
        return [one.day for one in planned if one.due_at > self.now]

    @property
    def summary(self) -> str:
        """When reminders come: "Every day at 18:00 until Tuesday, then less often." """
        if not self.plan.is_on:
            return _("Reminders are stopped. You can check in without them.")
        if not self.upcoming:
            return _("No check-in is planned now. You can check in at any time.")
        hour = self.plan.at_time.strftime("%H:%M")
        last = last_in_a_row(self.upcoming)
        if last == self.upcoming[0]:
            words = _("The next reminder comes on %(day)s at %(hour)s.")
        elif last == self.upcoming[-1]:
            words = _("Every day at %(hour)s until %(day)s.")
        else:
            words = _("Every day at %(hour)s until %(day)s. Then less often.")
        return words % {"hour": hour, "day": date_format(last, pgettext("date format", "l j F"))}

    @cached_property
    def later(self) -> Reminder | None:
        """The reminder that the patient has asked for."""
        return later_reminder(self.patient, self.now)

    @property
    def is_open(self) -> bool:
        """True on a planned day without a check-in so far."""
        if self.today not in self.dates or not takes_part(self.plan):
            return False
        last_at = self.plan.last_at
        return last_at is None or last_at.astimezone(self.zone).date() < self.today

    @property
    def hours_later(self) -> list[int]:
        """In how many hours a reminder can come: not in the quiet hours."""
        if not self.is_open:
            return []
        times = self.times
        return [one for one in HOURS_LATER if not times.is_quiet(self.now + timedelta(hours=one))]


def last_in_a_row(dates: list[date]) -> date:
    """Return the last of the dates that follow the first one day by day."""
    last = dates[0]
    for day in dates[1:]:
        if day != last + DAY:
            break
        last = day
    return last
