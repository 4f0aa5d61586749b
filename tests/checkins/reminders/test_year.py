"""A year of reminders for 200 patients in 12 zones: each planned one once, none quiet, late or to the withdrawn."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from aftercare.checkins.models import Reminder
from aftercare.outbox.models import Message
from aftercare.people.models import Patient
from tests.checkins.reminders.world import KIND
from tests.checkins.reminders.year import CHANGES, DAY, END, ZONES, Person, Year

# Each run commits: in one long transaction PostgreSQL would keep and read every version of a row.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PLANNED = (*range(8), 10, 14, 21, 28, 42, 56, 84, 112)
HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=5)
Key = tuple[Person, date]


def owed(year: Year) -> tuple[set[Key], int]:
    """Return the reminders that are owed, worked out by calendar and clock alone, and how many an outage took.

    Those of people while they travel are left out: on these days the date at home and there may differ.
    """
    found, lost = set(), 0
    for person in year.people:
        for performed_at in person.procedures:
            home = person.patient.clinic.zone
            for offset in PLANNED:
                day = performed_at.astimezone(home).date() + offset * DAY
                due_at = datetime.combine(day, person.at, home).astimezone(UTC)
                if not is_owed(person, performed_at, day, due_at):
                    continue
                if year.is_lost(due_at, due_at + HOUR):
                    lost += 1
                else:
                    found.add((id(person), day))
    return found, lost  # type: ignore[return-value]


def is_owed(person: Person, performed_at: datetime, day: date, due_at: datetime) -> bool:
    """Return True if this procedure is the latest, and nothing makes the reminder needless."""
    if person.withdrawn_at and person.withdrawn_at <= due_at + MINUTES:
        return False
    if not performed_at < due_at < END - HOUR or person.procedure_at(due_at) != performed_at:
        return False
    return not person.has_checked_in(day, due_at) and not is_away(person, due_at)


def is_away(person: Person, instant: datetime) -> bool:
    """Return True from two days before a journey until two days after it."""
    if len(person.zones) == 1:
        return False
    [_home, (there, _zone), (back, _own)] = person.zones
    return there - 2 * DAY <= instant <= back + 2 * DAY


@pytest.fixture
def year() -> Year:
    made = Year(patients=200, seed=15)
    made.run()
    return made


def test_a_year_of_reminders(year: Year, capsys: pytest.CaptureFixture[str]) -> None:
    people = {person.patient.pk: person for person in year.people}
    reminders = {one.pk: one for one in Reminder.objects.all()}
    sent = list(Message.objects.filter(kind=KIND, state=Message.State.SENT))
    assert len({person.patient.time_zone for person in year.people}) == len(ZONES) == 12

    once = Counter(message.subject for message in sent)
    assert set(once.values()) == {1}
    planned: Counter[tuple[int, date]] = Counter()
    latest, quiet, late, to_withdrawn = timedelta(), 0, 0, 0
    for message in sent:
        reminder = reminders[message.subject]
        person, at = people[reminder.patient_id], message.finished_at
        assert at is not None
        quiet += person.is_quiet(at)
        late += at >= reminder.due_at + HOUR
        latest = max(latest, at - reminder.due_at)
        to_withdrawn += bool(person.withdrawn_at and at > person.withdrawn_at)
        if reminder.sort == Reminder.Sort.PLANNED:
            planned[id(person), reminder.day] += 1
            assert is_away(person, at) or not person.has_checked_in(reminder.day, at)
    assert (quiet, late, to_withdrawn) == (0, 0, 0)
    assert set(planned.values()) == {1}

    expected, lost = owed(year)
    at_home = {
        (id(people[one.patient_id]), one.day)
        for one in reminders.values()
        if one.sort == Reminder.Sort.PLANNED and not is_away(people[one.patient_id], one.due_at)
    }
    missing, extra = expected - set(planned), at_home - expected
    assert (len(missing), len(extra)) == (0, 0)
    assert_at_the_hour(year, reminders.values())
    nights = nights_of_change(year, reminders.values())
    assert len(nights) >= 2 * len(CHANGES)
    sorts = Counter(reminders[message.subject].sort for message in sent)
    withdrawn = Patient.objects.exclude(withdrawn_at=None).count()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(year.people)} patients ({withdrawn} withdrawn) in {len(ZONES)} zones, {year.runs} runs:"
            f" {sorts['planned']} planned ({len(expected)} owed at home, {lost} dropped by outages),"
            f" {sorts['follow_up']} follow-ups; {quiet} quiet, {late} late (latest after {latest}),"
            f" {to_withdrawn} to the withdrawn; {len(nights)} at 02:30 on nights of a clock change\n"
        )


def assert_at_the_hour(year: Year, reminders: object) -> None:
    """Each planned one is due when the clock on the wall shows the hour; in a gap an hour later."""
    people = {person.patient.pk: person for person in year.people}
    for one in reminders:  # type: ignore[attr-defined]
        person = people[one.patient_id]
        if one.sort != Reminder.Sort.PLANNED or is_away(person, one.due_at):
            continue
        shown = one.due_at.astimezone(person.zone_at(one.due_at))
        is_gap = person.at.hour == 2 and one.day == CHANGES[person.zones[0][1]][0]
        assert shown.date() == one.day
        assert (shown.hour, shown.minute) == (person.at.hour + is_gap, person.at.minute), one


def nights_of_change(year: Year, reminders: object) -> list[tuple[str, date]]:
    """Return zone and date of the planned reminders on the nights in which 02:30 is left out or comes twice."""
    people = {person.patient.pk: person for person in year.people}
    return [
        (zone, one.day)
        for one in reminders  # type: ignore[attr-defined]
        for zone in [people[one.patient_id].zones[0][1]]
        if people[one.patient_id].at.hour == 2 and one.day in CHANGES.get(zone, ())
    ]
