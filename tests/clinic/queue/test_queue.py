"""The queue: who is in it, in which order, and what each row says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.checkins.follow_up.non_response import record_missed_check_ins, record_silence_after_alerts
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic.queue.live.drawn_lists import kept_lists
from clinic.queue.page import ROWS_ON_A_PAGE, Queue, page_of, queue_of
from tests.clinic.staff_client import BANNER_QUERIES, QUEUE, alert_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import PatientFactory, alert_of, at, check_in, someone, treated

pytestmark = pytest.mark.usefixtures("procedure", "course_set")

See = Callable[[float], Queue]
Read = Callable[[StaffMember, float], str]


@pytest.fixture
def see(clinic: Clinic, nurse: StaffMember) -> See:
    return lambda h: queue_of([clinic], at(h), nurse.user)


@pytest.fixture
def open_at() -> Read:
    """Return the text of the queue for a staff member at an hour."""

    def open_page(member: StaffMember, h: float) -> str:
        with frozen_at(at(h)):
            return words(staff_client(member).get(QUEUE))

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
    assert row.waiting == [second]
    assert row.clock.words == "24 min left"


def test_a_new_lesser_alert_keeps_the_clock_of_a_row_whose_worst_was_acknowledged(
    patient: Patient, nurse: StaffMember, see: See
) -> None:
    emergency = alert_of(patient, 20, emergency=["eye"])
    acknowledge(alert=emergency, by=nurse.user, now=at(20.1))
    urgent = alert_of(patient, 20.5, signs=["hives"])

    (row,) = see(20.6).now

    assert row.alert == emergency
    assert row.waiting == [urgent]
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
        (29.5, "running", "Due now", True),
        (30, "due", "Due now", False),
        (31, "overdue", "1 min overdue", False),
        (41, "overdue", "11 min overdue", False),
    ],
)
def test_the_clock_of_an_urgent_alert_runs_thirty_minutes(
    patient: Patient, see: See, minutes: float, state: str, said: str, running_out: bool
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
    assert b'href="tel:+447700900142"' in staff_client(nurse).get(QUEUE).content


def test_an_acknowledged_row_names_its_owner_and_leads_to_closing(
    patient: Patient, nurse: StaffMember, open_at: Read
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))

    page = open_at(nurse, 21)

    assert "Acknowledged 06:06, call by 06:36 Ruth Test" in page
    assert "Call and close Amara Test" in page
    assert "Acknowledge Amara Test" not in page
    assert f'href="{alert_url(alert)}#call"'.encode() in staff_client(nurse).get(QUEUE).content


def test_one_that_waits_again_keeps_its_owner_and_is_to_be_acknowledged_within_its_time(
    patient: Patient, nurse: StaffMember, see: See, open_at: Read
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))
    check_in(patient, 22, signs=["pus"])

    (row,) = see(22.2).now
    page = open_at(nurse, 22.2)

    assert row.waiting == [row.alert]
    assert "18 min left" in page
    assert "Ruth Test" in page
    assert "Acknowledge Amara Test" in page
    assert "Reported again 08:00" in page


def test_the_last_call_stands_under_the_clock(
    patient: Patient, nurse: StaffMember, clinician: StaffMember, open_at: Read
) -> None:
    record_contact_attempt(patient=patient, by=nurse.user, now=at(19), result="left_message")
    alert = alert_of(patient, 20, signs=["pus"])
    assert "left a message" not in open_at(nurse, 20.1)
    acknowledge(alert=alert, by=nurse.user, now=at(20.1))
    record_contact_attempt(patient=patient, by=clinician.user, now=at(20.2), result="no_answer")
    assert "no answer 06:12, Tom Test" in open_at(nurse, 20.3)
    record_contact_attempt(patient=patient, by=clinician.user, now=at(20.4), result="reached")
    assert "Reached 06:24 by Tom Test" in open_at(nurse, 20.5)


def test_whose_patient_was_reached_stands_below_who_waits(
    patient: Patient, nurse: StaffMember, see: See
) -> None:
    reached, waits = someone(patient, "Amy"), someone(patient, "Sam")
    alert_of(reached, 20, emergency=["eye"])
    record_contact_attempt(patient=reached, by=nurse.user, now=at(20.1), result="reached")
    alert_of(waits, 20.2, signs=["pus"])
    assert [row.patient for row in see(20.3).now] == [waits, reached]


def test_who_was_not_asked_about_risks_is_marked(patient: Patient, nurse: StaffMember, open_at: Read) -> None:
    alert_of(patient, 20, signs=["pus"])
    assert "Risk not asked" in open_at(nurse, 21)
    patient.intake = []
    patient.save()
    assert "Risk not asked" not in open_at(nurse, 21)


def test_routine_that_is_overdue_is_said_in_days_and_does_not_shout(
    patient: Patient, nurse: StaffMember, see: See
) -> None:
    alert_of(patient, 4, signs=["patches"])  # Monday 14:00: by Tuesday 18:00
    assert see(20).routine[0].clock.words == "12 h left"
    clock = see(84).routine[0].clock  # Thursday 22:00
    assert (clock.words, clock.detail, clock.is_quiet) == ("2 days overdue", "was due Tue 18:00", True)
    assert b"lv over" not in staff_client(nurse).get(QUEUE).content


def test_below_the_pressing_rows_a_page_holds_fifty(
    patient: Patient, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch, open_at: Read
) -> None:
    alert_of(patient, 20, signs=["pus"])
    for number in range(3):
        alert_of(someone(patient, f"P{number}"), 20 + number / 10, unwell=["flu"])
    assert ROWS_ON_A_PAGE == 50
    monkeypatch.setattr("clinic.queue.page.page_of", lambda groups, number, _: page_of(groups, number, 2))
    client = staff_client(nurse)
    with frozen_at(at(21)):
        first, second = (words(client.get(f"{QUEUE}?page={number}")) for number in (1, 2))
    for page, here, elsewhere in ((first, ("P0", "P1"), "P2"), (second, ("P2",), "P0")):
        assert "Acknowledge Amara Test" in page
        assert all(f"{name} Other" in page for name in here)
        assert f"{elsewhere} Other" not in page
        assert "All 3 Mine 0 No owner 3" in page
    assert "Page 2 of 2" in second


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
    record_silence_after_alerts(at(44))
    assert "No check-in for a day" in open_at(nurse, 45)


def test_who_has_not_been_heard_from_is_listed_until_a_check_in_comes(patient: Patient, see: See) -> None:
    heard = someone(patient, "Ben")
    check_in(heard, 6)
    record_missed_check_ins(at(56))

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
    record_missed_check_ins(at(70))
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
    assert "shows here at once" in page


def test_the_queue_takes_as_many_queries_for_many_alerts_as_for_one(
    patient: Patient, nurse: StaffMember
) -> None:
    alert_of(patient, 20, signs=["pus"])
    silent = someone(patient, "Ben")
    record_missed_check_ins(at(56))
    client = staff_client(nurse)
    with frozen_at(at(56)):
        client.get(QUEUE)
        kept_lists.clear()
        with CaptureQueriesContext(connection) as for_one:
            client.get(QUEUE)
        for number in range(6):
            other = someone(patient, f"P{number}")
            check_in(other, 30, signs=["pus", "patches"], pain=3, emergency=["eye"])
            check_in(other, 31, signs=["pus", "patches"], pain=3, emergency=["eye"])
            someone(patient, f"S{number}")
        treated(silent, nurse.user, 1)
        record_missed_check_ins(at(56))
        with CaptureQueriesContext(connection) as for_many:
            assert len(client.get(QUEUE).context["queue"].now) == 7
    # With the colleagues to filter by, the calls about alerts and about silence, and what can be undone.
    assert len(for_many) == len(for_one) <= 12 + BANNER_QUERIES
