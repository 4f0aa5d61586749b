"""The page of one alert: evidence, answers, what was told, and what happened."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import Alert
from aftercare.alerts.notifying.notifications import drain
from aftercare.checkins.follow_up.non_response import record_silence_after_alerts
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, StaffMember
from clinic.alert.page import Comparison
from tests.clinic.staff_client import BANNER_QUERIES, alert_url, staff_client, words
from tests.factories import PatientFactory, alert_of, at, check_in, treated

# The clock stands at the hour at which pages are looked at: 10:00 on Friday, four days after the procedure.
pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(96))]


def page_of(alert: Alert, member: StaffMember) -> str:
    return words(staff_client(member).get(alert_url(alert)))


def test_the_evidence_gives_values_and_times_and_where_the_rule_comes_from(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 20, redness=0)
    check_in(patient, 95, redness=3)

    page = page_of(patient.alerts.get(rule="sudden_return.redness"), nurse)

    assert "Redness rose by two steps or more above its lowest earlier answer." in page
    assert "Redness: none at 20 h (Tue 06:00), severe at 95 h (09:00)." in page
    assert "Rule sudden_return.redness , rule set 2." in page
    assert "Behind the rule: S1 , Redness or pain that is back all at once points to an infection." in page
    assert "Expected courses: version 1, not signed yet." in page


def test_the_limit_that_was_passed_is_said(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 95, swelling=2)
    page = page_of(patient.alerts.get(rule="past_expected.swelling"), nurse)
    assert "Swelling: moderate at 95 h (09:00). Expected to be below moderate after 72 h." in page


def test_every_report_behind_the_alert_is_shown_and_the_repeat_marked(
    patient: Patient, nurse: StaffMember
) -> None:
    alert = alert_of(patient, 90, signs=["pus"])
    acknowledge(alert=alert, by=nurse.user, now=at(91))
    check_in(patient, 95, signs=["pus"])

    page = page_of(alert, nurse)

    assert "Signs: pus bumps, or yellow or green fluid at 90 h (04:00)." in page
    assert "Signs: pus bumps, or yellow or green fluid at 95 h (09:00)." in page
    assert "Reported again 09:00, after it was acknowledged." in page


def test_other_open_alerts_of_the_patient_stand_beside(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 95.8, pain=4)
    check_in(patient, 95.9, signs=["pus"])
    page = page_of(patient.alerts.get(rule="pus"), nurse)
    assert "Other open alerts of this patient" in page
    assert (
        "Very severe pain, or pain that is still severe late on. Pain: very severe at 95 h (09:48)." in page
    )
    assert "Raised 09:48, 12 min ago. 18 min left" in page


def test_answers_stand_beside_the_two_before(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 20, redness=2)
    check_in(patient, 46, redness=2, swelling=1)
    check_in(patient, 70, redness=1, swelling=None)
    alert = alert_of(patient, 95, redness=3, swelling=1, came_back="redness", pain=None)

    answers = {row.question: row for row in comparison(alert, nurse).answers}

    assert (answers["Redness"].now, answers["Redness"].change) == ("Severe", "up 2")
    assert answers["Redness"].earlier == ["Mild", "Moderate"]
    assert (answers["Swelling"].change, answers["Swelling"].earlier) == (
        "was unknown",
        ["Not answered", "Mild"],
    )
    assert answers["Came back"].change == "changed"
    assert answers["Pain"].change == "not answered now"
    assert answers["Itch"].change == "same"
    assert len(comparison(alert, nurse).earlier) == 2


def test_answers_are_compared_within_one_procedure_and_never_with_a_corrected_one(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 40, redness=0)
    treated(patient, nurse.user, 48)
    wrong = check_in(patient, 60, redness=0).check_in
    check_in(patient, 61, described=at(60), redness=2, supersedes=wrong)
    alert = alert_of(patient, 95, signs=["pus"], redness=2)

    earlier = comparison(alert, nurse).earlier

    assert [one.given.redness for one in earlier] == [2]


def comparison(alert: Alert, member: StaffMember) -> Comparison:
    shown: Comparison = staff_client(member).get(alert_url(alert)).context["comparison"]
    return shown


def test_the_patients_own_words_and_what_could_not_be_read_are_shown_as_text(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 95, signs=["pus"], note="Woke up <b>with it</b>.")
    response = staff_client(nurse).get(alert_url(patient.alerts.get()))
    assert "Woke up &lt;b&gt;with it&lt;/b&gt;." in response.content.decode()
    assert "(not read as urgent)" in words(response)


def test_what_the_patient_was_told_is_there_word_for_word(patient: Patient, nurse: StaffMember) -> None:
    receipt = check_in(patient, 95, signs=["pus"])
    headline = receipt.check_in.advice["headline"]
    assert headline
    page = page_of(patient.alerts.get(), nurse)
    assert f"What the patient was shown {headline}" in page
    assert f"Amara Test sent a check-in and saw “{headline}”." in page


def test_risks_telephone_and_age_are_at_hand(patient: Patient, nurse: StaffMember) -> None:
    patient.intake, patient.at_risk = ["iq2", "iq7"], True
    patient.call_back_telephone, patient.call_back_hours = "07700 900142", "after 17:00"
    patient.date_of_birth = at(0).date().replace(year=1990, day=17)
    patient.save()

    page = page_of(alert_of(patient, 95, signs=["pus"]), nurse)

    assert "At risk: heals slowly" in page
    assert "Born 17 January 1990, 35. Microneedling, face, 96 h ago" in page
    assert "Amara Test 07700 900142" in page
    assert "Best reached: after 17:00" in page


def test_a_patient_without_telephone_or_procedure_has_a_page_too(
    nurse: StaffMember, patient: Patient
) -> None:
    bare = PatientFactory.create(clinic=patient.clinic)
    page = page_of(alert_of(bare, 95, pain=4), nurse)
    assert "No procedure recorded." in page
    assert f"No telephone number is recorded. E-mail: {bare.user.email}" in page
    assert "Pain: very severe (09:00)." in page


def test_a_finding_that_came_out_by_a_correction_says_so(patient: Patient, nurse: StaffMember) -> None:
    first = check_in(patient, 60, redness=1).check_in
    check_in(patient, 70, redness=2)
    check_in(patient, 80, described=at(60), redness=0, supersedes=first)
    page = page_of(patient.alerts.get(rule="sudden_return.redness"), nurse)
    assert "Redness: none at 60 h (Wed 22:00), moderate at 70 h (Thu 08:00)." in page
    assert "when an earlier time was filled in or corrected." in page


def test_the_history_tells_who_was_told_and_who_did_what_the_newest_first(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    alert = alert_of(patient, 94, signs=["pus"])
    drain(at(94.01))
    escalate(at(94.6))
    drain(at(94.61))
    Message.objects.filter(recipient=nurse.user).update(state=Message.State.SENT, finished_at=at(94.7))
    acknowledge(alert=alert, by=clinician.user, now=at(94.8))

    staff_client(nurse).get(alert_url(alert))
    history = staff_client(clinician).get(alert_url(alert)).context["history"]

    lines = [f"{item.who} {item.what}" for item in history]
    for line in (
        "Ruth Test opened this page.",
        "Tom Test acknowledged.",
        "System told the next contact: nobody has acknowledged.",
        "Mail to Tom Test (not acknowledged in time): waiting.",
        "Mail to Ruth Test: handed over at 08:42.",
    ):
        assert line in lines
    assert all(later.at >= earlier.at for later, earlier in pairwise(history))


def test_what_waits_for_opening_hours_is_in_the_history(patient: Patient, nurse: StaffMember) -> None:
    page = page_of(alert_of(patient, 90, unwell=["flu"]), nurse)  # at 04:00
    assert "System decided that the clinic is told when it opens." in page


def test_silence_since_the_report_is_said(patient: Patient, nurse: StaffMember) -> None:
    alert = alert_of(patient, 60, pain=3)
    record_silence_after_alerts(at(84))
    page = page_of(alert, nurse)
    assert "No check-in since the report behind this alert, noticed Thu 22:00." in page


def test_the_page_takes_as_many_queries_for_a_long_story_as_for_a_short_one(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    alert_of(patient, 20.5, signs=["hives"])
    client = staff_client(nurse)
    client.get(alert_url(alert))
    drain(at(21))
    with CaptureQueriesContext(connection) as short:
        client.get(alert_url(alert))
    for turn in range(8):
        check_in(patient, 24 + turn, signs=["pus", "patches", "spreading"], pain=4, redness=3)
        escalate(at(24 + turn))
        drain(at(24 + turn))
    with CaptureQueriesContext(connection) as long:
        client.get(alert_url(alert))
    assert len(long) == len(short) <= 22 + BANNER_QUERIES


def test_the_course_since_the_treatment_is_drawn_with_the_alert_marked(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 20, redness=0)
    check_in(patient, 95, redness=3)
    alert = patient.alerts.get(rule="sudden_return.redness")
    response = staff_client(nurse).get(alert_url(alert))
    assert "Course since treatment Redness now severe" in words(response)
    assert "20 hours: none; 95 hours: severe. Marked: 95 hours: urgent." in words(response)
    assert response.content.decode().count('role="img"') == 4


def test_an_alert_without_a_procedure_has_no_course(nurse: StaffMember) -> None:
    untreated = PatientFactory.create(clinic=nurse.clinic)
    assert "Course since treatment" not in page_of(alert_of(untreated, 95, signs=["pus"]), nurse)
