"""The queue: who is in it, in which order, and what each row says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions import acknowledge, close
from aftercare.checkins.silence import note_missed_check_ins, note_silence_after_alerts
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic.queue import Queue, queue_of
from tests.clinic.desk import QUEUE, STANDING, alert_of, alert_url, desk, someone, treated, words
from tests.people import PatientFactory, at, check_in

pytestmark = pytest.mark.usefixtures("procedure", "course_set")

See = Callable[[float], Queue]
Read = Callable[[StaffMember, float], str]


@pytest.fixture
def see(clinic: Clinic, nurse: StaffMember) -> See:
    return lambda h: queue_of([clinic], at(h), nurse.user)


@pytest.fixture
def open_at() -> Read:
    """What the queue's page says to a staff member at an hour."""

    def open_page(member: StaffMember, h: float) -> str:
        with time_machine.travel(at(h), tick=False):
            return words(desk(member).get(QUEUE))

    return open_page


def test_the_worst_come_first_then_the_longest_waiting(patient: Patient, see: See) -> None:
    urgent_late, urgent_early = someone(patient, "Daniel"), someone(patient, "Mei")
    emergency, same_day = someone(patient, "Joan"), someone(patient, "Priya")
    routine_late, routine_early = someone(patient, "Kofi"), someone(patient, "Hannah")
    alert_of(same_day, 20, pain=3)
    alert_of(routine_early, 20.1, signs=["patches"])
    alert_of(routine_late, 20.2, signs=["patches"])
    alert_of(urgent_early, 20.3, signs=["pus"])
    alert_of(urgent_late, 20.4, signs=["hives"])
    alert_of(emergency, 20.5, emergency=["eye"])

    queue = see(21)

    assert [row.patient for row in queue.now] == [emergency, urgent_early, urgent_late]
    assert [row.patient for row in queue.today] == [same_day]
    assert [row.patient for row in queue.routine] == [routine_early, routine_late]


def test_a_patient_has_one_row_for_what_needs_action_and_routine_stays_apart(
    patient: Patient, see: See
) -> None:
    check_in(patient, 20, signs=["pus", "patches"], pain=3, want_contact=True)

    queue = see(21)

    (row,) = queue.now
    assert row.alert.rule == "pus"
    assert {alert.rule for alert in row.alerts} == {"pus", "severe_pain", "contact_requested"}
    assert row.more == 2
    assert queue.today == []
    assert [row.alert.rule for row in queue.routine] == ["new_patches"]


def test_a_closed_alert_leaves_the_queue(patient: Patient, nurse: StaffMember, see: See) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    assert [row.alert for row in see(21).now] == [alert]
    close(alert=alert, by=nurse.user, now=at(21), outcome="prescribed", note="Seen.")
    assert see(22).is_empty


def test_another_clinic_sees_none_of_it(patient: Patient, outsider: StaffMember) -> None:
    alert_of(patient, 20, signs=["pus"])
    assert queue_of([outsider.clinic], at(21), outsider.user).is_empty


def test_of_two_alerts_of_one_level_the_one_that_nobody_took_on_leads(
    patient: Patient, nurse: StaffMember, see: See
) -> None:
    first = alert_of(patient, 20, signs=["pus"])
    acknowledge(alert=first, by=nurse.user, now=at(20.1))
    second = alert_of(patient, 20.5, signs=["hives"])

    (row,) = see(20.6).now

    assert row.alert == second
    assert row.to_acknowledge == second
    assert row.clock.words == "24 min left"


def test_a_new_lesser_alert_keeps_the_clock_of_a_row_whose_worst_was_acknowledged(
    patient: Patient, nurse: StaffMember, see: See
) -> None:
    emergency = alert_of(patient, 20, emergency=["eye"])
    acknowledge(alert=emergency, by=nurse.user, now=at(20.1))
    urgent = alert_of(patient, 20.5, signs=["hives"])

    (row,) = see(20.6).now

    assert row.alert == emergency
    assert row.to_acknowledge == urgent
    assert row.clock.state == "running"
    assert not row.is_hot


def test_only_an_emergency_that_nobody_answered_is_hot(
    patient: Patient, nurse: StaffMember, see: See
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    assert see(20.1).now[0].is_hot
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))
    assert not see(20.2).now[0].is_hot


@pytest.mark.parametrize(
    ("minutes", "state", "said", "running_out"),
    [
        (0, "running", "30 min left", False),
        (20, "running", "10 min left", False),  # a third is left
        (22, "running", "8 min left", True),
        (30, "overdue", "0 min overdue", False),
        (41, "overdue", "11 min overdue", False),
    ],
)
def test_the_clock_of_an_urgent_alert_runs_thirty_minutes(
    patient: Patient, see: See, minutes: int, state: str, said: str, running_out: bool
) -> None:
    alert_of(patient, 20, signs=["pus"])
    clock = see(20 + minutes / 60).now[0].clock
    assert (clock.state, clock.words, clock.running_out) == (state, said, running_out)


