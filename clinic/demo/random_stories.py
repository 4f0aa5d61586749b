"""Random patients: most recover quietly, some have a flare, a slow recovery, a worry or an itch.

The rules evaluate their answers like any others. The nurse acknowledges every alert in time and closes it
within a day, so that only the patients of `open_stories` have open alerts.
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
from clinic.demo.story_steps import Report, Story, Treatment

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
ROUNDING_H = 0.001  # hours; a sum of hours may miss an instant by a microsecond
WEEKLY = (14, 21, 28)


class Complication(NamedTuple):
    """Answers that a patient reports once beside the symptoms, and the outcome of the alert that they raise."""

    answers: dict[str, Any]
    outcome: str
    acknowledged_min: tuple[float, float] = (2, 28)


PRESCRIBED, SEEN = Alert.Outcome.PRESCRIBED.value, Alert.Outcome.SEEN_IN_CLINIC.value
ADVICE, EXPECTED = Alert.Outcome.ADVICE_GIVEN.value, Alert.Outcome.EXPECTED_COURSE.value
NO_COMPLICATION = Complication({}, EXPECTED)
# (weight, complication): most patients report none.
COMPLICATIONS: tuple[tuple[int, Complication], ...] = (
    (62, NO_COMPLICATION),
    (6, Complication({"signs": ["pus"]}, PRESCRIBED)),
    (4, Complication({"signs": ["hot_sore", "spreading"], "pain": 3, "painkiller": "did_not_help"}, SEEN)),
    (4, Complication({"signs": ["cold_sore"]}, PRESCRIBED)),
    (3, Complication({"came_back": "redness", "redness": 3}, SEEN)),
    (3, Complication({"unwell": ["fever"], "redness": 2}, SEEN)),
    (2, Complication({"signs": ["hives"], "itch": 3, "itch_bothers": True}, PRESCRIBED)),
    (8, Complication({"want_contact": True}, ADVICE, (10, 240))),
    (6, Complication({"itch": 2, "itch_bothers": True}, ADVICE)),
    (4, Complication({"came_back": "not_sure"}, EXPECTED)),
    (4, Complication({"unwell": ["nausea", "headache"]}, ADVICE)),
    (4, Complication({"signs": ["patches"]}, ADVICE)),
    (1, Complication({"emergency": ["breathing"]}, Alert.Outcome.EMERGENCY_CARE.value, (1, 9))),
    (1, Complication({"swelling": 4, "pain": 2, "painkiller": "not_taken"}, SEEN)),
)
WEIGHTS = [weight for weight, _ in COMPLICATIONS]
KINDS = [complication for _, complication in COMPLICATIONS]


class Skin(NamedTuple):
    """The initial severity of each symptom, and the hours that it takes to fade by one step."""

    peaks: dict[str, int]
    pace_h: float

    def at(self, h: float) -> dict[str, int]:
        return {key: max(0, peak - int(h / self.pace_h)) for key, peak in self.peaks.items()}


def random_story(
    number: int, rng: random.Random, *, now: datetime, days: int, check_ins: int | None = None
) -> Story:
    """Return the `number`th random patient of a clinic, treated in the last `days`.

    `check_ins`: how many check-ins; None for the usual rhythm.
    """
    performed_h = hours_since_treatment(rng, now, days)
    skin, complication = random_skin(rng), rng.choices(KINDS, WEIGHTS)[0]
    hours = (
        even_check_in_hours(rng, performed_h, check_ins)
        if check_ins
        else usual_check_in_hours(rng, performed_h)
    )
    # Complications begin between hours 18 and 170: without a check-in then, none is reported.
    possible_positions = [position for position, h in enumerate(hours) if 18 < h < 170]
    complicated_position = rng.choice(possible_positions) if possible_positions else -1
    reports = tuple(
        random_report(
            h,
            rng,
            skin=skin,
            complication=complication if position == complicated_position else NO_COMPLICATION,
            left_h=performed_h - h,
        )
        for position, h in enumerate(hours)
    )
    return patient_story(number, rng, performed_h=performed_h, reports=reports, intake=rng.choice(INTAKES))


def patient_story(
    number: int,
    rng: random.Random,
    *,
    performed_h: float,
    reports: tuple[Report, ...],
    intake: tuple[str, ...] = (),
) -> Story:
    """Return a story with a random name, birth date and treatment."""
    return Story(
        first_name=rng.choice(FIRST_NAMES),
        last_name=rng.choice(LAST_NAMES),
        email=f"patient-{number:06}@demo.example",
        born=date(rng.randint(1950, 2005), rng.randint(1, 12), rng.randint(1, 28)),
        performed_h=performed_h,
        treatments=(Treatment(kind=rng.choice(("mn", "mn", "rf")), area=rng.choice(AREAS)),),
        reports=reports,
        intake=intake,
    )


def hours_since_treatment(rng: random.Random, now: datetime, days: int) -> float:
    """Return the hours since a treatment in the last `days`, on a weekday between nine and five."""
    day = now - timedelta(hours=rng.uniform(5, 24 * days))
    at = day.replace(hour=rng.randint(9, 16), minute=rng.choice((0, 15, 30, 45)), second=0, microsecond=0)
    at -= timedelta(days=max(0, at.weekday() - 4))
    if at > now - timedelta(hours=4):
        at -= timedelta(days=3 if at.weekday() == 0 else 1)
    return (now - at) / timedelta(hours=1)


def usual_check_in_hours(rng: random.Random, performed_h: float) -> list[float]:
    """Return the usual hours: the first evening, daily for a week, weekly for a month; some stop after day five.

    In the first week the gap stays below two days: silent patients are generated separately.
    """
    hours = [rng.uniform(3, 9)]
    hours += [24 * day + rng.uniform(-3, 4) for day in range(1, 8)]
    hours += [24 * day + rng.uniform(-8, 8) for day in WEEKLY]
    kept = hours[: rng.choice((6, 7, 8, 9, 10, 11, 11, 11, 11))]
    return [h for h in kept if h < performed_h - 0.5]


def even_check_in_hours(rng: random.Random, performed_h: float, count: int) -> list[float]:
    """Return `count` hours within the first four weeks, about evenly spaced."""
    span = min(performed_h, COURSE_H) / count
    return [(position + rng.uniform(0.3, 0.7)) * span for position in range(count)]


def random_skin(rng: random.Random) -> Skin:
    peaks = {
        "redness": rng.choice((1, 2, 2, 3)),
        "pain": rng.choice((0, 0, 1, 1, 2)),
        "swelling": rng.choice((0, 1, 1, 2)),
        "itch": rng.choice((0, 0, 1, 1)),
    }
    # One patient in twelve recovers slowly.
    return Skin(peaks, rng.uniform(45, 75) if rng.random() < 0.08 else rng.uniform(16, 34))


def random_report(
    h: float, rng: random.Random, *, skin: Skin, complication: Complication, left_h: float
) -> Report:
    """Return a check-in at `h`, `left_h` before now. Its alerts are closed by then."""
    left_h -= ROUNDING_H
    acknowledged_min = min(round(rng.uniform(*complication.acknowledged_min), 1), left_h * 60)
    return Report(
        h=h,
        answers=answers_at(h, skin, complication, rng.random()),
        acknowledged_min=acknowledged_min,
        closed_h=min(round(acknowledged_min / 60 + rng.uniform(0.2, 18), 2), left_h),
        outcome=complication.outcome,
        note=rng.choice(NOTES) if rng.random() < 0.04 else "",
    )


def answers_at(h: float, skin: Skin, complication: Complication, luck: float) -> Answers:
    """Return the answers at `h`: fading symptoms, an ordinary sign now and then, and the complication."""
    levels = skin.at(h)
    answers: dict[str, Any] = {
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
        answers["swelling"] = None
    answers |= complication.answers
    return shared_answers(*((key, tuple(v) if isinstance(v, list) else v) for key, v in answers.items()))


@lru_cache(maxsize=8192)
def shared_answers(*answers: tuple[str, Any]) -> Answers:
    """Build the answers. Equal answers share one immutable object, which saves memory."""
    return Answers.from_json({key: list(v) if isinstance(v, tuple) else v for key, v in answers})


def random_stories(
    first_number: int,
    rng: random.Random,
    *,
    now: datetime,
    days: int,
    patients: int | None,
    check_ins: int | None,
    each: int | None,
) -> Iterator[Story]:
    """Yield stories of `patients` patients, or as many as `check_ins` check-ins need. `each`: check-ins per patient."""
    number, left = first_number, check_ins
    while (patients is None or number < first_number + patients) and left != 0:
        story = random_story(number, rng, now=now, days=days, check_ins=each)
        number += 1
        if left is None:
            yield story
            continue
        story = truncated(story, left) if len(story.reports) > left else story
        left -= len(story.reports)
        yield story


def truncated(story: Story, count: int) -> Story:
    """Return the story cut after `count` check-ins, before the next check-in falls due."""
    last_h = story.reports[count - 1].h
    performed_h = min(story.performed_h, last_h + 20)
    reports = tuple(
        replace(report, closed_h=min(report.closed_h or 0, performed_h - report.h - ROUNDING_H))
        for report in story.reports[:count]
    )
    return replace(story, performed_h=performed_h, reports=reports)
