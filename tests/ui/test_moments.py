"""The words for a coming instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from aftercare.ui.moments import day_part, on_day_part
from tests.clock import frozen_at

WEDNESDAY = datetime(2026, 1, 14, 12, tzinfo=UTC)


def later(hours: float) -> datetime:
    return WEDNESDAY + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("hours", "said", "within"),
    [
        (0, "this afternoon", "this afternoon"),
        (7, "this evening", "this evening"),
        (11, "tonight", "tonight"),
        (16, "tonight", "tonight"),  # 04:00: still the night before
        (17, "Thursday morning", "on Thursday morning"),
        (24, "Thursday afternoon", "on Thursday afternoon"),
        (35, "Thursday night", "on Thursday night"),
        (6 * 24, "Tuesday afternoon", "on Tuesday afternoon"),
        (7 * 24, "21 January", "on 21 January"),
    ],
)
def test_a_moment_to_come_is_named_by_day_and_part(hours: float, said: str, within: str) -> None:
    with timezone.override("UTC"):
        assert day_part(later(hours), WEDNESDAY) == said
        assert on_day_part(later(hours), WEDNESDAY) == within


def test_the_part_of_the_day_is_that_of_the_active_zone() -> None:
    with timezone.override("America/New_York"):
        assert day_part(later(7), WEDNESDAY) == "this afternoon"


def test_before_dawn_it_is_still_the_night_before() -> None:
    with timezone.override("UTC"), frozen_at(later(15)):
        assert day_part(later(16), later(15)) == "tonight"
        assert day_part(later(18), later(15)) == "Thursday morning"
