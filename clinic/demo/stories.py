"""Who is in the demonstration and what happened to them. All people are made up.

Hours are elapsed hours: `performed_h` before the moment of seeding, check-ins after the procedure.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aftercare.triage import Answers

ORDINARY: dict[str, Any] = {
    "redness": 1,
    "pain": 0,
    "swelling": 1,
    "itch": 0,
    "came_back": "no",
    "signs": [],
    "unwell": [],
    "emergency": [],
    "want_contact": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One check-in: at `h` hours after the procedure, ordinary answers but for those given.

    `acknowledged_after_min`: the minutes until the nurse took on what it raised; None: nobody has.
    """

    h: float
    answers: Answers
    acknowledged_after_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One patient with one procedure."""

    first_name: str
    last_name: str
    email: str
    kind: str
    area: str
    performed_h: float
    intake: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()


def report(h: float, *, acknowledged_after_min: float | None = None, **answers: Any) -> Report:
    """A check-in that is ordinary but for `answers`."""
    return Report(
        h=h,
        answers=Answers.from_json({**ORDINARY, **answers}),
        acknowledged_after_min=acknowledged_after_min,
    )


def story(name: str, kind: str, area: str, performed_h: float, *reports: Report, **rest: Any) -> Story:
    """A patient whose address follows from the name."""
    first_name, last_name = name.split(" ", 1)
    email = rest.pop("email", f"{first_name}.{last_name}@demo.example".lower())
    return Story(
        first_name=first_name,
        last_name=last_name,
        email=email,
        kind=kind,
        area=area,
        performed_h=performed_h,
        reports=reports,
        **rest,
    )


# The first one is the patient whom visitors sign in as.
STORIES = (
    story(
        *("Amara Osei", "mn", "face", 26),
        report(3, redness=2, pain=2, painkiller="helped", swelling=2, came_back=None),
        report(20, redness=1, itch=1, signs=["peeling"]),
        email="patient@demo.example",
    ),
    story(
        *("Joan Whitaker", "rf", "face", 3),
        report(2.9, redness=3, swelling=3, emergency=["airway_swelling"], came_back=None),
    ),
    story(
        *("Daniel Reyes", "mn", "cheeks", 70),
        report(21, redness=2, pain=1, itch=1, signs=["peeling"]),
        report(46, redness=1, swelling=None, itch=1),
        report(69.3, redness=3, pain=1, itch=1, came_back="redness", want_contact=True),
        intake=("iq2", "iq7"),
    ),
    story(
        *("Mei Lin", "mn", "face", 92),
        report(20, redness=2, swelling=2),
        report(75, swelling=2, acknowledged_after_min=12),
    ),
    story(*("Priya Shah", "rf", "neck", 30), report(28, redness=2, itch=2, itch_bothers=True)),
    story(*("Lewis Grant", "mn", "scalp", 20), report(19.6, want_contact=True)),
    story(
        *("Kofi Mensah", "mn", "face", 216),
        report(70, redness=1),
        report(149, redness=0, swelling=0, signs=["patches"]),
    ),
    story(
        *("Hannah Cole", "mn", "face", 192),
        report(100, redness=1),
        report(171, redness=1, swelling=0),
    ),
    story(
        *("Omar Aziz", "rf", "face", 360),
        report(100, redness=1),
        report(340, redness=0, swelling=0, signs=["bruise"]),
    ),
    story(*("Grace Ito", "rf", "face", 61), report(27, pain=3, acknowledged_after_min=5)),
    story(*("Ben Achebe", "mn", "face", 52)),
)

FIRST_NAMES = (
    "Ada",
    "Bilal",
    "Chloe",
    "Dev",
    "Elif",
    "Femi",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Keiko",
    "Luca",
)
LAST_NAMES = (
    "Adams",
    "Bauer",
    "Chen",
    "Doyle",
    "Evans",
    "Farah",
    "Gomez",
    "Hughes",
    "Iqbal",
    "Jensen",
    "Khan",
)
AREAS = ("face", "cheeks", "neck", "scalp", "hands")


def stories(count: int, chance: random.Random) -> Iterator[Story]:
    """The first `count` patients: those above, then uneventful ones drawn from `chance`."""
    yield from STORIES[:count]
    for number in range(len(STORIES), count):
        yield drawn_story(number, chance)


def drawn_story(number: int, chance: random.Random) -> Story:
    """A patient who recovers as expected: redness and swelling fade within two days."""
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    performed_h = chance.uniform(30, 160)
    hours = sorted(chance.uniform(2, performed_h) for _ in range(chance.randint(1, 4)))
    reports = [report(h, redness=fading(h), swelling=fading(h), came_back=None) for h in hours]
    email = f"patient-{number:04}@demo.example"
    kind = chance.choice(("mn", "rf"))
    return story(name, kind, chance.choice(AREAS), performed_h, *reports, email=email)


def fading(h: float) -> int:
    """Severity 0 to 4 of an uneventful recovery at `h` hours."""
    return 2 if h < 24 else 1 if h < 48 else 0
