"""The recovery chart of a patient: what counts, what is left out, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from aftercare.checkins.pages.history import gap_words, recovering_side_by_side
from aftercare.checkins.pages.recovery_chart import PATIENT, STAFF, charts_of, symptoms_of
from aftercare.people.models import Patient, Procedure, StaffMember
from aftercare.ui.chart.parts import Chart
from tests.checkins.posting import send, signed_in, text_of
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

pytestmark = pytest.mark.usefixtures("course_set")


def chart_at(patient: Patient, procedure: Procedure, h: float, words: Any = PATIENT) -> Chart:
    [found] = charts_of(patient, [procedure], at(h), words=words)
    return found.chart


def test_what_was_reported_is_in_the_chart_in_order(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 26, redness=1, pain=None)
    check_in(patient, 27, described=at(3), redness=3)

    rows = chart_at(patient, procedure, 28).rows

    assert [(row.hours, row.answers[:2]) for row in rows] == [
        (26, ["Mild", "Not known"]),
        (3, ["Severe", "None"]),
    ]


def test_corrected_check_ins_and_impossible_times_are_left_out(
    patient: Patient, procedure: Procedure
) -> None:
    wrong = check_in(patient, 20, redness=4).check_in
    check_in(patient, 21, described=at(20), supersedes=wrong, redness=2)
    with frozen_at(at(22)):
        send(signed_in(patient.user), emergency="faint", redness="4", observed_at="2050-01-01T10:00")

    assert patient.check_ins.filter(in_series=False).count() == 1
    assert [(row.hours, row.answers[0]) for row in chart_at(patient, procedure, 30).rows] == [
        (20, "Moderate")
    ]


def test_each_warning_is_marked_on_the_symptom_that_it_is_about(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 20, redness=0, pain=0)
    check_in(patient, 60, redness=3, pain=1, itch=2, itch_bothers=True, signs=["pus"])

    redness, pain, swelling, itch, other = chart_at(patient, procedure, 61, STAFF).panels

    assert [flag.level for flag in redness.flags] == ["urgent"]
    assert [flag.level for flag in itch.flags] == ["same_day"]
    assert pain.flags == swelling.flags == []
    assert [flag.level for flag in other.flags] == ["urgent"]
    assert other.words == "60 hours: pus bumps, or yellow or green fluid."


def test_patients_read_what_they_answered_and_not_the_words_of_rules(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 30, want_contact=True)
    check_in(patient, 32, unwell=["nausea", "headache"])
    other = chart_at(patient, procedure, 33, PATIENT).panels[-1]
    assert other.words == "30 hours: you asked us to call you. 32 hours: feeling sick. A headache."
    other = chart_at(patient, procedure, 33, STAFF).panels[-1]
    assert other.words.startswith("30 hours: the patient asks to be called. 32 hours: ")


@pytest.mark.parametrize(
    ("evidence", "symptoms"),
    [
        ([("redness", 1), ("redness", 3)], ["redness"]),
        ([("came_back", "both")], ["redness", "pain"]),
        ([("came_back", "pain")], ["pain"]),
        ([("came_back", "not_sure")], []),
        ([("pain", 3), ("painkiller", "did_not_help")], ["pain"]),
        ([("signs", "pus")], []),
    ],
)
def test_what_a_finding_is_about_follows_from_its_evidence(evidence: Any, symptoms: list[str]) -> None:
    assert symptoms_of([{"key": key, "value": value} for key, value in evidence]) == symptoms


def test_the_band_is_the_course_that_judged_the_newest_entry(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 3)
    redness = chart_at(patient, procedure, 4).panels[0]
    assert "at most moderate until 72 hours, at most mild until 168 hours" in redness.spoken
    assert redness.words == "Usually settles in 2 days. Still moderate after 3 days? Tell us."


def test_a_chart_costs_one_query_however_long_the_history_is(
    patient: Patient, procedure: Procedure, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for h in range(1, 9):
        check_in(patient, h, redness=h % 5)
    with django_assert_num_queries(1):
        assert len(chart_at(patient, procedure, 10).rows) == 8


def test_two_areas_treated_together_have_a_chart_each(patient: Patient, nurse: StaffMember) -> None:
    hours = (0, 200, 400)
    first, second, third = (
        ProcedureFactory.create(patient=patient, performed_at=at(h), recorded_by=nurse.user) for h in hours
    )
    assert recovering_side_by_side([third, second, first]) == [third, second]
    assert recovering_side_by_side([third, first]) == [third]
    assert recovering_side_by_side([]) == []


def test_the_history_shows_the_chart_with_words_beside_it(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 3, redness=3)
    check_in(patient, 74, redness=1, signs=["pus"])
    with frozen_at(at(75)):
        response = signed_in(patient.user).get("/check-ins/")
    page = text_of(response)
    assert "How it has been Redness now mild" in page
    assert "Usually settles in 2 days." in page
    assert "No entry from Tuesday 13 to" not in page
    assert "No entry from Tuesday 13 January to Wednesday 14 January" in page
    assert response.content.decode().count('role="img"') == 5


def test_the_history_costs_as_many_queries_for_a_long_history_as_for_a_short_one(
    patient: Patient, procedure: Procedure
) -> None:
    from django.db import connection

    counts = []
    for hours in (range(1, 2), range(2, 30)):
        for h in hours:
            check_in(patient, h, redness=h % 5)
        with frozen_at(at(40)):
            client = signed_in(patient.user)
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/check-ins/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 10


@pytest.mark.parametrize(
    ("older", "newer", "words"),
    [
        (0, 24, ""),
        (0, 48, "No entry on Tuesday 13 January"),
        (0, 96, "No entry from Tuesday 13 January to Thursday 15 January"),
        (0, 0, ""),
    ],
)
def test_days_without_an_entry_are_said(older: float, newer: float, words: str) -> None:
    assert gap_words(at(older).date(), at(newer).date()) == words
