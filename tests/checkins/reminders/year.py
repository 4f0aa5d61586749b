"""A year of reminders by a clock: patients in twelve zones, their days, and what was sent to them."""

from __future__ import annotations

import bisect
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db.models import Min

from aftercare.checkins.models import CheckIn, ReminderPlan
from aftercare.checkins.reminders.running import plan_reminders, remind
from aftercare.outbox.delivery import deliver_kind
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Patient, Procedure, User
from tests.checkins.reminders.world import KIND
from tests.factories import ClinicFactory, PatientFactory, UserFactory

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOUR = timedelta(hours=1)
ZONES = (
    *("Europe/London", "Europe/Berlin", "Asia/Kathmandu", "Asia/Kolkata"),
    *("Pacific/Apia", "Pacific/Honolulu", "Pacific/Chatham", "Australia/Lord_Howe"),
    *("America/New_York", "America/St_Johns", "America/Santiago", "Africa/Casablanca"),
)
# Few enough that several patients are due at once, as in a clinic, and that a year takes a minute.
HOURS, FIRST_DAYS = (time(9), time(18, 30)), (4, 34, 64, 94)
USUAL, AT_NIGHT = (time(21), time(8)), (time(9), time(17))
# The nights in which the clock leaves out 02:30, and shows it twice.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
}


@dataclass
class Person:
    """A patient of the simulation, with what happens to them: everything at its instant, in order."""

    patient: Patient
    zones: list[tuple[datetime, str]]
    at: time
    quiet: tuple[time, time] = USUAL
    procedures: list[datetime] = field(default_factory=list)
    check_ins: list[datetime] = field(default_factory=list)
    withdrawn_at: datetime | None = None

    def zone_at(self, instant: datetime) -> ZoneInfo:
        place = bisect.bisect_right([at for at, _zone in self.zones], instant)
        return ZoneInfo(self.zones[max(place - 1, 0)][1])

    def is_quiet(self, instant: datetime) -> bool:
        """Return True in the quiet hours, told minute by minute from the clock on the wall."""
        clock = instant.astimezone(self.zone_at(instant)).time()
        start, end = self.quiet
        return start <= clock < end if start < end else clock >= start or clock < end

    def procedure_at(self, instant: datetime) -> datetime | None:
        return max((one for one in self.procedures if one <= instant), default=None)

    def has_checked_in(self, day: date, before: datetime) -> bool:
        zone = self.zone_at(before)
        return any(one <= before and one.astimezone(zone).date() >= day for one in self.check_ins)


