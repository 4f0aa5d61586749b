"""Sentences with a span of time: the server's words, and the script that counts them on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone, translation
from django.utils.html import escape, json_script
from django.utils.translation import ngettext

from aftercare.ui.counting.script_words import PLURALS_REPEAT, clock_sentence, counting_words, plural_forms
from aftercare.ui.counting.sentences import SPAN, Counted, Spoken, ago, machine_readable
from aftercare.ui.times import staff_clock
from clinic.queue.deadlines import time_left, wedge
from tests.translation.pseudo import pseudo_locale

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(settings.BASE_DIR, "static", "ui", "counting.js")
NOW = datetime(2026, 11, 23, 10, 22, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# The seconds around each minute of two hours, each hour of two weeks and each day of a year; then years.
SPANS = sorted(
    {
        timedelta(seconds=seconds + off)
        for seconds in (
            *range(0, 7_260, 60),
            *range(0, 15 * 86_400, 3_600),
            *range(0, 400 * 86_400, 86_400),
            *(86_400 * days for days in (1_000, 1_111, 2_002, 10_021)),
        )
        for off in (-1, 0, 1, 59)
    }
)


def sentences() -> list[Counted]:
    """Each sort of sentence, in the active language."""
    return [
        ago(NOW),
        time_left(NOW, in_days=False),
        time_left(NOW, in_days=True),
        Counted(instant=NOW, after=SPAN),
        Counted(instant=NOW, after=f"Microneedling, 50% <b>, {SPAN}", spoken=Spoken.TREATED),
    ]


def said_by_the_script(page: Page, counted: list[Counted], instants: list[datetime]) -> Any:
    """Return what the script says of each sentence at each instant."""
    places = "".join(one.drawn(NOW) for one in counted)
    page.set_content(f"{json_script(counting_words(), 'counting-words')}<main>{places}</main>")
    page.add_script_tag(path=SCRIPT)
    return page.evaluate(
        "(instants) => [...document.querySelectorAll('time')].map("
        "place => instants.map(instant => counting.sentence(place, instant)))",
        [1000 * instant.timestamp() for instant in instants],
    )


@pytest.mark.browser
@pytest.mark.parametrize("language", ["the portal's", "another"])
def test_the_script_says_what_the_server_says(page: Page, language: str) -> None:
    instants = [NOW + sign * span for span in SPANS for sign in (1, -1)]
    if language == "another":
        with pseudo_locale():
            compare(page, sentences(), instants)
    else:
        compare(page, sentences(), instants)


def compare(page: Page, counted: list[Counted], instants: list[datetime]) -> None:
    said = said_by_the_script(page, counted, instants)
    for one, words in zip(counted, said, strict=True):
        differ = [
            (instant, text, one.words(instant))
            for instant, text in zip(instants, words, strict=True)
            if text != one.words(instant)
        ]
        assert differ == [], one


@pytest.mark.browser
@pytest.mark.parametrize("language", ["pl", "ar", "sl", "ja", "cy"])
def test_the_script_finds_the_plural_of_any_number(page: Page, language: str) -> None:
    """By a message of Django's own, which is translated into languages with one to six forms."""
    numbers = [*range(1, 1_300), 5_001, 5_022, 10_111]
    with translation.override(language):
        words = counting_words() | {
            "days": plural_forms(
                lambda n: ngettext("%(num)d day", "%(num)d days", n).replace("(num)d", "(days)s")
            )
        }
        expected = [ngettext("%(num)d day", "%(num)d days", n) % {"num": n} for n in numbers]
    page.set_content(json_script(words, "counting-words") + Counted(instant=NOW, after=SPAN).drawn(NOW))
    page.add_script_tag(path=SCRIPT)
    said = page.evaluate(
        "(days) => days.map(n => counting.sentence(document.querySelector('time'),"
        " Date.parse(document.querySelector('time').dateTime) + n * 86400000))",
        numbers,
    )
    assert said == expected


@pytest.mark.browser
def test_the_script_draws_the_pie_as_the_server_does(page: Page) -> None:
    begins, lasts = NOW, timedelta(minutes=30)
    shares = [-0.1, *(number / 400 for number in range(401)), 1.5]
    page.set_content(
        f"{json_script(counting_words(), 'counting-words')}<svg><path d='' data-begins='{machine_readable(begins)}'"
        f" data-ends='{machine_readable(begins + lasts)}'/></svg>"
    )
    page.add_script_tag(path=SCRIPT)
    drawn = page.evaluate(
        "(instants) => instants.map(instant => counting.wedge(document.querySelector('path'), instant))",
        [1000 * (begins + share * lasts).timestamp() for share in shares],
    )
    assert drawn == [wedge(share) for share in shares]


@pytest.mark.browser
@pytest.mark.parametrize("wrong_by", [timedelta(), timedelta(hours=3), timedelta(days=-400)])
def test_ages_go_by_the_clock_of_the_server_however_wrong_the_computer_is(
    page: Page, wrong_by: timedelta
) -> None:
    page.clock.set_fixed_time(NOW + wrong_by)
    counted = ago(NOW - 5 * MINUTE)
    page.set_content(f"{json_script(counting_words(), 'counting-words')}<main>{counted.drawn(NOW)}</main>")
    page.add_script_tag(path=SCRIPT)
    count = "counting.count(document.querySelector('main'))"
    age = page.locator("time")
    page.evaluate(count)
    assert age.inner_text() == "5 min ago"  # the server has not been heard yet
    page.evaluate(f"counting.hear('{1000 * (NOW + 2 * MINUTE).timestamp():.0f}'); {count}")
    assert age.inner_text() == "7 min ago"
    page.clock.set_fixed_time(NOW + wrong_by + 10 * MINUTE)
    page.evaluate(count)
    assert age.inner_text() == "17 min ago"
    for zone in ("Europe/London", "America/New_York", "Asia/Kolkata"):
        with timezone.override(zone):
            clock = staff_clock(NOW + 12 * MINUTE, NOW + 12 * MINUTE)
        assert page.evaluate("(zone) => counting.clock(zone)", zone) == clock
    assert page.evaluate("counting.clock('Nowhere/Land')") == ""


def test_what_a_sentence_says_cannot_bring_markup() -> None:
    drawn = Counted(instant=NOW, after=f'<script>" {SPAN}').drawn(NOW)
    assert "<script>" not in drawn
    assert escape(f'<script>" {SPAN}') in drawn


def test_the_instant_is_one_that_html_allows() -> None:
    assert machine_readable(NOW + timedelta(microseconds=123_456)) == "2026-11-23T10:22:30.123+00:00"


@pytest.mark.parametrize(
    ("date_format", "sentence"),
    [
        ("H:i", "%(hour)s:%(minute)s"),
        ("G\\hi", "%(short_hour)sh%(minute)s"),
        ("H.i \\U\\h\\r", "%(hour)s.%(minute)s Uhr"),
        ("g:i a", ""),  # the script leaves the time of the load, and shows that of each answer with news
    ],
)
def test_the_script_knows_formats_of_24_hours(date_format: str, sentence: str) -> None:
    assert clock_sentence(date_format) == sentence


def test_the_forms_of_a_plural_are_few() -> None:
    forms = plural_forms(lambda number: "day" if number == 1 else "days")
    assert forms["forms"] == ["days", "day"]
    assert len(forms["of"]) == PLURALS_REPEAT
    assert json.loads(json.dumps(forms)) == forms


def test_the_script_finds_each_of_its_words_and_leaves_none_unused() -> None:
    script = SCRIPT.read_text()
    assert [name for name in counting_words() if f'"{name}"' not in script] == []