def test_a_row_says_why_who_when_and_by_when(patient: Patient, nurse: StaffMember, open_at: Read) -> None:
    patient.at_risk, patient.call_back_telephone = True, "07700 900142"
    patient.save()
    check_in(patient, 20, redness=0)
    alert_of(patient, 46, redness=2)

    page = open_at(nurse, 46.2)

    assert "Amara Test" in page
    assert "At risk" in page
    assert "Microneedling, face, 46 h" in page
    assert "Redness rose by two steps or more above its lowest earlier answer" in page
    assert "None to moderate at 46 h" in page
    assert "08:00 12 min ago" in page
    assert "18 min left next contact told 08:30" in page
    assert "No owner" in page
    assert "Acknowledge Amara Test" in page


def test_the_telephone_of_a_patient_is_one_tap_away(patient: Patient, nurse: StaffMember, see: See) -> None:
    patient.call_back_telephone = "07700 900142"
    patient.save()
    alert_of(patient, 20, signs=["pus"])
    assert b'href="tel:+447700900142"' in desk(nurse).get(QUEUE).content


def test_an_acknowledged_row_names_its_owner_and_leads_to_closing(
    patient: Patient, nurse: StaffMember, open_at: Read
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))

    page = open_at(nurse, 21)

    assert "Acknowledged 06:06, call by 06:36 Ruth Test" in page
    assert "Close Amara Test" in page
    assert "Acknowledge Amara Test" not in page
    assert f'href="{alert_url(alert)}#close"'.encode() in desk(nurse).get(QUEUE).content


def test_what_is_reported_again_after_acknowledging_is_marked(
    patient: Patient, nurse: StaffMember, see: See, open_at: Read
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))
    assert see(21).now[0].reported_again == ""
    check_in(patient, 22, signs=["pus"])
    assert "Reported again 08:00" in open_at(nurse, 22.5)


def test_silence_after_an_alert_is_marked(
    patient: Patient, nurse: StaffMember, see: See, open_at: Read
) -> None:
    alert = alert_of(patient, 20, pain=3)
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))
    assert see(43).today[0].silence == ""
    note_silence_after_alerts(at(44))
    assert "No check-in for a day" in open_at(nurse, 45)


def test_who_has_not_been_heard_from_is_listed_until_a_check_in_comes(patient: Patient, see: See) -> None:
    heard = someone(patient, "Ben")
    check_in(heard, 6)
    note_missed_check_ins(at(56))

    rows = see(56).silent

    assert [(row.patient, row.why, row.since_words) for row in rows] == [
        (patient, "No check-in yet", "treated"),
        (heard, "No check-in for 2 days 2 h", "last heard"),
    ]
    check_in(patient, 57)
    assert [row.patient for row in see(58).silent] == [heard]


def test_a_silent_patient_with_an_open_alert_says_so(
    patient: Patient, nurse: StaffMember, open_at: Read
) -> None:
    alert_of(patient, 20, signs=["patches"])
    note_missed_check_ins(at(70))
    page = open_at(nurse, 70)
    assert "No check-in for 2 days 2 h has an open alert" in page


def test_a_patient_without_a_procedure_is_in_the_queue_as_well(
    patient: Patient, nurse: StaffMember, open_at: Read
) -> None:
    alert_of(PatientFactory.create(clinic=patient.clinic), 20, signs=["hot_sore"])
    assert "No procedure recorded" in open_at(nurse, 21)


def test_in_an_emergency_the_row_says_what_the_patient_was_told(
    patient: Patient, nurse: StaffMember, open_at: Read
) -> None:
    alert_of(patient, 20, emergency=["breathing"])
    assert "Told: Call 999" in open_at(nurse, 21)


def test_an_empty_queue_says_what_will_appear(nurse: StaffMember, open_at: Read) -> None:
    page = open_at(nurse, 1)
    assert "Nobody is waiting" in page
    assert "appears here at once" in page


def test_the_queue_takes_as_many_queries_for_many_alerts_as_for_one(
    patient: Patient, nurse: StaffMember
) -> None:
    alert_of(patient, 20, signs=["pus"])
    silent = someone(patient, "Ben")
    note_missed_check_ins(at(56))
    client = desk(nurse)
    with time_machine.travel(at(56), tick=False):
        client.get(QUEUE)
        with CaptureQueriesContext(connection) as for_one:
            client.get(QUEUE)
        for number in range(6):
            other = someone(patient, f"P{number}")
            check_in(other, 30, signs=["pus", "patches"], pain=3, emergency=["eye"])
            check_in(other, 31, signs=["pus", "patches"], pain=3, emergency=["eye"])
            someone(patient, f"S{number}")
        treated(silent, nurse.user, 1)
        note_missed_check_ins(at(56))
        with CaptureQueriesContext(connection) as for_many:
            assert len(client.get(QUEUE).context["queue"].now) == 7
    assert len(for_many) == len(for_one) <= 10 + STANDING  # with the colleagues to filter by, and calls
