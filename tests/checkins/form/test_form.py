"""A posted form becomes a submission or a list of errors. With an emergency ticked it is never refused."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from aftercare.checkins.form.asked import Asked
from aftercare.checkins.form.drafts import MAX_LENGTH, MAX_VALUES, typed_fields
from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.form.rendering import FormParts, blank_parts, parts_of
from aftercare.triage import Answers
from tests.factories import at

LONDON = ZoneInfo("Europe/London")
TOKEN = UUID("4b4f3a83-3c3f-4c3e-8a0a-1c1d1e1f2021")
NOW = at(26)

ALL: dict[str, Any] = {
    "redness": "1",
    "pain": "2",
    "swelling": "0",
    "itch": "4",
    "painkiller": "too_soon",
    "itch_bothers": "no",
    "came_back": "not_sure",
    "signs": ["pus", "peeling"],
    "unwell": ["fever"],
    "emergency": ["none"],
    "want_contact": "yes",
    "note": "Hot since\r\nnoon. ",
}


def posted(fields: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in {"token": str(TOKEN), **fields}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def filled(**fields: Any) -> CheckInForm:
    return CheckInForm(posted(fields), zone=LONDON, now=NOW)


def answers(**fields: Any) -> Answers:
    form = filled(**fields)
    assert form.is_valid(), form.errors
    return form.submission().answers


def errors(**fields: Any) -> dict[str, list[str]]:
    return {name: [str(error) for error in found] for name, found in filled(**fields).errors.items()}


def test_every_answer_arrives_in_the_submission() -> None:
    form = filled(**ALL)
    assert form.is_valid()
    submission = form.submission()
    assert submission.token == TOKEN
    assert submission.note == "Hot since\nnoon."
    assert submission.observed_at is None
    assert submission.unreadable == {}
    assert submission.answers == Answers.from_json(
        {
            "redness": 1,
            "pain": 2,
            "swelling": 0,
            "itch": 4,
            "painkiller": "too_soon",
            "itch_bothers": False,
            "came_back": "not_sure",
            "signs": ["peeling", "pus"],
            "unwell": ["fever"],
            "emergency": [],
            "want_contact": True,
        }
    )


@pytest.mark.parametrize(
    "name", ["redness", "pain", "painkiller", "came_back", "itch_bothers", "want_contact"]
)
def test_an_absent_or_empty_answer_is_not_zero_but_unknown(name: str) -> None:
    assert getattr(answers(), name) is None
    assert getattr(answers(**{name: ""}), name) is None


@pytest.mark.parametrize("name", ["signs", "unwell", "emergency"])
def test_none_of_these_is_an_answer_and_an_untouched_group_is_not(name: str) -> None:
    assert getattr(answers(**{name: "none"}), name) == frozenset()
    assert getattr(answers(**{name: ""}), name) is None
    assert getattr(answers(), name) is None


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({"redness": "5"}, "redness", "We do not know the answer “5”. Choose from the list."),
        ({"pain": "-1"}, "pain", "We do not know the answer “-1”. Choose from the list."),
        ({"pain": "1.0"}, "pain", "We do not know the answer “1.0”. Choose from the list."),
        ({"itch": "x" * 99}, "itch", f"We do not know the answer “{'x' * 40}”. Choose from the list."),
        ({"painkiller": "yes"}, "painkiller", "We do not know the answer “yes”. Choose from the list."),
        ({"came_back": "maybe"}, "came_back", "We do not know the answer “maybe”. Choose from the list."),
        ({"want_contact": "true"}, "want_contact", "We do not know the answer “true”. Choose from the list."),
        ({"signs": ["pus", "warts"]}, "signs", "We do not know the answer “warts”. Choose from the list."),
        ({"emergency": "warts"}, "emergency", "We do not know the answer “warts”. Choose from the list."),
        (
            {"signs": ["none", "spots"]},
            "signs",
            "You ticked “None of these” and “Spots like you had before”. Untick one.",
        ),
        ({"redness": ["0", "4"]}, "redness", "Two answers came for this question. Choose one."),
        ({"note": "x" * 2001}, "note", "This is too long. Use at most 2,000 characters."),
        ({"note": "a\0b"}, "note", "We can’t store one of these characters. Please type it again."),
        (
            {"observed_at": "yesterday"},
            "observed_at",
            "Give a date and a time, such as 2026-03-01T18:30, or leave it empty.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(fields: dict[str, Any], field: str, error: str) -> None:
    assert errors(**{"redness": "1", **fields}) == {field: [error]}


@pytest.mark.parametrize("token", ["", "not-a-uuid"])
def test_a_form_without_its_number_gets_a_new_one(token: str) -> None:
    form = filled(token=token, redness="1")
    assert form.non_field_errors() == ["Something in the form was missing. Please send it again."]
    assert isinstance(form.for_retry()["token"], UUID)


def test_a_form_with_other_faults_keeps_its_number() -> None:
    assert filled(redness="9").for_retry() == {"token": TOKEN}


@pytest.mark.parametrize("name", ["supersedes", "procedure"])
def test_a_fault_in_a_hidden_field_is_said_above_the_form_and_the_field_dropped(name: str) -> None:
    form = filled(**{name: "nothing", "redness": "1"})
    assert form.for_retry() == {"token": TOKEN}
    assert len(form.non_field_errors()) == 1
    assert list(form.errors) == ["__all__"]


EMERGENCY = {"emergency": "faint"}


@pytest.mark.parametrize(
    ("fields", "unreadable"),
    [
        ({"redness": "9"}, {"redness": "9"}),
        ({"redness": ["0", "4"]}, {"redness": "0; 4"}),
        ({"came_back": "\0maybe"}, {"came_back": "maybe"}),
        ({"observed_at": "yesterday"}, {"observed_at": "yesterday"}),
        ({"observed_at": "x" * 999}, {"observed_at": "x" * 200}),
        ({"procedure": "face"}, {"procedure": "face"}),
        ({"supersedes": "the last one"}, {"supersedes": "the last one"}),
        ({"token": "seven"}, {"token": "seven"}),
    ],
)
def test_an_emergency_is_taken_with_what_can_be_read(
    fields: dict[str, Any], unreadable: dict[str, str]
) -> None:
    form = filled(**EMERGENCY, **fields)
    assert form.is_valid(), form.errors
    submission = form.submission()
    assert submission.is_emergency
    assert submission.unreadable == unreadable
    [name] = unreadable
    assert getattr(submission.answers, name, None) is None


def test_an_emergency_without_a_token_gets_one() -> None:
    form = filled(**EMERGENCY, token="")
    assert form.is_valid()
    assert isinstance(form.submission().token, UUID)


@pytest.mark.parametrize(
    ("ticks", "read"),
    [
        (["faint", "none"], {"faint"}),
        (["faint", "warts"], {"faint"}),
        (["faint", "eye"], {"faint", "eye"}),
    ],
)
def test_an_emergency_tick_stays_whatever_else_is_ticked(ticks: list[str], read: set[str]) -> None:
    assert set(answers(emergency=ticks).emergency or ()) == read


def test_ticks_of_an_emergency_that_can_be_read_are_kept_beside_those_that_cannot() -> None:
    form = filled(**EMERGENCY, signs=["pus", "none", "warts"])
    assert form.is_valid()
    assert set(form.submission().answers.signs or ()) == {"pus"}
    assert form.submission().unreadable == {"signs": "pus; none; warts"}


def test_a_note_with_an_emergency_is_cut_and_its_rest_kept_in_part() -> None:
    form = filled(**EMERGENCY, note="x" * 2000 + "y" * 500)
    assert form.is_valid()
    assert form.submission().note == "x" * 2000
    assert form.submission().unreadable == {"note": "y" * 200}


def test_a_blank_form_has_nothing_chosen() -> None:
    parts = blank_parts(emergency_number="999", asked=Asked(), areas=[], zone=LONDON)
    assert "checked" not in f"{parts.emergency}{parts.questions}"
    assert "Any of these? Call 999." in parts.emergency


def test_a_form_shown_again_names_the_emergency_number_as_well() -> None:
    form = filled(redness="9")
    assert not form.is_valid()
    assert "Any of these? Call 112." in parts_of(form, "112").emergency


def test_blank_forms_of_clinics_with_other_numbers_are_kept_apart() -> None:
    blank_parts(emergency_number="999", asked=Asked(), areas=[], zone=LONDON)
    parts = blank_parts(emergency_number="112", asked=Asked(came_back=False), areas=[], zone=LONDON)
    assert "Call 112." in parts.emergency
    assert "came_back" not in parts.questions


def test_i_cannot_tell_stays_chosen_in_a_form_shown_again() -> None:
    parts = parts_of(filled(redness="", pain="9"), "999")
    drawn = " ".join(parts.questions.split())
    assert '<input type="radio" class="form-check-input" name="redness" value="" ' in drawn
    assert parts.questions.count("checked") == 1


def test_a_question_that_is_not_asked_is_shown_where_it_was_answered() -> None:

    def drawn(**fields: Any) -> str:
        form = CheckInForm(posted(fields), zone=LONDON, now=NOW, asked=Asked(came_back=False))
        return parts_of(form, "999").questions

    assert "came_back" in drawn(came_back="no")
    assert "came_back" not in drawn(redness="1")


def test_from_week_6_on_it_asks_for_the_scales_and_the_signs_alone() -> None:

    def asked_for(**fields: Any) -> set[str]:
        form = CheckInForm(posted(fields), zone=LONDON, now=NOW, asked=Asked(is_late=True))
        return set(re.findall(r'name="(\w+)"', "".join(asdict(parts_of(form, "999")).values())))

    late = {"emergency", "redness", "pain", "swelling", "itch", "signs", "note", "observed_at"}
    assert asked_for() == late
    assert asked_for(unwell="fever", came_back="no") == {*late, "unwell", "came_back"}


def blank(not_asked: frozenset[str]) -> FormParts:
    return blank_parts(emergency_number="999", asked=Asked(left_out=not_asked), areas=[], zone=LONDON)


def test_a_sign_that_cannot_be_there_is_shown_only_where_it_was_ticked() -> None:

    def drawn(**fields: Any) -> str:
        form = CheckInForm(
            posted(fields), zone=LONDON, now=NOW, asked=Asked(left_out=frozenset({"scar", "numbing"}))
        )
        parts = parts_of(form, "999")
        return f"{parts.emergency}{parts.questions}"

    assert 'value="scar"' not in drawn(signs=["pus"])
    assert 'value="numbing"' not in drawn(signs=["pus"])
    assert 'value="scaly"' in drawn(signs=["pus"])
    assert 'value="scar"' in drawn(signs=["scar"])
    assert 'value="scar"' in blank(frozenset()).questions
    hidden = blank(frozenset({"scar"}))
    assert 'value="scar"' not in hidden.questions
    assert "None of these" in hidden.questions


def test_a_time_that_the_browsers_picker_would_drop_is_shown_as_text() -> None:
    drawn = parts_of(filled(observed_at="around noon"), "999").questions
    assert '<input type="text" name="observed_at" value="around noon"' in drawn
    drawn = parts_of(filled(observed_at="2026-01-12T12:00", pain="9"), "999").questions
    assert '<input type="datetime-local" name="observed_at" value="2026-01-12T12:00"' in drawn


def test_a_draft_holds_what_belongs_to_the_form_and_not_without_bounds() -> None:
    data = posted(
        {"redness": "3", "note": "x" * (MAX_LENGTH + 1), "signs": ["pus"] * (MAX_VALUES + 1), "other": "1"}
    )
    kept = typed_fields(data)
    assert set(kept) == {"token", "redness", "note", "signs"}
    assert kept["redness"] == ["3"]
    assert (len(kept["note"][0]), len(kept["signs"])) == (MAX_LENGTH, MAX_VALUES)
