"""Today: the hour, what holds now, the check-in with its state, and when somebody reads it."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.checkins.pages.today import read_when
from aftercare.guidance.articles.loading import load_articles
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from tests.checkins.posting import signed_in, text_of
from tests.checkins.wording import forbidden_words
from tests.clock import frozen_at
from tests.factories import WEEKDAYS, ProcedureFactory, at, check_in
from tests.readability.grades import HARDEST, full, grade, hardest
from tests.readability.sentences import sentences_of_html

NOW_H = 26  # Tuesday, 12:00
pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(NOW_H))]


@pytest.fixture
def client(patient: Patient, procedure: Procedure) -> Any:
    return signed_in(patient.user)


def test_the_hour_comes_first_then_the_check_in_then_what_is_usual_what_to_do_and_what_to_watch_for(
    client: Any,
) -> None:
    load_articles(by=User.objects.system())
    page = text_of(client.get("/"))
    parts = [
        "Day 2 , 26 hours since your treatment",
        "This afternoon’s check-in",
        "Staff read check-ins in opening hours, today until 18:00. Nobody may see yours at once. Worried? Call.",
        "Call 999 now",
        "Days 2 and 3 Now: 26 hours",
        "What is usual now",
        "Redness until Wednesday morning",
        "Do now",
        "Wash with clean fingers and lukewarm water. Use a mild cleanser with no scent.",
        "Watch for, and call us at once",
        "Days 4 to 7 from Thursday morning",
        "Talk to someone",
        "0161 496 0123",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_each_thing_to_do_leads_to_its_article(client: Any) -> None:
    load_articles(by=User.objects.system())
    html = client.get("/").content.decode()
    for slug in ("wash", "hands", "sleep", "products", "peeling-and-spots", "get-help"):
        assert f'href="/guidance/{slug}/"' in html


def test_without_any_article_the_page_still_says_what_is_usual_and_whom_to_call(client: Any) -> None:
    page = text_of(client.get("/"))
    assert "Do now" not in page
    assert "What is usual now" in page
    assert "0161 496 0123" in page


@pytest.mark.parametrize(
    ("h", "words"),
    [
        (26, "Staff read check-ins in opening hours, today until 18:00. Nobody may see yours at once."),
        (
            32,
            "The clinic is closed. Staff read check-ins from tomorrow 08:00. Nobody may see yours at once.",
        ),  # Tuesday, 18:00
        (
            45,
            "The clinic is closed. Staff read check-ins from 08:00. Nobody may see yours at once.",
        ),  # Wednesday, 07:00
        (
            106,
            "The clinic is closed. Staff read check-ins from Monday 08:00. Nobody may see yours at once.",
        ),  # Friday, 20:00
    ],
)
def test_it_says_when_somebody_reads_check_ins_and_promises_no_more(
    clinic: Clinic, h: float, words: str
) -> None:
    assert read_when(clinic, at(h)) == words


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (ALWAYS_OPEN, "Staff read check-ins day and night. Nobody may see yours at once."),
        ({}, "The clinic is closed. Nobody may see yours at once."),
    ],
)
def test_a_clinic_that_never_closes_or_has_no_hours_says_so(week: Any, words: str) -> None:
    assert read_when(Clinic(opening_hours=week, time_zone="UTC"), at(26)) == words


def test_the_hours_are_those_of_the_clinic(clinic: Clinic) -> None:
    elsewhere = Clinic(opening_hours=WEEKDAYS, time_zone="America/New_York")
    assert (
        read_when(elsewhere, at(26))
        == "The clinic is closed. Staff read check-ins from 08:00. Nobody may see yours at once."
    )


def test_another_area_that_is_still_healing_has_a_timeline_of_its_own(
    client: Any, patient: Patient, nurse: StaffMember
) -> None:
    def treated(area: str, h: float) -> Procedure:
        return ProcedureFactory.create(patient=patient, area=area, performed_at=at(h), recorded_by=nurse.user)

    neck = treated("neck", -96)
    treated("neck", -200)  # the earlier one of the same area
    treated("face", -300)
    treated("scalp", NOW_H - 673)  # healed
    response = client.get("/")
    page = text_of(response)
    assert "26 hours since your treatment" in page
    assert "Your other treatment Microneedling, neck. Thursday 8 Jan." in page
    assert "scalp" not in page
    assert response.content.decode().count("?procedure=") == 1
    assert f"/timeline/?procedure={neck.pk}" in response.content.decode()


def test_before_the_first_treatment_the_page_says_what_will_appear_and_leads_on(patient: Patient) -> None:
    response = signed_in(patient.user).get("/")
    page = text_of(response)
    assert "The clinic has not entered a treatment for you yet. You can check in all the same." in page
    assert "Start check-in" in page
    assert "What is usual now" not in page
    for path in ("/timeline/", "/guidance/before-treatment/", "/guidance/get-help/"):
        assert f'href="{path}"' in response.content.decode()


@pytest.mark.parametrize(("h", "step"), [(2, "First day"), (700, "After week 4")])
def test_the_step_of_now_is_marked_from_the_first_hour_to_long_after(
    patient: Patient, procedure: Procedure, h: float, step: str
) -> None:
    with frozen_at(at(h)):
        page = signed_in(patient.user).get("/")
    assert f"{step} Now: " in text_of(page)
    assert page.content.decode().count('aria-current="step"') == 1


@pytest.mark.parametrize("h", [2, 26, 50, 80, 130, 200, 700])
def test_the_whole_page_and_the_timeline_keep_to_the_wording_rules(
    patient: Patient, procedure: Procedure, h: float
) -> None:
    load_articles(by=User.objects.system())
    with frozen_at(at(h)):
        client = signed_in(patient.user)
        for path in ("/", "/timeline/", "/timeline/?kind=rf"):
            said = sentences_of_html(client.get(path).content.decode())
            assert [sentence for sentence in said if forbidden_words(sentence)] == []
            assert grade(full(said)) <= HARDEST, hardest(said)


def test_it_takes_ten_queries_at_most(
    client: Any, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    load_articles(by=User.objects.system())
    check_in(patient, 20)
    with django_assert_max_num_queries(10) as taken:
        assert client.get("/").status_code == 200
    assert len(taken) <= 10
