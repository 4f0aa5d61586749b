"""The time a patient types, read on the clock of the patient's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aftercare.checkins.form.time_input import UnreadableTimeError, as_typed, read_instant
from tests.factories import at

LONDON = ZoneInfo("Europe/London")
NOW = at(26)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-12T18:30", datetime(2026, 1, 12, 18, 30, tzinfo=UTC)),
        ("2026-01-12 18:30:15", datetime(2026, 1, 12, 18, 30, 15, tzinfo=UTC)),
        ("2026-01-12T18:30Z", datetime(2026, 1, 12, 18, 30, tzinfo=UTC)),
        ("2026-01-12T18:30:00+05:30", datetime(2026, 1, 12, 13, 0, tzinfo=UTC)),
        ("2026-07-12T18:30", datetime(2026, 7, 12, 17, 30, tzinfo=UTC)),  # summer time
        # The clock showed it twice: the later one, unless that is still to come.
        ("2025-10-26T01:30", datetime(2025, 10, 26, 1, 30, tzinfo=UTC)),
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_on_the_patients_clock_unless_it_has_an_offset(text: str, instant: datetime) -> None:
    assert read_instant(text, LONDON, NOW) == instant


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "18:30",
        "2026-01-12",
        "2026-13-01T10:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "1899-12-31T23:59",
    ],
)
def test_a_text_that_names_no_instant_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableTimeError, match="Give a date and a time"):
        read_instant(text, LONDON, NOW)


def test_a_time_that_the_clock_skipped_in_spring_is_unreadable() -> None:
    with pytest.raises(UnreadableTimeError, match="went forward"):
        read_instant("2025-03-30T01:30", LONDON, NOW)


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2025, 7, 1, 12, 0, 5, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
    ],
)
def test_a_time_put_into_the_form_is_read_back_as_the_same_instant(instant: datetime) -> None:
    assert read_instant(as_typed(instant, LONDON), LONDON, NOW) == instant
