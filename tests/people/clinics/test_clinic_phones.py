"""Whom to call now."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from aftercare.people.clinics.clinic_phones import clock_word, contact_at
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic
from aftercare.ui.part_values import key_of
from tests.factories import ClinicFactory

LONDON = ZoneInfo("Europe/London")
WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def london(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=LONDON)


def clinic(**fields: object) -> Clinic:
    usual = {"telephone": "0161 1", "out_of_hours_telephone": "0161 2", "opening_hours": WEEK}
    return ClinicFactory.build(**{**usual, **fields})


@pytest.mark.parametrize(
    ("now", "bold", "sentence", "phones"),
    [
        (
            london(12, 10),
            "Open now.",
            "Closes 18:00.",
            [("Clinic, open until 18:00", "0161 1"), ("Out-of-hours line, from 18:00", "0161 2")],
        ),
        (
            london(12, 8),
            "Closed now.",
            "Opens 09:00.",
            [("Out-of-hours line", "0161 2"), ("Clinic, from 09:00", "0161 1")],
        ),
        (
            london(12, 18),
            "Closed now.",
            "Opens tomorrow 09:00.",
            [("Out-of-hours line", "0161 2"), ("Clinic, from tomorrow 09:00", "0161 1")],
        ),
        (
            london(16, 20),
            "Closed now.",
            "Opens Monday 09:00.",
            [("Out-of-hours line", "0161 2"), ("Clinic, from Monday 09:00", "0161 1")],
        ),
    ],
)
def test_who_answers_now_comes_first(
    now: datetime, bold: str, sentence: str, phones: list[tuple[str, str]]
) -> None:
    contact = contact_at(clinic(), now)

    assert (contact.sentence_bold, contact.sentence) == (bold, sentence)
    assert [(phone.who, phone.number) for phone in contact.phones] == phones
    assert [phone.primary for phone in contact.phones] == [True, False]
    assert contact.is_open == (bold == "Open now.")


def test_a_clinic_open_day_and_night_needs_no_other_line() -> None:
    contact = contact_at(clinic(opening_hours=ALWAYS_OPEN), london(18, 3))

    assert contact.is_open
    assert [(phone.who, phone.number) for phone in contact.phones] == [("Clinic", "0161 1")]


def test_a_clinic_that_never_opens_leaves_the_out_of_hours_line() -> None:
    contact = contact_at(clinic(opening_hours={}), london(12, 10))

    assert not contact.is_open
    assert [(phone.who, phone.number) for phone in contact.phones] == [("Out-of-hours line", "0161 2")]


def test_the_clock_shown_is_the_clinics() -> None:
    contact = contact_at(clinic(time_zone="Asia/Kolkata"), london(12, 10))

    # 10:00 in London is 15:30 in Kolkata.
    assert contact.sentence == "Closes 18:00."
    assert not contact_at(clinic(time_zone="Asia/Kolkata"), london(12, 13)).is_open


def test_a_day_is_named_from_the_day_after_tomorrow() -> None:
    now = london(12, 23, 59)

    assert [clock_word(london(day, 9), now) for day in (13, 14)] == ["tomorrow 09:00", "Wednesday 09:00"]
    assert clock_word(london(12, 23, 59), now) == "23:59"


def test_closed_days_of_the_next_two_weeks_stand_below_the_week() -> None:
    days = {"2026-01-12": "", "2026-01-26": "Staff day", "2026-01-27": "", "2026-01-11": ""}

    rows = contact_at(clinic(closed_days=days), london(12, 10)).hours_rows

    assert rows[-2:] == (("Mon 12 Jan", "Closed"), ("Mon 26 Jan", "Closed"))


def test_the_words_of_a_minute_are_those_of_its_first_moment() -> None:
    """Clinics open and close on whole minutes: what is kept for a minute is true to its end."""
    last = london(12, 17, 59).replace(second=59, microsecond=999_999)
    assert contact_at(clinic(), last) == contact_at(clinic(), london(12, 17, 59))
    assert contact_at(clinic(), last).is_open
    assert not contact_at(clinic(), london(12, 18)).is_open


@pytest.mark.parametrize(
    "changed",
    [
        {"telephone": "0161 3"},
        {"out_of_hours_telephone": "0161 3"},
        {"opening_hours": {**WEEK, "mon": [["09:00", "17:00"]]}},
        {"closed_days": {"2026-01-12": "Inventory"}},
        {"time_zone": "Asia/Tokyo"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_clinic_that_was_changed_is_put_into_words_anew(changed: dict[str, object]) -> None:
    before = contact_at(clinic(), london(12, 10))
    assert contact_at(clinic(), london(12, 10)) is before
    assert key_of(contact_at(clinic(**changed), london(12, 10))) != key_of(before)


def test_each_language_has_its_own_words() -> None:
    english = contact_at(clinic(), london(12, 10))
    with override("es"):
        assert contact_at(clinic(), london(12, 10)) is not english
    assert contact_at(clinic(), london(12, 10)) is english
