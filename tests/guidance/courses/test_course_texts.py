"""Expected courses in words: honest about what differs, and never earlier or later than the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from aftercare.guidance.courses.course_texts import Since, course_lines, sign_lines, span
from aftercare.triage import DEFAULT_COURSES, SymptomCourse
from tests.factories import MONDAY, at

MN, RF = DEFAULT_COURSES["mn"], DEFAULT_COURSES["rf"]


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "an hour"), (24, "a day"), (30, "30 hours"), (72, "3 days"), (168, "a week"), (336, "2 weeks")],
)
def test_a_span_is_said_in_its_largest_whole_unit(hours: float, said: str) -> None:
    assert span(hours) == said


def test_everybody_reads_when_it_settles_what_is_usual_and_when_to_tell_us() -> None:
    redness, pain, _swelling, _itch = course_lines(MN)
    assert redness.text == (
        "Often settles in a day, usually within 2 days. Still moderate or worse after 3 days? Tell us. "
        "Still mild after a week? Tell us."
    )
    assert redness.until == "up to 2 days"
    assert pain.text.startswith("Usually gone within a day. Still moderate or worse after 2 days? Tell us.")


def test_radiofrequency_has_its_own_times() -> None:
    assert course_lines(RF)[0].text == (
        "Often settles in a day, usually within 3 days. Still moderate or worse after 5 days? Tell us. "
        "Still mild after 2 weeks? Tell us."
    )


def test_one_hour_for_all_is_said_once() -> None:
    same = replace(MN, redness=SymptomCourse(24, 24, 48, 48))
    assert (
        course_lines(same)[0].text
        == "Usually gone within a day. Still moderate or worse after 2 days? Tell us."
    )


@pytest.mark.parametrize(
    ("h", "until", "text"),
    [
        (
            2,
            "until Wednesday morning",
            "Often settles in a day. Still moderate or worse on Thursday morning? Tell us.",
        ),
        (
            26,
            "until Wednesday morning",
            "Often settles in a day. Still moderate or worse on Thursday morning? Tell us.",
        ),
        (
            48,
            "until this morning",
            "Often settles in a day. Still moderate or worse on Thursday morning? Tell us.",
        ),
        (
            48.1,
            "longer than usual",
            "It is usually gone by now. Still moderate or worse on Thursday morning? Tell us.",
        ),
        (
            72,
            "longer than usual",
            "It is usually gone by now. Still moderate or worse this morning? Tell us.",
        ),
        (
            72.1,
            "longer than usual",
            "It is usually gone by now. Still moderate or worse? Tell us today. Still mild on Monday morning? Tell us.",
        ),
        (168.1, "longer than usual", "It is usually gone by now. If it is still there, tell us."),
    ],
)
def test_a_patient_reads_the_days_themselves(h: float, until: str, text: str) -> None:
    with timezone.override("Europe/London"):
        redness = course_lines(MN, Since(MONDAY, at(h), frozenset({"redness"})))[0]
    assert (redness.until, redness.text) == (until, text)


def test_nothing_is_longer_than_usual_that_was_not_told_of_lately() -> None:
    with timezone.override("Europe/London"):
        lines = course_lines(MN, Since(MONDAY, at(100), frozenset({"pain"})))

    assert [line.until for line in lines if line.until == "longer than usual"] == ["longer than usual"]
    assert next(line for line in lines if line.key == "pain").until == "longer than usual"
    assert all("usually gone by now" in line.text for line in lines if line.key == "redness")


@pytest.mark.parametrize(
    ("h", "text"),
    [
        (26, "Can last until 26 January. If it is still there after that, tell us."),
        (336, "Can last until this morning. If it is still there after that, tell us."),
        (336.1, "It is usually gone by now. If it is still there, tell us."),
    ],
)
def test_a_bruise_has_an_hour_to_tell_us_after(h: float, text: str) -> None:
    with timezone.override("Europe/London"):
        assert sign_lines(MN, Since(MONDAY, at(h)))[0].text == text


def test_signs_are_said_for_everybody_too() -> None:
    assert [(sign.title, sign.text) for sign in sign_lines(MN)] == [
        ("Bruise", "Can last for 2 weeks. If it is still there after that, tell us."),
        ("Dry or peeling skin", "Can last for 2 weeks. If it is still there after that, tell us."),
        ("Spots", "Can last for 4 weeks. If it is still there after that, tell us."),
    ]
