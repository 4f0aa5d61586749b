"""Random patients who are in the queue at the end: with one open alert, or silent."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from clinic.demo.random_stories import (
    NO_COMPLICATION,
    Complication,
    Skin,
    answers_at,
    patient_story,
    random_skin,
)
from clinic.demo.story_steps import Report, Story


class OpenAlertCase(NamedTuple):
    """Answers that fire exactly one rule, the range of hours since, and whether the alert is acknowledged."""

    answers: dict[str, Any]
    ago_h: tuple[float, float]
    acknowledged: bool


# Unacknowledged urgent alerts are younger than their deadline, so that none is overdue.
OPEN_ALERT_CASES = (
    OpenAlertCase({"signs": ["hives"]}, (1, 20), True),
    OpenAlertCase({"want_contact": True}, (0.5, 16), False),
    OpenAlertCase({"signs": ["patches"]}, (1, 22), False),
    OpenAlertCase({"signs": ["lumps"]}, (2, 20), True),
    OpenAlertCase({"signs": ["cold_sore"]}, (0.05, 0.4), False),
    OpenAlertCase({"unwell": ["flu"]}, (0.3, 12), False),
    OpenAlertCase({"unwell": ["nausea"]}, (1, 22), False),
    OpenAlertCase({"signs": ["pus"]}, (0.6, 10), True),
    OpenAlertCase({"came_back": "not_sure"}, (0.3, 9), False),
    OpenAlertCase({"emergency": ["faint"]}, (0.3, 3), True),
)


def open_alert_story(number: int, rng: random.Random) -> Story:
    """Return a patient with exactly one open alert."""
    case = OPEN_ALERT_CASES[number % len(OPEN_ALERT_CASES)]
    performed_h = rng.uniform(50, 150)
    last_h = performed_h - rng.uniform(*case.ago_h)
    skin = Skin({"redness": 1, "pain": 0, "swelling": 1, "itch": 0}, 20)
    hours = [rng.uniform(3, 8), *(24 * day + rng.uniform(-2, 2) for day in range(1, 7))]
    complication = Complication(case.answers, "")
    return patient_story(
        number,
        rng,
        performed_h=performed_h,
        reports=(
            *(
                Report(h=h, answers=answers_at(h, skin, NO_COMPLICATION, 0.5))
                for h in hours
                if h < last_h - 4
            ),
            Report(
                h=last_h,
                answers=answers_at(last_h, skin, complication, 0.5),
                acknowledged_min=rng.uniform(1, 8) if case.acknowledged else None,
            ),
        ),
    )


def silent_story(number: int, rng: random.Random) -> Story:
    """Return a patient in the first week without a check-in for two days."""
    performed_h = rng.uniform(60, 140)
    skin = random_skin(rng)
    h = rng.uniform(3, 9)
    early = (Report(h=h, answers=answers_at(h, skin, NO_COMPLICATION, 0.5)),) if rng.random() < 0.5 else ()
    return patient_story(number, rng, performed_h=performed_h, reports=early)
