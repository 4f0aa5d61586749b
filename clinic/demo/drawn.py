"""Patients drawn by chance: most recover quietly, some flare, take long, worry or itch.

What the rules make of their answers is for the rules to say. All that is laid down here is that the nurse takes
on whatever they raise in time and ends it within a day, so that only those drawn as waiting stay open.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from aftercare.alerts.models import Alert
from aftercare.triage import Answers
from clinic.demo.plot import Report, Story, Treatment

FIRST_NAMES = (
    *("Ada", "Bilal", "Chloe", "Dev", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Luca"),
    *("Mira", "Noor", "Oskar", "Petra", "Quinn", "Rosa", "Samir", "Tess", "Ugo", "Vera", "Wim", "Yara"),
)
LAST_NAMES = (
    *("Adams", "Bauer", "Chen", "Doyle", "Evans", "Farah", "Gomez", "Hughes", "Iqbal", "Jensen", "Khan"),
    *(
        "Larsen",
        "Moreau",
        "Novak",
        "Okoye",
        "Pereira",
        "Quist",
        "Rahman",
        "Silva",
        "Tanaka",
        "Usman",
        "Weber",
    ),
)
AREAS = ("face", "face", "face", "cheeks", "neck", "scalp", "hands")
INTAKES = ((),) * 18 + (("iq2",), ("iq5",), ("iq7",), ("iq4", "iq5"), ("iq11",), ("iq10",))
NOTES = (
    "It feels tight after washing.",
    "Better than yesterday.",
    "When may I go swimming?",
    "It stings a little.",
)
COURSE_H = 28 * 24.0
ROUNDING_H = 0.001  # a sum of hours may miss an instant by a microsecond
WEEKLY = (14, 21, 28)


class Flag(NamedTuple):
    """What a patient reports once beside the symptoms, and how it ends."""

    answers: dict[str, Any]
    outcome: str
    acknowledged_min: tuple[float, float] = (2, 28)


PRESCRIBED, SEEN = Alert.Outcome.PRESCRIBED.value, Alert.Outcome.SEEN_IN_CLINIC.value
ADVICE, EXPECTED = Alert.Outcome.ADVICE_GIVEN.value, Alert.Outcome.EXPECTED_COURSE.value
NOTHING = Flag({}, EXPECTED)
# How often, and which: most patients never report anything of the kind.
FLAGS: tuple[tuple[int, Flag], ...] = (
    (62, NOTHING),
    (6, Flag({"signs": ["pus"]}, PRESCRIBED)),
    (4, Flag({"signs": ["hot_sore", "spreading"], "pain": 3, "painkiller": "did_not_help"}, SEEN)),
    (4, Flag({"signs": ["cold_sore"]}, PRESCRIBED)),
    (3, Flag({"came_back": "redness", "redness": 3}, SEEN)),
    (3, Flag({"unwell": ["fever"], "redness": 2}, SEEN)),
    (2, Flag({"signs": ["hives"], "itch": 3, "itch_bothers": True}, PRESCRIBED)),
    (8, Flag({"want_contact": True}, ADVICE, (10, 240))),
    (6, Flag({"itch": 2, "itch_bothers": True}, ADVICE)),
    (4, Flag({"came_back": "not_sure"}, EXPECTED)),
    (4, Flag({"unwell": ["nausea", "headache"]}, ADVICE)),
    (4, Flag({"signs": ["patches"]}, ADVICE)),
    (1, Flag({"emergency": ["breathing"]}, Alert.Outcome.EMERGENCY_CARE.value, (1, 9))),
    (1, Flag({"swelling": 4, "pain": 2, "painkiller": "not_taken"}, SEEN)),
)
KINDS, WEIGHTS = [flag for _, flag in FLAGS], [weight for weight, _ in FLAGS]


class Skin(NamedTuple):
    """How strong each symptom begins, and how many hours it takes to fade by a step."""

    peaks: dict[str, int]
    pace_h: float

    def at(self, h: float) -> dict[str, int]:
        return {key: max(0, peak - int(h / self.pace_h)) for key, peak in self.peaks.items()}


def drawn_story(
    number: int, chance: random.Random, *, now: datetime, days: int, check_ins: int | None = None
) -> Story:
    """The `number`th drawn patient of a clinic, treated in the last `days`; with so many check-ins, or as usual."""
    performed_h = treated_h(chance, now, days)
    skin, flag = drawn_skin(chance), chance.choices(KINDS, WEIGHTS)[0]
    hours = even_hours(chance, performed_h, check_ins) if check_ins else usual_hours(chance, performed_h)
    # A check-in tells of the flag only where one comes on the days on which such things begin.
    days_of_flag = [position for position, h in enumerate(hours) if 18 < h < 170]
    flagged = chance.choice(days_of_flag) if days_of_flag else -1
    reports = tuple(
        drawn_report(
            h, chance, skin=skin, flag=flag if position == flagged else NOTHING, left_h=performed_h - h
        )
        for position, h in enumerate(hours)
    )
    return person(number, chance, performed_h=performed_h, reports=reports, intake=chance.choice(INTAKES))


def person(
    number: int,
    chance: random.Random,
    *,
    performed_h: float,
    reports: tuple[Report, ...],
    intake: tuple[str, ...] = (),
) -> Story:
    """Somebody to whom this happened."""
    return Story(
        first_name=chance.choice(FIRST_NAMES),
        last_name=chance.choice(LAST_NAMES),
        email=f"patient-{number:06}@demo.example",
        born=date(chance.randint(1950, 2005), chance.randint(1, 12), chance.randint(1, 28)),
        performed_h=performed_h,
        treatments=(Treatment(kind=chance.choice(("mn", "mn", "rf")), area=chance.choice(AREAS)),),
        reports=reports,
        intake=intake,
    )


def treated_h(chance: random.Random, now: datetime, days: int) -> float:
    """Hours since a treatment in the last `days`, on a weekday between nine and five."""
    day = now - timedelta(hours=chance.uniform(5, 24 * days))
    at = day.replace(
        hour=chance.randint(9, 16), minute=chance.choice((0, 15, 30, 45)), second=0, microsecond=0
    )
    at -= timedelta(days=max(0, at.weekday() - 4))
    if at > now - timedelta(hours=4):
        at -= timedelta(days=3 if at.weekday() == 0 else 1)
    return (now - at) / timedelta(hours=1)


def usual_hours(chance: random.Random, performed_h: float) -> list[float]:
    """The first evening, daily for a week, weekly for a month, up to now; some stop after the fifth day.

    Never two days without one in the first week: who is silent is drawn as such.
    """
    hours = [chance.uniform(3, 9)]
    hours += [24 * day + chance.uniform(-3, 4) for day in range(1, 8)]
    hours += [24 * day + chance.uniform(-8, 8) for day in WEEKLY]
    kept = hours[: chance.choice((6, 7, 8, 9, 10, 11, 11, 11, 11))]
    return [h for h in kept if h < performed_h - 0.5]


def even_hours(chance: random.Random, performed_h: float, count: int) -> list[float]:
    """So many hours of the first four weeks, about evenly apart."""
    span = min(performed_h, COURSE_H) / count
    return [(position + chance.uniform(0.3, 0.7)) * span for position in range(count)]


def drawn_skin(chance: random.Random) -> Skin:
    peaks = {
        "redness": chance.choice((1, 2, 2, 3)),
        "pain": chance.choice((0, 0, 1, 1, 2)),
        "swelling": chance.choice((0, 1, 1, 2)),
        "itch": chance.choice((0, 0, 1, 1)),
    }
    # One in twelve takes long.
    return Skin(peaks, chance.uniform(45, 75) if chance.random() < 0.08 else chance.uniform(16, 34))


def drawn_report(h: float, chance: random.Random, *, skin: Skin, flag: Flag, left_h: float) -> Report:
    """One check-in at `h`, `left_h` before now. The nurse is through with it by then."""
    left_h -= ROUNDING_H
    acknowledged_min = min(round(chance.uniform(*flag.acknowledged_min), 1), left_h * 60)
    return Report(
        h=h,
        answers=said(h, skin, flag, chance.random()),
        acknowledged_min=acknowledged_min,
        closed_h=min(round(acknowledged_min / 60 + chance.uniform(0.2, 18), 2), left_h),
        outcome=flag.outcome,
        note=chance.choice(NOTES) if chance.random() < 0.04 else "",
    )


def said(h: float, skin: Skin, flag: Flag, luck: float) -> Answers:
    """The answers at `h`: what fades, an ordinary sign now and then, and what is flagged."""
    levels = skin.at(h)
    told: dict[str, Any] = {
        **levels,
        "painkiller": "helped" if levels["pain"] >= 2 else None,
        "itch_bothers": False if levels["itch"] >= 2 else None,
        "came_back": None if h < 12 else "no",
        "signs": ["peeling"]
        if 30 < h < 150 and luck < 0.4
        else ["bruise"]
        if h < 150 and luck > 0.96
        else [],
        "unwell": [],
        "emergency": [],
        "want_contact": False,
    }
    if luck > 0.985:
        told["swelling"] = None
    told |= flag.answers
    return shared_answers(*((key, tuple(v) if isinstance(v, list) else v) for key, v in told.items()))


@lru_cache(maxsize=8192)
def shared_answers(*told: tuple[str, Any]) -> Answers:
    """The same answers are one object: they cannot be changed."""
    return Answers.from_json({key: list(v) if isinstance(v, tuple) else v for key, v in told})


def drawn_stories(
    first_number: int,
    chance: random.Random,
    *,
    now: datetime,
    days: int,
    patients: int | None,
    check_ins: int | None,
    each: int | None,
) -> Iterator[Story]:
    """So many patients, or as many as it takes for so many check-ins."""
    number, left = first_number, check_ins
    while (patients is None or number < first_number + patients) and left != 0:
        story = drawn_story(number, chance, now=now, days=days, check_ins=each)
        number += 1
        if left is None:
            yield story
            continue
        story = shortened(story, left) if len(story.reports) > left else story
        left -= len(story.reports)
        yield story


def shortened(story: Story, count: int) -> Story:
    """The same story as it stood when the next day's check-in after the first `count` was not due yet."""
    last_h = story.reports[count - 1].h
    performed_h = min(story.performed_h, last_h + 20)
    reports = tuple(
        replace(report, closed_h=min(report.closed_h or 0, performed_h - report.h - ROUNDING_H))
        for report in story.reports[:count]
    )
    return replace(story, performed_h=performed_h, reports=reports)
