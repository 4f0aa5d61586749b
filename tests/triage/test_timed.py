"""Rules of time alone, the warning before a treatment, and the recipients of an alert."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from aftercare.triage import (
    TIMED_RULES,
    Finding,
    Level,
    Limits,
    acknowledge_by,
    missed_check_ins,
    rules_to_tell,
    silent_after_alert,
    treated_over_open_alert,
    unacknowledged,
)
from tests.triage.build import PERFORMED, TICK, answers, at

NOW = timedelta(0)

MISSED: list[tuple[float, timedelta, float | None, bool]] = [
    # No check-in at all: below, at and above 48 h since the procedure.
    (48, -TICK, None, False),
    (48, NOW, None, True),
    (48, TICK, None, True),
    # It counts from the later of procedure and last check-in.
    (68, -TICK, 20, False),
    (68, NOW, 20, True),
    (68, TICK, 20, True),
    # A check-in from before this procedure does not shorten the wait.
    (48, -TICK, -100, False),
    (48, NOW, -100, True),
    # Up to 168 h since the procedure, inclusive.
    (168, -TICK, None, True),
    (168, NOW, None, True),
    (168, TICK, None, False),
    (168, NOW, 121, False),
    # A check-in just now.
    (100, NOW, 100, False),
]


@pytest.mark.parametrize(("hour", "shift", "last", "expected"), MISSED)
def test_missed_check_ins_wait_48_hours_and_end_at_168(
    hour: float, shift: timedelta, last: float | None, expected: bool
) -> None:
    submitted = None if last is None else at(last)
    assert (
        missed_check_ins(now=at(hour, shift), performed_at=PERFORMED, last_submitted_at=submitted) is expected
    )


def test_nobody_misses_check_ins_without_a_procedure() -> None:
    assert not missed_check_ins(now=at(60), performed_at=None, last_submitted_at=at(0))


def test_missed_check_ins_use_the_limits_passed_in() -> None:
    limits = Limits(silent_h=10, silent_until_h=20)
    waits = [
        missed_check_ins(now=at(hour), performed_at=PERFORMED, last_submitted_at=None, limits=limits)
        for hour in (9, 10, 20, 21)
    ]
    assert waits == [False, True, True, False]


SILENT: list[tuple[timedelta, list[Level], bool]] = [
    # Below, at and above 24 h since the submission.
    (-TICK, [Level.URGENT], False),
    (NOW, [Level.URGENT], True),
    (TICK, [Level.URGENT], True),
    # Same day is the least that counts, and one is enough.
    (NOW, [Level.EMERGENCY], True),
    (NOW, [Level.SAME_DAY], True),
    (NOW, [Level.ROUTINE], False),
    (NOW, [Level.ROUTINE, Level.SAME_DAY], True),
    # All closed, or none opened.
    (NOW, [], False),
]


@pytest.mark.parametrize(("shift", "levels", "expected"), SILENT)
def test_silence_after_an_alert_counts_from_24_hours(
    shift: timedelta, levels: list[Level], expected: bool
) -> None:
    assert silent_after_alert(now=at(44, shift), submitted_at=at(20), open_levels=levels) is expected


def test_silence_after_an_alert_uses_the_limit_passed_in() -> None:
    limits = Limits(alert_silent_h=2)
    assert silent_after_alert(now=at(22), submitted_at=at(20), open_levels=[Level.URGENT], limits=limits)
    assert not silent_after_alert(
        now=at(21.9), submitted_at=at(20), open_levels=[Level.URGENT], limits=limits
    )


WAITS: list[tuple[Level, float, timedelta, bool]] = [
    # An emergency waits 10 minutes.
    (Level.EMERGENCY, 10, -TICK, False),
    (Level.EMERGENCY, 10, NOW, True),
    (Level.EMERGENCY, 10, TICK, True),
    # An urgent alert waits 30.
    (Level.URGENT, 30, -TICK, False),
    (Level.URGENT, 30, NOW, True),
    (Level.URGENT, 30, TICK, True),
    # The others are never passed on, however long.
    (Level.SAME_DAY, 6000, NOW, False),
    (Level.ROUTINE, 6000, NOW, False),
    (Level.EXPECTED, 6000, NOW, False),
]


@pytest.mark.parametrize(("level", "minutes", "shift", "expected"), WAITS)
def test_an_unacknowledged_alert_is_passed_on_in_time(
    level: Level, minutes: float, shift: timedelta, expected: bool
) -> None:
    now = at(20, timedelta(minutes=minutes) + shift)
    assert unacknowledged(now=now, level=level, opened_at=at(20)) is expected


def test_the_instant_to_acknowledge_by_follows_the_limits() -> None:
    assert acknowledge_by(Level.EMERGENCY, at(20)) == at(20, timedelta(minutes=10))
    assert acknowledge_by(Level.URGENT, at(20)) == at(20, timedelta(minutes=30))
    assert acknowledge_by(Level.SAME_DAY, at(20)) is None
    limits = Limits(ack_min_emergency=1, ack_min_urgent=2)
    assert acknowledge_by(Level.EMERGENCY, at(20), limits) == at(20, timedelta(minutes=1))
    assert acknowledge_by(Level.URGENT, at(20), limits) == at(20, timedelta(minutes=2))
    assert unacknowledged(
        now=at(20, timedelta(minutes=2)), level=Level.URGENT, opened_at=at(20), limits=limits
    )


def warned(
    levels: list[Level], hour: float = 0, shift: timedelta = NOW, limits: Limits | None = None, **said: Any
) -> bool:
    """A procedure at hour 672, recorded at 680; one report ``hour`` hours before the procedure."""
    given: dict[str, Any] = {} if limits is None else {"limits": limits}
    return treated_over_open_alert(
        performed_at=at(672),
        now=at(680),
        open_levels=levels,
        reports=[(at(672 - hour, shift), answers(**said))],
        **given,
    )


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        # Same day is the least that counts.
        (Level.EMERGENCY, True),
        (Level.URGENT, True),
        (Level.SAME_DAY, True),
        (Level.ROUTINE, False),
        (Level.EXPECTED, False),
    ],
)
def test_treating_over_an_open_alert_warns(level: Level, expected: bool) -> None:
    assert warned([level], redness=1) is expected


@pytest.mark.parametrize(
    ("hour", "shift", "expected"),
    [
        # From 336 h before the procedure, inclusive.
        (336, -TICK, False),
        (336, NOW, True),
        (336, TICK, True),
        # At the procedure, after it, and up to the instant of recording it.
        (0, NOW, True),
        (-8, -TICK, True),
        (-8, NOW, True),
        (-8, TICK, False),
    ],
)
@pytest.mark.parametrize("sign", ["pus", "cold_sore", "spreading"])
def test_treating_after_a_recent_infection_sign_warns(
    sign: str, hour: float, shift: timedelta, expected: bool
) -> None:
    assert warned([], hour, shift, signs=[sign, "peeling"]) is expected


@pytest.mark.parametrize(
    "sign",
    ["hot_sore", "hives", "blister_burn", "bleeding", "lumps", "patches", "bruise", "spots", "peeling"],
)
def test_the_other_signs_do_not_warn(sign: str) -> None:
    assert not warned([], signs=[sign])


def test_a_report_without_an_answer_about_signs_does_not_warn() -> None:
    assert not warned([], signs=None, redness=4)
    assert not treated_over_open_alert(performed_at=at(672), now=at(672), open_levels=[], reports=[])


def test_the_warning_uses_the_limit_passed_in() -> None:
    limits = Limits(recent_infection_block_h=10)
    assert warned([], 10, signs=["pus"], limits=limits)
    assert not warned([], 10.1, signs=["pus"], limits=limits)


def finding(rule: str, level: Level) -> Finding:
    return Finding(rule, level, ())


EMERGENCY = finding("eye_involved", Level.EMERGENCY)
URGENT = finding("pus", Level.URGENT)
CALL_ME = finding("contact_requested", Level.SAME_DAY)
SAME_DAY = finding("lumps", Level.SAME_DAY)
ROUTINE = finding("new_patches", Level.ROUTINE)
FIRED = [EMERGENCY, URGENT, CALL_ME, SAME_DAY, ROUTINE]
ACKNOWLEDGED, WAITING = True, False

# The rules that are open already, the highest level that waits, and what is told of FIRED.
TOLD: list[tuple[dict[str, bool], Level | None, list[Finding]]] = [
    # Nothing is open: everything but routine is told.
    ({}, None, [EMERGENCY, URGENT, CALL_ME, SAME_DAY]),
    # A routine alert waits: it hides nothing, and routine is still never told.
    ({}, Level.ROUTINE, [EMERGENCY, URGENT, CALL_ME, SAME_DAY]),
    # What waits hides what is lower, and nothing else.
    ({}, Level.SAME_DAY, [EMERGENCY, URGENT, CALL_ME, SAME_DAY]),
    ({}, Level.URGENT, [EMERGENCY, URGENT]),
    ({}, Level.EMERGENCY, [EMERGENCY]),
    # An emergency is told whether its rule is open or not, and whoever has it.
    ({"eye_involved": WAITING}, Level.EMERGENCY, [EMERGENCY]),
    ({"eye_involved": ACKNOWLEDGED}, None, [EMERGENCY, URGENT, CALL_ME, SAME_DAY]),
    # An open urgent rule is told again once somebody has its alert; until then it is appended quietly.
    ({"pus": ACKNOWLEDGED}, None, [EMERGENCY, URGENT, CALL_ME, SAME_DAY]),
    ({"pus": WAITING}, Level.URGENT, [EMERGENCY]),
    # Who asked for a call and was taken on asks again; another rule of same day is appended quietly.
    ({"contact_requested": ACKNOWLEDGED, "lumps": ACKNOWLEDGED}, None, [EMERGENCY, URGENT, CALL_ME]),
    ({"contact_requested": WAITING, "lumps": WAITING}, Level.SAME_DAY, [EMERGENCY, URGENT]),
    # That something urgent waits does not hide them, that an emergency waits does.
    ({"pus": ACKNOWLEDGED, "contact_requested": ACKNOWLEDGED}, Level.URGENT, [EMERGENCY, URGENT, CALL_ME]),
    ({"pus": ACKNOWLEDGED, "contact_requested": ACKNOWLEDGED}, Level.EMERGENCY, [EMERGENCY]),
]


@pytest.mark.parametrize(("taken_on", "waiting", "told"), TOLD)
def test_who_is_told_of_a_report(
    taken_on: dict[str, bool], waiting: Level | None, told: list[Finding]
) -> None:
    assert rules_to_tell(FIRED, taken_on=taken_on, highest_waiting=waiting) == tuple(told)


def test_each_timed_rule_has_its_level_and_source() -> None:
    table = {rule.id: (rule.level.value, rule.sources) for rule in TIMED_RULES.values()}
    assert table == {
        "silent_after_alert": ("same_day", ("ADD",)),
        "missed_check_ins": ("routine", ("ADD",)),
        "unacknowledged": ("urgent", ("S2",)),
        "treated_over_open_alert": ("routine", ("S22", "S26")),
    }
    assert list(TIMED_RULES) == [rule.id for rule in TIMED_RULES.values()]
    assert all(rule.staff for rule in TIMED_RULES.values())


def test_a_naive_now_is_refused() -> None:
    naive = datetime(2026, 1, 12, 10)
    with pytest.raises(ValueError, match="offset"):
        missed_check_ins(now=naive, performed_at=PERFORMED, last_submitted_at=None)
    with pytest.raises(ValueError, match="offset"):
        silent_after_alert(now=naive, submitted_at=PERFORMED, open_levels=[])
    with pytest.raises(ValueError, match="offset"):
        unacknowledged(now=naive, level=Level.URGENT, opened_at=PERFORMED)
    with pytest.raises(ValueError, match="offset"):
        treated_over_open_alert(performed_at=PERFORMED, now=naive, open_levels=[], reports=[])
