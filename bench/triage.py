"""Measure assessments per second on one core, each for the tenth check-in of its series.

The series mix typical patients: most settle quietly, some flare, some are at risk, some have no procedure
recorded. The floor is a loop over the same check-ins that only reads the four severities of each series, so
that ``ratio`` relates the rules to the least possible cost.

    .venv/bin/python bench/triage.py [seconds]
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aftercare.triage import (
    DEFAULT_COURSES,
    SYMPTOMS,
    Answers,
    CameBack,
    Entry,
    Painkiller,
    Sign,
    Unwell,
    evaluate,
)

START = datetime(2026, 1, 12, 10, tzinfo=UTC)
SERIES = 500
CHECK_INS = 10


class Patient(NamedTuple):
    entry: Entry
    others: list[Entry]
    performed_at: datetime | None
    at_risk: bool


def answers(rng: random.Random, day: int, flare: bool) -> Answers:
    """Return answers that start strong and settle over the days; a flare rises again on the last day."""
    height = 3 if flare else max(0, 3 - day)

    def severity() -> int | None:
        return None if rng.random() < 0.05 else min(4, max(0, height + rng.choice((-1, 0, 0, 1))))

    pain = severity()
    return Answers(
        redness=severity(),
        pain=pain,
        swelling=severity(),
        itch=severity(),
        painkiller=rng.choice(list(Painkiller)) if pain is not None and pain >= 2 else None,
        came_back=CameBack.REDNESS if flare else CameBack.NO,
        signs=frozenset({rng.choice(list(Sign))}) if flare or rng.random() < 0.1 else frozenset(),
        unwell=frozenset({Unwell.FEVER}) if flare and rng.random() < 0.3 else frozenset(),
        emergency=frozenset(),
        want_contact=False,
    )


def patients() -> list[Patient]:
    rng = random.Random(1)
    found = []
    for number in range(SERIES):
        course = DEFAULT_COURSES[rng.choice(("mn", "rf"))]
        flares = number % 4 == 0
        series = [
            Entry(
                day,
                START + timedelta(hours=20 * day + rng.random() * 8),
                answers(rng, day, flares and day == CHECK_INS - 1),
                course,
            )
            for day in range(CHECK_INS)
        ]
        performed_at = None if number % 20 == 0 else START
        found.append(Patient(series[-1], series, performed_at, number % 10 == 0))
    return found


def judge(patient: Patient) -> None:
    evaluate(patient.entry, patient.others, performed_at=patient.performed_at, at_risk=patient.at_risk)


def read(patient: Patient) -> None:
    for symptom in SYMPTOMS:
        values = [getattr(other.answers, symptom) for other in patient.others]
        min((value for value in values if value is not None), default=None)


def per_second(work: Callable[[Patient], None], over: list[Patient], seconds: float) -> float:
    """Return the median over rounds of calls per second of CPU time, which other processes do not affect."""
    rounds = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.process_time()
        for patient in over:
            work(patient)
        rounds.append(len(over) / (time.process_time() - begun))
    return statistics.median(rounds)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    over = patients()
    quiet = [patient for patient in over if patient.entry.answers.came_back is CameBack.NO]
    flaring = [patient for patient in over if patient.entry.answers.came_back is not CameBack.NO]
    floor = per_second(read, over, seconds / 4)
    rate = per_second(judge, over, seconds)
    print(
        json.dumps(
            {
                "assessments_per_s": round(rate),
                "quiet_per_s": round(per_second(judge, quiet, seconds / 4)),
                "flaring_per_s": round(per_second(judge, flaring, seconds / 4)),
                "floor_per_s": round(floor),
                "ratio": round(rate / floor, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
