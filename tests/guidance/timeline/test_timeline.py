"""The timeline: for everybody, and with "you are here" for a patient."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from aftercare.guidance.actions.courses import publish_courses
from aftercare.guidance.articles.loading import load_articles
from aftercare.guidance.courses.course_texts import Since
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.guidance.timeline.timeline import Timeline
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from aftercare.triage import DEFAULT_COURSES, SymptomCourse
from tests.checkins.posting import text_of
from tests.clock import frozen_at
from tests.factories import MONDAY, ProcedureFactory, at
from tests.guidance.writing import instruction, published

pytestmark = pytest.mark.django_db
NOW_H = 26  # Tuesday, 12:00


def read(user: User | None = None, query: str = "", h: float = NOW_H) -> str:
    client = Client()
    if user:
        client.force_login(user)
    with frozen_at(at(h)):
        response = client.get(f"/timeline/{query}")
    assert response.status_code == 200
    return text_of(response)


def status(user: User, query: str) -> int:
    client = Client()
    client.force_login(user)
    with frozen_at(at(NOW_H)):
        return client.get(f"/timeline/{query}").status_code


def test_everybody_may_read_it(
    patient: Patient, procedure: Procedure, stranger: Patient, nurse: StaffMember, outsider: StaffMember
) -> None:
    for user in (patient.user, stranger.user, nurse.user, outsider.user, None):
        page = read(user)
        assert ("You are here" in page) is (user == patient.user)
        assert "Often settles in a day" in page


def test_before_there_is_a_clinic_there_is_no_timeline(db: None) -> None:
    assert Client().get("/timeline/").status_code == 404


def test_signed_out_it_speaks_in_spans_and_of_the_kind_that_is_asked_for(clinic: Clinic) -> None:
    page = read()
    assert (
        "Often settles in a day, usually within 2 days. Still moderate or worse after 3 days? Tell us."
        in page
    )
    assert "Spots. Can last for 4 weeks." in page
    radiofrequency = read(query="?kind=rf")
    assert "usually within 3 days. Still moderate or worse after 5 days? Tell us." in radiofrequency
    assert "A burn, a big blister" in radiofrequency
    assert read(query="?kind=nonsense") == page


def test_a_patient_reads_their_own_hour_kind_and_days(patient: Patient, nurse: StaffMember) -> None:
    ProcedureFactory.create(patient=patient, kind="rf", recorded_by=nurse.user)
    page = read(patient.user)
    assert "You are here: 26 hours since your treatment." in page
    assert "RF microneedling, face. Monday 12 Jan, 10:00." in page
    assert "Days 2 and 3 You are here" in page
    assert "Days 4 to 7 from Thursday morning" in page
    assert "Still moderate or worse on Saturday morning? Tell us." in page


def test_a_patient_without_a_procedure_reads_everybodys(patient: Patient) -> None:
    assert "What to expect, and when" in read(patient.user)


def test_another_treatment_has_a_clock_of_its_own(
    patient: Patient, procedure: Procedure, nurse: StaffMember, stranger: Patient
) -> None:
    neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(-96), recorded_by=nurse.user)
    theirs = ProcedureFactory.create(patient=stranger, recorded_by=nurse.user)
    assert "26 hours since your treatment" in read(patient.user)
    assert "5 days since your treatment" in read(patient.user, f"?procedure={neck.pk}")
    assert "Microneedling, face, 12 Jan" in read(patient.user, f"?procedure={neck.pk}")
    assert status(patient.user, f"?procedure={theirs.pk}") == 404
    assert status(patient.user, "?procedure=nonsense") == 404


def test_the_times_are_those_that_the_clinic_has_published_and_signed(
    clinic: Clinic, manager: StaffMember, other_clinic: Clinic, course_set: ExpectedCourseSet
) -> None:
    assert "No clinician at Larkfield Skin Clinic has signed these times yet." in read()
    own = replace(DEFAULT_COURSES["mn"], redness=SymptomCourse(24, 72, 96, 168))
    courses = {**DEFAULT_COURSES, "mn": own}
    publish_courses(clinic=clinic, by=manager.user, now=MONDAY, courses=courses, approver="Dr Tom Hale")
    publish_courses(clinic=other_clinic, by=manager.user, now=MONDAY, courses=DEFAULT_COURSES)
    page = read()
    assert (
        "Often settles in a day, usually within 3 days. Still moderate or worse after 4 days? Tell us."
        in page
    )
    assert "Larkfield Skin Clinic set these times. Signed by Dr Tom Hale on 12 January 2026." in page


def test_each_step_says_what_starts_in_it_and_the_step_of_now_all_that_holds(clinic: Clinic) -> None:
    published(
        instruction("over", until_hour=4),
        instruction("always"),
        instruction("scrub", "avoid", until_hour=168),
        instruction("later", from_hour=48),
        instruction("week", from_hour=100, until_hour=200),
    )
    everybody = Timeline.of(clinic, "mn")
    shown = {step.phase.key: [(line.text, line.when) for line in step.lines] for step in everybody.steps}
    assert shown["first-day"] == [
        ("Text of over.", "until 4 hours after treatment"),
        ("Text of always.", ""),
        ("Text of scrub.", "until a week after treatment"),
    ]
    assert shown["days-2-and-3"] == [("Text of later.", "from 2 days after treatment")]
    assert [step.goes_on for step in everybody.steps] == [False, True, True, True, True]
    with timezone.override("Europe/London"):
        now = Timeline.of(clinic, "mn", Since(MONDAY, at(NOW_H))).now
    assert now is not None
    assert [(line.text, line.is_do, line.when) for line in now.lines] == [
        ("Text of always.", True, ""),
        ("Text of later.", True, "from Wednesday morning"),
        ("Text of scrub.", False, "until Monday morning"),
    ]


def test_behind_now_and_ahead_are_told_apart(clinic: Clinic) -> None:
    timeline = Timeline.of(clinic, "mn", Since(MONDAY, at(72)))
    assert [step.phase.key for step in timeline.past] == ["first-day", "days-2-and-3"]
    assert timeline.now is not None
    assert timeline.now.phase.key == "days-4-to-7"
    assert [step.phase.key for step in timeline.ahead] == ["weeks-2-to-4", "later"]
    assert [step.begins for step in timeline.past] == ["", ""]


def test_the_days_stand_above_the_bars_at_noon_even_when_the_clocks_change(clinic: Clinic) -> None:
    saturday = at(24 * 75 + 10)  # 28 March 2026, 20:00: the clocks go forward that night
    with timezone.override("Europe/London"):
        timeline = Timeline.of(clinic, "mn", Since(saturday, saturday))
        assert timeline.ticks == [(15, "Sun"), (39, "Mon"), (63, "Tue"), (87, "Wed"), (111, "Thu")]
    assert Timeline.of(clinic, "mn").ticks[:2] == [(12, "Day 1"), (36, "Day 2")]


def test_past_the_end_of_the_bars_words_remain(patient: Patient, procedure: Procedure) -> None:
    client = Client()
    client.force_login(patient.user)
    for h, bars in ((120, True), (121, False)):
        with frozen_at(at(h)):
            page = client.get("/timeline/")
        assert (b"hatch-redness" in page.content) is bars
        assert "It is usually gone by now." in text_of(page)


@pytest.mark.parametrize(
    ("h", "kind", "some", "none"),
    [
        (
            2,
            "mn",
            {"do-not-wash-yet", "no-make-up-yet", "sleep-on-your-back", "wash-your-hands"},
            {"sunscreen"},
        ),
        (26, "mn", {"wash-from-later-today", "make-up-again", "sleep-on-your-back"}, {"no-make-up-yet"}),
        (
            80,
            "rf",
            {"sleep-on-your-back-all-week", "no-scrub"},
            {"sleep-on-your-back", "lift-off-what-is-there"},
        ),
        (200, "mn", {"wash-your-hands", "look-once-a-week", "do-not-pick"}, {"no-scrub", "hands-off"}),
        (700, "mn", {"wash-your-hands", "never-at-home"}, {"do-not-pick", "sunscreen"}),
    ],
)
def test_the_shipped_instructions_hold_at_their_hours(
    clinic: Clinic, h: float, kind: str, some: set[str], none: set[str]
) -> None:
    load_articles(by=User.objects.system())
    with timezone.override("Europe/London"):
        holding = {one.key for one in Timeline.of(clinic, kind, Since(MONDAY, at(h))).holding}
    assert some <= holding
    assert not none & holding


def test_it_takes_ten_queries_at_most(
    patient: Patient,
    procedure: Procedure,
    course_set: ExpectedCourseSet,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    load_articles(by=User.objects.system())
    client = Client()
    with frozen_at(at(NOW_H)):
        client.force_login(patient.user)
        with django_assert_max_num_queries(10):
            assert client.get("/timeline/").status_code == 200
