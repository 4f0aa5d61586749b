"""Rules of a person: by which points, how long after the first, and what waits in quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare.people.contact_points.actions import ReachesNobodyError, set_quiet_hours, set_rules
from aftercare.people.contact_points.rules import own_rules, quiet_until
from aftercare.people.models import Event, StaffMember
from tests.factories import MONDAY, at
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

LONDON = ZoneInfo("Europe/London")
pytestmark = pytest.mark.django_db


def ways(
    member: StaffMember, level: str, now: datetime = MONDAY, expires: datetime | None = None
) -> list[str]:
    """The messages that would be written: the channel and after how many minutes."""
    found = own_rules([member.user_id])[member.user_id].ways(level, now, LONDON, expires)
    return [f"{way.channel} {(way.at - now).total_seconds() / 60:.0f}" for way in found]


@pytest.mark.parametrize("level", ["emergency", "urgent", "same_day", "routine"])
def test_who_has_set_nothing_is_told_by_e_mail_at_once_as_before(nurse: StaffMember, level: str) -> None:
    assert ways(nurse, level) == ["email 0"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("emergency", ["push 0", "sms 0", "email 0"]),
        ("urgent", ["push 0", "email 0", "sms 5"]),
        ("same_day", ["email 0"]),
        ("routine", ["email 0"]),
    ],
)
def test_the_default_uses_what_there_is(
    nurse: StaffMember,
    make_point: MakePoint,
    gateway: Provider,
    push_service: Provider,
    level: str,
    expected: list[str],
) -> None:
    make_point()
    make_point(kind="push", address="{}")

    assert ways(nurse, level) == expected


def test_a_point_that_is_not_confirmed_or_is_off_is_left_out(
    nurse: StaffMember, make_point: MakePoint, gateway: Provider
) -> None:
    make_point(verified_at=None)
    make_point(disabled_at=at(), disabled_because="gone")

    assert ways(nurse, "emergency") == ["email 0"]


def test_a_channel_that_is_not_set_up_is_left_out(nurse: StaffMember, make_point: MakePoint) -> None:
    make_point()

    assert ways(nurse, "emergency") == ["email 0"]


def test_the_first_way_that_is_left_is_used_at_once(
    nurse: StaffMember, make_point: MakePoint, gateway: Provider, push_service: Provider
) -> None:
    """Nothing waits for a way that does not count any more."""
    make_point()
    push = make_point(kind="push", address="{}")
    set_rules(user=nurse.user, level="urgent", minutes={"push": 0, "sms": 5}, now=at())
    assert ways(nurse, "urgent") == ["push 0", "sms 5"]

    push.disabled_at, push.disabled_because = at(), "gone"
    push.save()

    assert ways(nurse, "urgent") == ["sms 0"]


def test_a_person_with_no_point_left_is_told_by_e_mail(
    nurse: StaffMember, make_point: MakePoint, gateway: Provider
) -> None:
    point = make_point()
    set_rules(user=nurse.user, level="emergency", minutes={"sms": 0}, now=at())
    assert ways(nurse, "emergency") == ["sms 0"]

    point.delete()

    assert ways(nurse, "emergency") == ["email 0"]


@pytest.mark.parametrize("level", ["emergency", "urgent"])
@pytest.mark.parametrize("minutes", [{}, {"sms": 0}, {"push": 0}, {"email": 5}, {"email": 10, "sms": 0}])
def test_rules_that_reach_nobody_at_once_for_what_is_urgent_are_refused(
    nurse: StaffMember, make_point: MakePoint, gateway: Provider, level: str, minutes: dict[str, int]
) -> None:
    make_point(verified_at=None)

    with pytest.raises(ReachesNobodyError):
        set_rules(user=nurse.user, level=level, minutes=minutes, now=at())
    assert ways(nurse, level) == ["email 0"]


def test_what_can_wait_needs_no_way_at_once_but_one(nurse: StaffMember) -> None:
    set_rules(user=nurse.user, level="same_day", minutes={"email": 10}, now=at())
    with pytest.raises(ReachesNobodyError):
        set_rules(user=nurse.user, level="same_day", minutes={}, now=at())

    assert ways(nurse, "same_day") == ["email 0"]


def test_a_change_of_rules_is_recorded(nurse: StaffMember) -> None:
    set_rules(user=nurse.user, level="same_day", minutes={"email": 0}, now=at())

    event = Event.objects.get(verb=Event.Verb.CHANGED_REACH)
    assert event.data == {"change": "rules", "level": "same_day"}


class TestQuietHours:
    @pytest.fixture(autouse=True)
    def night(self, nurse: StaffMember) -> None:
        set_quiet_hours(user=nurse.user, starts=time(22), ends=time(7), now=at())

    @pytest.mark.parametrize("level", ["emergency", "urgent"])
    def test_what_is_urgent_never_waits(self, nurse: StaffMember, level: str) -> None:
        assert ways(nurse, level, datetime(2026, 11, 3, 2, tzinfo=UTC)) == ["email 0"]

    @pytest.mark.parametrize("level", ["same_day", "routine"])
    def test_what_can_wait_does(self, nurse: StaffMember, level: str) -> None:
        assert ways(nurse, level, datetime(2026, 11, 3, 2, tzinfo=UTC)) == ["email 300"]
        assert ways(nurse, level, datetime(2026, 11, 3, 7, tzinfo=UTC)) == ["email 0"]

    def test_what_would_expire_meanwhile_is_sent(self, nurse: StaffMember) -> None:
        now = datetime(2026, 11, 3, 2, tzinfo=UTC)

        assert ways(nurse, "same_day", now, now + timedelta(hours=1)) == ["email 0"]

    def test_none_are_set_by_leaving_them_empty(self, nurse: StaffMember) -> None:
        set_quiet_hours(user=nurse.user, starts=None, ends=None, now=at())

        assert ways(nurse, "same_day", datetime(2026, 11, 3, 2, tzinfo=UTC)) == ["email 0"]


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        # Within a day, and over midnight.
        ((time(12), time(14)), datetime(2026, 11, 3, 13, tzinfo=UTC), datetime(2026, 11, 3, 14, tzinfo=UTC)),
        ((time(12), time(14)), datetime(2026, 11, 3, 14, tzinfo=UTC), None),
        ((time(22), time(7)), datetime(2026, 11, 3, 22, tzinfo=UTC), datetime(2026, 11, 4, 7, tzinfo=UTC)),
        ((time(22), time(7)), datetime(2026, 11, 3, 21, 59, tzinfo=UTC), None),
        # The night in which the clocks go back has an hour more: 07:00 is 07:00 UTC, from 22:00 BST (21:00 UTC) on.
        ((time(22), time(7)), datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (
            (time(22), time(7)),
            datetime(2026, 10, 25, 6, 59, tzinfo=UTC),
            datetime(2026, 10, 25, 7, tzinfo=UTC),
        ),
        # In spring it has one less: 07:00 BST is 06:00 UTC.
        ((time(22), time(7)), datetime(2026, 3, 29, 5, 59, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ((time(22), time(7)), datetime(2026, 3, 29, 6, tzinfo=UTC), None),
        # An hour that does not exist in that night, and one that exists twice.
        (
            (time(22), time(1, 30)),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
        (
            (time(22), time(1, 30)),
            datetime(2026, 10, 25, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
    ],
)
def test_quiet_hours_end_by_the_clock_of_the_clinic(
    quiet: tuple[time, time], now: datetime, until: datetime | None
) -> None:
    assert quiet_until(quiet, now, LONDON) == until
