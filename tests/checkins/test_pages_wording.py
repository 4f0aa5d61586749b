"""No question, error or advice says what must never be said; the pages are read in tests/readability."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.utils.functional import Promise

from aftercare.checkins import wording
from aftercare.checkins.advice import levels, next_steps, reasons
from aftercare.checkins.follow_up import confirmation
from aftercare.checkins.form import fields, form, time_input
from aftercare.checkins.form.form import HIDDEN_FAULTS
from aftercare.checkins.pages import lead_box, own_details, own_number, today
from aftercare.checkins.submission import placement
from aftercare.guidance import placeholders
from aftercare.guidance.articles import help_signs, page
from aftercare.guidance.courses import course_texts
from aftercare.guidance.timeline import recovery_phases, timeline
from aftercare.people.clinics import clinic_phones
from aftercare.ui import moments
from tests.checkins.wording import forbidden_words

MODULES = [
    *(
        levels,
        confirmation,
        fields,
        form,
        lead_box,
        own_details,
        own_number,
        reasons,
        next_steps,
        placement,
        time_input,
        today,
        wording,
    ),
    *(page, course_texts, help_signs, placeholders, recovery_phases, timeline),
    *(clinic_phones, moments),
]


def strings(value: object) -> Iterable[str]:
    if isinstance(value, str | Promise):
        yield str(value)
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, list | tuple | frozenset):
        for part in value:
            yield from strings(part)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_questions_answers_and_errors_keep_to_the_wording_rules(module: object) -> None:
    source = Path(str(module.__file__)).read_text()  # type: ignore[attr-defined]
    literals = re.findall(r'"((?:[^"\\\n]|\\.)*)"', source)
    said = [text for text in literals if " " in text]
    assert said
    assert [text for text in said if forbidden_words(text)] == []


def test_faults_that_nobody_can_click_say_what_happens_next() -> None:
    assert all(text.endswith(".") for text in strings(HIDDEN_FAULTS))


@pytest.mark.parametrize(
    "text",
    ["You’re fine", "That is normal.", "It is an infection", "Take 400 mg", "No need to call", "Help!"],
)
def test_the_list_of_what_must_never_be_said_catches(text: str) -> None:
    assert forbidden_words(text) != []
