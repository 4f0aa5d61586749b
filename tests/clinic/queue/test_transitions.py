"""Time changes what the queue shows: an open page learns of all but ages at its instant, and of no minute."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, ContactStep
from aftercare.checkins.follow_up.non_response import record_missed_check_ins
from aftercare.outbox.heartbeats import WORKER, beat_heart
from aftercare.people.models import Event, Patient, StaffMember
from clinic.queue.live.drawn_lists import next_look
from clinic.queue.live.etag import valid_until
from clinic.queue.live.notices import LOOKED_AT_EVERY
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at, check_in, someone

pytestmark = [pytest.mark.usefixtures("procedure", "course_set")]
LIVE = "/clinic/queue/"
MOMENT = timedelta(milliseconds=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
COUNTED = re.compile(
    r'(<time [^>]*data-after=[^>]*>)[^<]*|(?<=d=)"[^"]*"(?=\s+fill="currentColor"\s+data-begins)'
)
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|<p id="queue-as-of">[^<]*|data-seconds="\d+"'
)


@dataclass
class Screen:
    """An open page of a member, which asks with the tag of its last answer; nobody touches it."""

    member: StaffMember
    tag: str = ""
    page: str = ""

    def ask(self, now: datetime) -> Any:
        """Return the answer at an instant. Worker and beat live."""
        with frozen_at(now):
            for part in (WORKER, "beat"):
                beat_heart(part, now)
            client = staff_client(self.member)  # the session of an untouched page would be locked by and by
            answer = client.get(LIVE, headers={"If-None-Match": self.tag})
        if answer.status_code == 200:
            self.tag, self.page = answer.headers["ETag"], without_ages(answer)
        return answer

    def learns_at(self, now: datetime) -> str:
        """Return what a page says that learned of nothing until `now`."""
        self.ask(now - MOMENT)
        assert self.ask(now - MOMENT).status_code == 304
        assert valid_until(self.tag) == now
        answer = self.ask(now)
        assert answer.status_code == 200
        return words(answer)


def without_ages(answer: Any) -> str:
    """Return a page without what its script counts on, and what each drawing has anew."""
    return CHANGING.sub("", COUNTED.sub(r"\1", answer.content.decode()))


@pytest.fixture
def screen(nurse: StaffMember) -> Screen:
    return Screen(nurse)


def test_a_new_minute_is_no_news(screen: Screen, urgent_alert: Alert) -> None:
    """But for the look that is counted once in half an hour, and for the pie of half an hour, which runs out."""
    now = urgent_alert.opened_at
    look = next_look(screen.member.clinic_id, now)
    screen.ask(now)
    for minute in range(1, 22):
        before, now = now, now + MINUTE
        has_news = minute == 21 or before < look <= now
        assert screen.ask(now).status_code == (200 if has_news else 304), minute


def test_an_alert_is_due_and_overdue_at_its_instant(screen: Screen, urgent_alert: Alert) -> None:
    Alert.objects.update(next_escalation_at=None)
    by = urgent_alert.acknowledge_by
    assert by is not None
    screen.ask(by - 9 * MINUTE - MOMENT)
    assert "clock-late" not in screen.page
    assert "9 min left" in screen.learns_at(by - 9 * MINUTE)
    assert "clock-late" in screen.page
    assert "Due now was due 06:30" in screen.learns_at(by)
    assert "lv over" not in screen.page
    assert "1 min overdue" in screen.learns_at(by + MINUTE)
    assert "lv over" in screen.page


def test_the_next_contact_is_told_at_its_instant(screen: Screen, urgent_alert: Alert) -> None:
    Alert.objects.update(next_escalation_at=at(20, minutes=10))
    screen.ask(at(20, minutes=5))
    assert "next contact told 06:10" in screen.page
    assert "next contact is being told" in screen.learns_at(at(20, minutes=10))


def test_the_answer_to_a_routine_alert_is_due_when_the_clinic_closes(
    screen: Screen, patient: Patient
) -> None:
    alert_of(patient, 20, signs=["patches"])
    closes = at(56)  # the second working day ends at 18:00
    screen.ask(closes - 5 * MINUTE)
    said = screen.learns_at(closes)
    assert "Due now" in said
    assert "1 min overdue" in screen.learns_at(closes + MINUTE)


def test_a_button_that_runs_out_goes_away_for_its_user_alone(
    screen: Screen, urgent_alert: Alert, clinician: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=screen.member.user, now=at(20.1))
    colleague = Screen(clinician)
    colleague.ask(at(20.1))
    screen.ask(at(20.1))
    assert "Give back" in screen.page
    assert "Give back" not in screen.learns_at(at(20.1) + MINUTE)
    assert colleague.ask(at(20.1) + MINUTE).status_code == 304

    close(alert=urgent_alert, by=screen.member.user, now=at(20.2), outcome="mistake", note="Seen.")
    screen.ask(at(20.2))
    assert "Undo the close" in screen.page
    assert "Undo the close" not in screen.learns_at(at(20.2) + MINUTE)


def test_at_midnight_times_of_the_day_before_have_their_weekday(screen: Screen, urgent_alert: Alert) -> None:
    Alert.objects.update(next_escalation_at=None)
    midnight = at(38)
    screen.ask(midnight - MINUTE)
    assert "06:00" in screen.page
    assert "Tue 06:00" in screen.learns_at(midnight)


def test_the_day_begins_at_the_clinic_not_in_greenwich(screen: Screen, urgent_alert: Alert) -> None:
    clinic = screen.member.clinic
    clinic.time_zone = "America/New_York"
    clinic.save()
    Alert.objects.update(next_escalation_at=None)
    midnight = at(43)
    screen.ask(midnight - MINUTE)
    assert "Tue 01:00" in screen.learns_at(midnight)


def test_delayed_messages_show_though_nothing_of_the_queue_was_written(screen: Screen) -> None:
    screen.ask(at(20.1))
    assert "delayed" not in screen.page
    with frozen_at(at(20.1) + LOOKED_AT_EVERY + MINUTE):  # no heart has beaten since
        answer = staff_client(screen.member).get(LIVE, headers={"If-None-Match": screen.tag})
    assert answer.status_code == 200
    assert "Notifications are delayed since 06:06" in words(answer)


def test_a_shift_that_leaves_nobody_on_duty_shows(
    screen: Screen, urgent_alert: Alert, clinician: StaffMember
) -> None:
    screen.ask(at(20.1))
    assert "No contact step reaches anybody now" in screen.page
    ContactStep.objects.create(clinic=screen.member.clinic, position=0).members.add(clinician)
    assert screen.ask(at(20.1) + LOOKED_AT_EVERY).status_code == 200
    assert "No contact step reaches anybody now" not in screen.page


def test_a_page_that_stays_open_counts_as_a_look_in_each_slot(
    screen: Screen, urgent_alert: Alert, nurse: StaffMember
) -> None:
    Alert.objects.update(next_escalation_at=None)
    begins = at(24, minutes=2)
    screen.ask(begins)
    looks = Event.objects.filter(verb=Event.Verb.LOOKED, actor=nurse.user, page=Event.Page.QUEUE)
    assert looks.count() == 1
    look = next_look(nurse.clinic_id, begins)
    screen.ask(look - SECOND)
    assert looks.count() == 1
    screen.ask(look)
    assert looks.count() == 2


Arranged = Callable[[Patient, StaffMember], object]


def busy(patient: Patient, nurse: StaffMember) -> None:
    """One of everything that the list can show."""
    people = [someone(patient, name) for name in ("Ben", "Cai", "Dev", "Eve", "Flo", "Gus")]
    check_in(patient, 20, signs=["pus"], emergency=["eye"])
    check_in(people[0], 19, unwell=["flu"])
    check_in(people[1], 18, signs=["patches"])
    forgotten, tried, taken = (alert_of(one, 19.5, signs=["pus"]) for one in people[2:5])
    for number, alert in enumerate((forgotten, tried, taken)):
        acknowledge(alert=alert, by=nurse.user, now=at(19.9, minutes=number))
    record_contact_attempt(patient=people[3], by=nurse.user, result="no_answer", now=at(19.95))
    Alert.objects.filter(pk=forgotten.pk).update(forgotten_since=at(19.99))
    start_drill(clinic=patient.clinic, by=nurse.user, now=at(19.9))


def silent(patient: Patient, nurse: StaffMember) -> None:
    check_in(someone(patient, "Ben"), 1)
    someone(patient, "Cai")
    record_missed_check_ins(at(56))


@pytest.mark.parametrize(
    ("arrange", "begins", "step", "steps"),
    [
        pytest.param(busy, at(20, seconds=1), timedelta(seconds=41), 90, id="an hour, closely"),
        pytest.param(
            busy, at(20, seconds=1), timedelta(minutes=13, seconds=13), 150, id="over a day and a half"
        ),
        pytest.param(silent, at(56, seconds=1), timedelta(minutes=13, seconds=7), 60, id="not heard from"),
    ],
)
def test_a_page_that_was_told_of_no_news_differs_from_a_new_one_in_ages_alone(
    screen: Screen,
    patient: Patient,
    nurse: StaffMember,
    arrange: Arranged,
    begins: datetime,
    step: timedelta,
    steps: int,
) -> None:
    arrange(patient, nurse)
    screen.ask(begins)
    without_news = 0
    for number in range(1, steps):
        now = begins + number * step
        without_news += screen.ask(now).status_code == 304
        anew = Screen(nurse)
        anew.ask(now)
        assert screen.page == anew.page
    assert without_news


def test_without_script_a_page_shows_the_ages_of_its_load(nurse: StaffMember, urgent_alert: Alert) -> None:
    for minutes in (5, 6, 17):
        with frozen_at(urgent_alert.opened_at + minutes * MINUTE):
            page = words(staff_client(nurse).get(QUEUE))
        assert f"{minutes} min ago" in page
        assert f"{30 - minutes} min left" in page