class Year:
    """The simulation. Minutes at which nothing is due are passed over: a run would find nothing to do."""

    def __init__(self, patients: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.staff = UserFactory.create()
        self.clinics = {zone: ClinicFactory.create(time_zone=zone) for zone in ZONES}
        self.people = [self.person(number) for number in range(patients)]
        self.outages = sorted(self.instant() for _number in range(20))
        self.runs = 0

    def instant(self) -> datetime:
        minutes = self.random.randrange(int((END - BEGIN) / MINUTE))
        return BEGIN + minutes * MINUTE

    def person(self, number: int) -> Person:
        """Make a patient: every tenth travels, every eighth is withdrawn, every sixth in two zones works at night."""
        zone = ZONES[number % len(ZONES)]
        clinic: Clinic = self.clinics[zone]
        patient = PatientFactory.create(
            clinic=clinic, time_zone=zone, enrolled_at=BEGIN - DAY, user=UserFactory.create()
        )
        is_at_night = zone in CHANGES and number % 24 in {1, 8}
        at = time(2, 30) if is_at_night else self.random.choice(HOURS)
        person = Person(patient, [(BEGIN, zone)], at, AT_NIGHT if is_at_night else USUAL)
        days = [change - 3 * DAY for change in CHANGES[zone]] if is_at_night else self.days()
        person.procedures = [
            datetime.combine(day, time(10, 15), ZoneInfo(zone)).astimezone(UTC) for day in days
        ]
        if number % 10 == 0:
            there = person.procedures[0] + timedelta(days=2, hours=self.random.randrange(24))
            person.zones.append((there, self.random.choice(ZONES)))
            person.zones.append((there + 9 * DAY, zone))
        if number % 8 == 0:
            person.withdrawn_at = person.procedures[-1] + timedelta(days=self.random.randrange(1, 40))
        person.check_ins = sorted(self.check_ins(person))
        ReminderPlan.objects.create(
            patient=patient, at_time=at, quiet_from=person.quiet[0], quiet_until=person.quiet[1]
        )
        return person

    def days(self) -> list[date]:
        first = BEGIN.date() + timedelta(days=self.random.choice(FIRST_DAYS))
        treatments = self.random.choice((1, 1, 1, 1, 1, 1, 1, 2))
        return [first + timedelta(days=150 * place) for place in range(treatments)]

    def check_ins(self, person: Person) -> Iterator[datetime]:
        """Yield check-ins at any hour, on most days of the first weeks."""
        willing = self.random.random()
        for performed_at in person.procedures:
            for day in (*range(8), 10, 14, 21, 28, 42, 56, 84, 112):
                if self.random.random() < willing:
                    yield performed_at + day * DAY + self.random.randrange(1, 13 * 60) * MINUTE

    def events(self) -> list[tuple[datetime, str, Person]]:
        found = []
        for person in self.people:
            found += [(at, "procedure", person) for at in person.procedures]
            found += [(at, "check_in", person) for at in person.check_ins]
            found += [(at, "zone", person) for at, _zone in person.zones[1:]]
            if person.withdrawn_at:
                found.append((person.withdrawn_at, "withdrawn", person))
        return sorted(found, key=lambda event: event[0])

    def run(self) -> None:
        """Let the year pass."""
        events, place = self.events(), 0
        plans = sorted([BEGIN, *(at for event in events for at in runs_after(*event))])
        while (now := self.next_tick(plans[:1])) is not None:
            while place < len(events) and events[place][0] <= now:
                happen(*events[place], self.staff)
                place += 1
            if plans and plans[0] <= now:
                plan_reminders(now)
                plans = [at for at in plans if at > now]
            if is_reached(self.next_plan(), now):
                remind(now)
            if is_reached(self.next_message(), now):
                deliver_kind(KIND, partial(identity, now))
            self.runs += 1

    def next_plan(self) -> datetime | None:
        soonest: datetime | None = ReminderPlan.objects.aggregate(at=Min("next_at"))["at"]
        return soonest

    def next_message(self) -> datetime | None:
        soonest: datetime | None = Message.objects.waiting().aggregate(at=Min("next_attempt_at"))["at"]
        return soonest

    def next_tick(self, ahead: list[datetime]) -> datetime | None:
        """Return the next minute at which there is something to do; in an outage its end."""
        due = [self.next_plan(), self.next_message(), *ahead]
        soonest = min((at for at in due if at is not None), default=END)
        tick = self.after_outage(BEGIN + -((BEGIN - soonest) // MINUTE) * MINUTE)
        return tick if tick < END else None

    def after_outage(self, instant: datetime) -> datetime:
        for start in self.outages:
            if start <= instant < start + timedelta(hours=3):
                instant = BEGIN + -((BEGIN - start - timedelta(hours=3)) // MINUTE) * MINUTE
        return instant

    def is_lost(self, due_at: datetime, expires_at: datetime) -> bool:
        """Return True if nothing ran from when a reminder was due until it had expired."""
        return self.after_outage(due_at) >= expires_at


def is_reached(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def identity(instant: datetime) -> datetime:
    return instant


def runs_after(at: datetime, what: str, _person: Person) -> list[datetime]:
    """Return when the planning runs because of an event: within the minute, of a change of zone within the hour."""
    soon = BEGIN + ((at - BEGIN) // MINUTE + 1) * MINUTE
    return [soon, soon + HOUR] if what in {"zone", "procedure"} else []


def happen(at: datetime, what: str, person: Person, staff: User) -> None:
    """Write what happened into the database."""
    patient = person.patient
    if what == "procedure":
        Procedure.objects.create(
            patient=patient, kind="mn", area="face", performed_at=at, recorded_at=at, recorded_by=staff
        )
    elif what == "check_in":
        CheckIn.objects.create(
            patient=patient,
            number=CheckIn.objects.filter(patient=patient).count(),
            token=uuid4(),
            submitted_at=at,
            submitted_by=patient.user,
            observed_at=at,
            answers={},
            level="expected",
        )
    elif what == "zone":
        Patient.objects.filter(pk=patient.pk).update(time_zone=person.zone_at(at).key)
    else:
        Patient.objects.filter(pk=patient.pk).update(withdrawn_at=at, withdrawn_by=staff)
