"""The fixed stories of the demonstration. All people are made up.

Together they cover all stages: a quiet recovery and a healed patient, a new flare and a closed one, patients
at risk, silent patients, two treated areas, radiofrequency, and a check-in entered on the telephone.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from aftercare.triage import Answers
from clinic.demo.story_steps import Report, Story, Treatment

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
CALM: dict[str, Any] = {"redness": 0, "swelling": 0}
ABOUT_REPORT = ("acknowledged_min", "closed_h", "outcome", "note", "described_h", "area", "by_nurse")


def report(h: float, **answers: Any) -> Report:
    """Return a check-in with ordinary answers, replaced by `answers`; `ABOUT_REPORT` keys are Report fields."""
    about = {key: answers.pop(key) for key in ABOUT_REPORT if key in answers}
    return Report(h=h, answers=Answers.from_json({**ORDINARY, **answers}), **about)


def story(
    name: str,
    kind: str,
    area: str,
    performed_h: float,
    *reports: Report,
    born: date,
    also: tuple[Treatment, ...] = (),
    **rest: Any,
) -> Story:
    """Return a story whose e-mail address derives from the name. `also`: later treatments."""
    first_name, last_name = name.split(" ", 1)
    email = rest.pop("email", f"{first_name}.{last_name}@demo.example".lower())
    return Story(
        first_name=first_name,
        last_name=last_name,
        email=email,
        born=born,
        performed_h=performed_h,
        treatments=(Treatment(kind=kind, area=area), *also),
        reports=reports,
        **rest,
    )


# Visitors of the demonstration sign in as the first patient.
STORIES = (
    story(
        *("Amara Osei", "mn", "face", 26),
        report(3, redness=2, pain=2, painkiller="helped", swelling=2, came_back=None),
        report(20, redness=1, itch=1, signs=["peeling"]),
        email="patient@demo.example",
        born=date(1991, 4, 17),
        call_back_hours="after 16:00",
    ),
    story(
        *("Joan Whitaker", "rf", "face", 3),
        report(2.9, redness=3, swelling=3, emergency=["airway_swelling"], came_back=None),
        born=date(1968, 11, 2),
    ),
    story(
        *("Daniel Reyes", "mn", "cheeks", 70),
        report(21, redness=2, pain=1, itch=1, signs=["peeling"]),
        report(46, redness=1, swelling=None, itch=1),
        report(69.3, redness=3, pain=1, itch=1, came_back="redness", want_contact=True),
        intake=("iq2", "iq7"),
        born=date(1984, 7, 30),
    ),
    story(
        *("Mei Lin", "mn", "face", 92),
        report(20, redness=2, swelling=2),
        report(75, swelling=2, acknowledged_min=12),
        born=date(1977, 1, 9),
    ),
    story(
        *("Priya Shah", "rf", "neck", 30),
        report(28, redness=2, itch=2, itch_bothers=True),
        born=date(1995, 9, 21),
    ),
    story(
        *("Lewis Grant", "mn", "scalp", 20),
        report(19.6, want_contact=True, note="May I wear a cap at work?"),
        born=date(1989, 3, 5),
    ),
    story(
        *("Kofi Mensah", "mn", "face", 216),
        report(24, redness=2),
        report(70),
        report(110, **CALM),
        report(149, **CALM, signs=["patches"]),
        born=date(1972, 12, 14),
    ),
    story(
        *("Hannah Cole", "mn", "face", 192),
        report(25, redness=2),
        report(60),
        report(100, swelling=0),
        report(140, swelling=0),
        report(171, swelling=0),
        born=date(1999, 6, 11),
    ),
    story(
        *("Omar Aziz", "rf", "face", 360),
        report(26, redness=2, swelling=2, signs=["bruise"]),
        report(71, signs=["bruise"]),
        report(100, signs=["bruise"]),
        report(144, **CALM, signs=["bruise"]),
        report(340, **CALM, signs=["bruise"]),
        born=date(1980, 8, 26),
    ),
    story(
        *("Grace Ito", "rf", "face", 61),
        report(5, redness=2, swelling=2, came_back=None),
        report(27, pain=3, painkiller="too_soon", acknowledged_min=5),
        born=date(1963, 2, 19),
    ),
    story(*("Ben Achebe", "mn", "face", 52), born=date(2001, 10, 3)),
    story(
        *("Sofia Marin", "mn", "face", 650),
        report(4, redness=2, pain=1, swelling=1, came_back=None),
        report(22, redness=2, swelling=1),
        report(47, redness=1, signs=["peeling"]),
        report(71, **CALM, signs=["peeling"]),
        report(97, **CALM),
        report(120, **CALM),
        report(145, **CALM),
        report(334, **CALM),
        report(505, **CALM, note="All gone. Thank you."),
        born=date(1986, 5, 28),
    ),
    story(
        *("Tomasz Nowak", "mn", "cheeks", 246),
        report(6, redness=2, pain=1, came_back=None),
        report(25, redness=1),
        report(50, redness=1),
        report(
            74,
            redness=2,
            pain=2,
            painkiller="not_taken",
            signs=["pus"],
            acknowledged_min=6,
            closed_h=5.5,
            outcome="prescribed",
        ),
        report(98, redness=1, signs=["spots"]),
        report(122, **CALM, signs=["spots"]),
        report(147, **CALM),
        report(220, **CALM),
        born=date(1993, 12, 1),
    ),
    story(
        *("Ruth Okafor", "mn", "face", 222),
        report(21, redness=2),
        report(49, redness=1, signs=["peeling"]),
        report(95, **CALM),
        report(141, **CALM),
        report(188, **CALM, area="face"),
        report(198, redness=2, pain=1, came_back=None, area="neck"),
        report(216, redness=1, area="neck"),
        also=(Treatment(kind="mn", area="neck", h=192),),
        born=date(1975, 4, 8),
    ),
    story(
        *("Leila Haddad", "rf", "neck", 100),
        report(5, redness=3, pain=2, painkiller="helped", swelling=2, came_back=None),
        report(24, redness=2, swelling=2, itch=1),
        report(50, redness=2, swelling=1, itch=1),
        report(73, itch=1, signs=["peeling"]),
        report(97, swelling=0, signs=["peeling"]),
        born=date(1990, 1, 23),
    ),
    story(
        *("Yusuf Demir", "mn", "face", 150),
        report(7, redness=3, pain=1, came_back=None),
        report(26, redness=2, swelling=2),
        report(51, redness=2),
        report(
            74.5,
            redness=2,
            itch=1,
            acknowledged_min=18,
            closed_h=20.0,
            outcome="seen_in_clinic",
        ),
        report(98, redness=1),
        report(127, **CALM),
        intake=("iq4", "iq5"),
        born=date(1998, 3, 15),
    ),
    story(
        *("Nora Lindqvist", "mn", "face", 121),
        report(23, redness=2, pain=1),
        report(
            45,
            redness=2,
            pain=2,
            painkiller="did_not_help",
            signs=["cold_sore"],
            by_nurse=True,
            acknowledged_min=1,
            closed_h=2.0,
            outcome="prescribed",
        ),
        report(69, redness=1, pain=1),
        report(93, **CALM, signs=["peeling"]),
        report(119, **CALM, signs=["peeling"]),
        intake=("iq2",),
        born=date(1982, 9, 9),
    ),
    story(
        *("Elena Petrova", "rf", "face", 172),
        report(8, redness=3, swelling=2, came_back=None),
        report(31, redness=2, swelling=2, described_h=24),
        report(55, redness=2),
        report(
            100,
            swelling=0,
            came_back="not_sure",
            acknowledged_min=35,
            closed_h=3.0,
            outcome="expected_course",
        ),
        report(126, **CALM),
        report(150, **CALM),
        born=date(1970, 7, 2),
    ),
)
