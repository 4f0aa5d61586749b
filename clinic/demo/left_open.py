"""Patients drawn by chance who stand in the queue at the end: with one open alert, or silent."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from clinic.demo.drawn import NOTHING, Flag, Skin, drawn_skin, person, said
from clinic.demo.plot import Report, Story


class Waiting(NamedTuple):
    """What stays open at the end: answers that fire exactly one rule, the hours since, and who has taken it on."""

    answers: dict[str, Any]
    ago_h: tuple[float, float]
    acknowledged: bool


# Urgent ones that nobody has taken on are younger than the time for that.
WAITING = (
    Waiting({"signs": ["hives"]}, (1, 20), True),
    Waiting({"want_contact": True}, (0.5, 16), False),
    Waiting({"signs": ["patches"]}, (1, 22), False),
    Waiting({"signs": ["lumps"]}, (2, 20), True),
    Waiting({"signs": ["cold_sore"]}, (0.05, 0.4), False),
    Waiting({"unwell": ["flu"]}, (0.3, 12), False),
    Waiting({"unwell": ["nausea"]}, (1, 22), False),
    Waiting({"signs": ["pus"]}, (0.6, 10), True),
    Waiting({"came_back": "not_sure"}, (0.3, 9), False),
    Waiting({"emergency": ["faint"]}, (0.3, 3), True),
)


def waiting_story(number: int, chance: random.Random) -> Story:
    """A patient with exactly one open alert."""
    waiting = WAITING[number % len(WAITING)]
    performed_h = chance.uniform(50, 150)
    last_h = performed_h - chance.uniform(*waiting.ago_h)
    skin = Skin({"redness": 1, "pain": 0, "swelling": 1, "itch": 0}, 20)
    hours = [chance.uniform(3, 8), *(24 * day + chance.uniform(-2, 2) for day in range(1, 7))]
    flag = Flag(waiting.answers, "")
    return person(
        number,
        chance,
        performed_h=performed_h,
        reports=(
            *(Report(h=h, answers=said(h, skin, NOTHING, 0.5)) for h in hours if h < last_h - 4),
            Report(
                h=last_h,
                answers=said(last_h, skin, flag, 0.5),
                acknowledged_min=chance.uniform(1, 8) if waiting.acknowledged else None,
            ),
        ),
    )


def silent_story(number: int, chance: random.Random) -> Story:
    """A patient from whom nothing has come for two days, in the first week."""
    performed_h = chance.uniform(60, 140)
    skin = drawn_skin(chance)
    h = chance.uniform(3, 9)
    early = (Report(h=h, answers=said(h, skin, NOTHING, 0.5)),) if chance.random() < 0.5 else ()
    return person(number, chance, performed_h=performed_h, reports=early)
