"""The advice of each level."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aftercare.checkins.advice.levels import advise
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic, Patient
from aftercare.triage import Level, evaluate
from tests.checkins.advising import CLINIC, CLOSED_H, OPEN_H, PATIENT, PROCEDURE, advice_at, entry_at
from tests.factories import MONDAY, WEEKDAYS, at


def test_an_emergency_says_to_call_the_local_number_and_not_to_wait_or_drive() -> None:
    advice = advice_at(26, emergency=["airway_swelling"])
    assert advice["headline"] == "Call 999 now"
    assert advice["lead"] == "Do not wait for us. Do not drive."
    assert advice["phones"] == [{"who": "", "number": "999"}]
    assert advice["tell_them"] == [
        "I had microneedling on my face 26 hours ago.",
        "My lips, mouth, tongue or throat are swollen, or my face is swelling up fast.",
    ]


def test_an_emergency_without_a_procedure_tells_only_what_is_wrong() -> None:
    advice = advice_at(3, procedure=None, emergency=["faint"])
    assert advice["tell_them"] == ["I feel faint, confused or very sleepy."]


def test_an_urgent_result_says_to_call_the_clinic_while_it_is_open() -> None:
    advice = advice_at(OPEN_H, signs=["pus"])
    assert advice["headline"] == "Call the clinic now. Today, not tomorrow."
    assert advice["phones"] == [
        {"who": "Clinic, open until 18:00", "number": "+441614960123"},
        {"who": "No answer? Out-of-hours line", "number": "+441614960199"},
    ]
    assert len(advice["emergency_signs"]) == 7


def test_an_urgent_result_says_to_call_the_out_of_hours_line_while_it_is_closed() -> None:
    advice = advice_at(CLOSED_H, signs=["pus"])
    assert advice["headline"] == "Call now. Tonight, not tomorrow."
    assert [phone["number"] for phone in advice["phones"]] == ["+441614960199", "+441614960123"]
    assert advice["phones"][1]["who"] == "Clinic, from tomorrow 08:00"


@pytest.mark.parametrize(
    ("answers", "meaning"),
    [
        ({"signs": ["pus"]}, "This can be a sign of an infection."),
        ({"signs": ["hives"]}, "A raised, itchy rash can be a sign of an allergic reaction."),
    ],
)
def test_an_urgent_result_says_what_a_sign_can_mean_and_that_a_form_cannot_tell(
    answers: dict[str, Any], meaning: str
) -> None:
    said = advice_at(OPEN_H, **answers)["meaning"]
    assert said == f"{meaning} A form cannot tell. A person needs to hear from you."


@pytest.mark.parametrize(
    ("minutes", "lead", "first_number"),
    [
        (-61, "The clinic is closed now. Call the out-of-hours line today.", "+441614960199"),  # 08:59 Sunday
        (130, "No call by 16:00? Then call us.", "+441614960123"),  # 12:10
        (6 * 60 + 59, "No call by 17:30? Then call us.", "+441614960123"),  # 16:59
        (7 * 60, "No call by 17:30? Then call us.", "+441614960123"),  # one hour to closing
        (7 * 60 + 1, "The clinic closes at 18:00. Call the out-of-hours line today.", "+441614960199"),
        (8 * 60, "The clinic is closed now. Call the out-of-hours line today.", "+441614960199"),
    ],
)
def test_a_same_day_result_names_the_hour_of_the_call_or_the_out_of_hours_line(
    minutes: int, lead: str, first_number: str
) -> None:
    before_monday = timedelta(days=1) if minutes < 0 else timedelta()
    now = at(minutes=minutes) - before_monday
    advice = advice_at(0, now=now, pain=3)
    assert advice["headline"] == "The clinic needs to speak to you today"
    assert advice["lead"] == lead
    assert advice["phones"][0]["number"] == first_number


def test_a_same_day_result_says_on_which_number_the_clinic_calls() -> None:
    assert advice_at(OPEN_H, pain=3)["call_back"] == "+447700900142"


def test_a_patient_whose_number_nobody_knows_is_asked_to_call() -> None:
    unknown = Patient(clinic=CLINIC, time_zone="Europe/London")
    advice = advice_at(OPEN_H, patient=unknown, pain=3)
    assert advice["lead"] == "There is no number here to call you on. Please call us today."
    assert advice["call_back"] == ""


def test_a_clinic_that_is_always_open_calls_within_four_hours() -> None:
    always = Clinic(opening_hours=ALWAYS_OPEN, time_zone="UTC", telephone="1", emergency_number="112")
    patient = Patient(clinic=always, time_zone="UTC", call_back_telephone="2")
    advice = advice_at(13, patient=patient, pain=3)  # 23:00
    assert advice["lead"] == "No call by tomorrow 03:00? Then call us."


def test_a_patient_elsewhere_reads_that_the_hour_is_the_clinics() -> None:
    abroad = Patient(clinic=CLINIC, time_zone="Europe/Athens", call_back_telephone="07700 900142")
    assert advice_at(3, patient=abroad, pain=3)["lead"] == "No call by 17:00 clinic time? Then call us."


def test_a_routine_result_says_when_the_clinic_replies() -> None:
    advice = advice_at(OPEN_H, signs=["patches"])
    assert advice["headline"] == "This is on our list"
    assert advice["lead"] == "The clinic will reply in 2 working days. If it gets worse, call us sooner."


def test_an_expected_result_neither_reassures_nor_hides_whom_to_call() -> None:
    advice = advice_at(OPEN_H, redness=1)
    assert advice["headline"] == "Your answers do not show a warning sign today"
    assert advice["lead"] == "This form cannot check your skin. Worried? Call us, whatever it says here."
    assert len(advice["sooner"]) == 5


def test_with_all_four_questions_left_open_no_warning_sign_is_not_said() -> None:
    assert advice_at(OPEN_H, signs=["spots"])["headline"] == "Your answers do not tell us enough"
    assert advice_at(OPEN_H, itch=0)["headline"] == "Your answers do not show a warning sign today"


def test_over_lunch_the_reopening_is_named_before_the_out_of_hours_line() -> None:
    with_lunch = {day: [["08:00", "12:00"], ["13:30", "18:00"]] for day in WEEKDAYS}
    clinic = Clinic(
        telephone="0161 496 0123",
        out_of_hours_telephone="0161 496 0199",
        emergency_number="999",
        opening_hours=with_lunch,
        time_zone="Europe/London",
    )
    patient = Patient(clinic=clinic, time_zone="Europe/London")
    for answers in ({"signs": ["pus"]}, {"signs": ["lumps"]}):
        lead = advice_at(2.5, patient=patient, **answers)["lead"]  # type: ignore[arg-type]
        assert lead.startswith("The clinic is closed until 13:30. Call the out-of-hours line")
    assert "until" not in advice_at(10, patient=patient, signs=["pus"])["lead"]


def test_a_date_to_tell_us_by_lies_in_the_future_or_it_is_now() -> None:
    late = advice_at(71, now=at(120), redness=2)["longer"]
    assert late[0]["text"].startswith("It is usually gone by now. Still there now? Tell us.")


def test_what_to_say_on_the_telephone_counts_from_now() -> None:
    said = advice_at(26, now=at(50), emergency=["breathing"])["tell_them"]
    assert said[0] == "I had microneedling on my face 50 hours ago."


@pytest.mark.parametrize(
    ("h", "answers", "longer"),
    [
        (24, {"pain": 1}, []),  # usual until 24 hours
        (
            24.1,
            {"pain": 1},
            [
                "Pain: mild. It is usually gone by now. Still there on Monday 19 January? Tell us. "
                "If it gets worse, tell us the same day."
            ],
        ),
        (
            49,
            {"redness": 2},
            [
                "Redness: moderate. It is usually gone by now. Still there on Thursday 15 January? Tell us. "
                "If it gets worse, tell us the same day."
            ],
        ),
        (
            71,
            {"redness": 2},
            [
                "Redness: moderate. It is usually gone by now. Still there after 10:00 today? Tell us. "
                "If it gets worse, tell us the same day."
            ],
        ),
        (49, {"redness": 0}, []),
        (49, {"redness": None}, []),
    ],
)
def test_past_the_usual_time_a_patient_reads_from_when_to_tell_us(
    h: float, answers: dict[str, Any], longer: list[str]
) -> None:
    said = advice_at(h, **answers)["longer"]
    assert [f"{line['bold']} {line['text']}" for line in said] == longer


@pytest.mark.parametrize(
    ("h", "bold"),
    [
        (26, "Tomorrow, Wednesday:"),
        (143, "Tomorrow, Monday:"),
        (168, "On Thursday, 22 January:"),
        (240, "On Monday, 26 January:"),
        (672, "On Monday, 23 February:"),
        (1900, "On Monday, 6 April:"),
        (2700, "From now on:"),
    ],
)
def test_the_next_check_in_is_tomorrow_for_a_week_then_as_planned_to_week_16(h: float, bold: str) -> None:
    assert advice_at(h, redness=0)["next"][0]["bold"] == bold


@pytest.mark.parametrize(("h", "is_said"), [(671, False), (672, True), (3000, True)])
def test_from_day_28_on_a_late_lump_or_sore_is_named(h: float, is_said: bool) -> None:
    text = advice_at(h, redness=0)["next"][0]["text"]
    assert ("Report at any time if a lump or a sore appears." in text) is is_said


@pytest.mark.parametrize("pain", [2, 3])
def test_who_took_medicine_too_soon_to_say_is_asked_again_in_two_hours(pain: int) -> None:
    step = advice_at(3, pain=pain, painkiller="too_soon")["next"][0]
    assert step["bold"] == "In 2 hours:"


def test_the_level_decides_even_where_it_comes_from_a_later_check_in() -> None:
    entry = entry_at(3, {"redness": 0})
    later = evaluate(
        entry_at(30, {"redness": 3}), [entry_at(20, {"redness": 0})], performed_at=MONDAY, at_risk=False
    )
    advice = advise(
        patient=PATIENT,
        procedure=PROCEDURE,
        entry=entry,
        level=Level.URGENT,
        findings=list(later.findings),
        now=at(31),
    )
    assert advice["headline"].startswith("Call")
    assert advice["reasons"][0]["text"] == (
        "It was gone today at 06:00. Today at 16:00 it was severe. It can look darker, purple or grey."
    )
