"""Loads the demo: the told stories through the real actions, the drawn ones in bulk, by several processes."""

from __future__ import annotations

import gc
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context

from django.db import connection, connections, transaction

from aftercare.checkins.models import CheckIn
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Clinic, User
from clinic.demo.acting import act_out
from clinic.demo.clinics import address, nurse_of, open_clinic
from clinic.demo.drawn import drawn_stories
from clinic.demo.left_open import silent_story, waiting_story
from clinic.demo.memory import Books, Life, Setting
from clinic.demo.plot import Story
from clinic.demo.stories import STORIES

# A transaction's worth: enough to keep the database busy, little enough to hold in memory.
CHECK_INS_AT_ONCE, PATIENTS_AT_ONCE = 5_000, 500
SILENT = 3  # patients of each clinic from whom nothing comes, where check-ins are loaded in bulk


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for. `patients` of each clinic; `check_ins` of all clinics together."""

    patients: int | None
    check_ins: int | None
    clinics: int
    days: int
    open_alerts: int | None
    seed: int
    processes: int
    now: datetime

    def chance(self, *parts: object) -> random.Random:
        """The chance of one part of the demo, the same however the work is shared out."""
        return random.Random("-".join(str(part) for part in (self.seed, *parts)))  # noqa: S311 (makes people up)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Drawn patients of one clinic that are written together."""

    clinic_id: int
    clinic_number: int
    position: int
    first_number: int
    wanted: Wanted
    patients: int | None = None
    check_ins: int | None = None
    each: int | None = None

    def stories(self, chance: random.Random) -> Iterable[Story]:
        return drawn_stories(
            self.first_number,
            chance,
            now=self.wanted.now,
            days=self.wanted.days,
            patients=self.patients,
            check_ins=self.check_ins,
            each=self.each,
        )


@transaction.atomic
def load_clinic(number: int, wanted: Wanted) -> Clinic:
    """The `number`th clinic with its staff, the stories told of it, and the patients who wait there."""
    courses_from = wanted.now - timedelta(days=wanted.days + 30)
    clinic = open_clinic(number, courses_from=courses_from)
    nurse = nurse_of(clinic).user
    for position, story in enumerate(stories_of(number, wanted), start=1):
        act_out(story, clinic=clinic, clinic_number=number, number=position, nurse=nurse, now=wanted.now)
    load_waiting(clinic, number, wanted)
    return clinic


def stories_of(number: int, wanted: Wanted) -> tuple[Story, ...]:
    """The told stories: in the first clinic, and in the others too where there are no masses to load."""
    return STORIES[: wanted.patients] if number == 1 or wanted.check_ins is None else ()


def load_waiting(clinic: Clinic, number: int, wanted: Wanted) -> None:
    """As many patients with an open alert as are missing from what was asked for, and some silent ones."""
    chance = wanted.chance(number, "waiting")
    first = len(STORIES) + 1
    missing = max(0, (wanted.open_alerts or 0) - clinic.alerts.open().count())
    stories = [waiting_story(first + position, chance) for position in range(missing)]
    if wanted.check_ins is not None:
        stories += [silent_story(first + missing + position, chance) for position in range(SILENT)]
    write_stories(stories, clinic=clinic, clinic_number=number, chance=chance, now=wanted.now)


def chunks_of(clinic: Clinic, number: int, wanted: Wanted) -> Iterator[Chunk]:
    """What is still missing of one clinic, in chunks that any process can write."""
    first = clinic.patients.count() + len(STORIES) + 1
    patients = None if wanted.patients is None else max(0, wanted.patients - clinic.patients.count())
    if wanted.check_ins is None:
        yield from split(clinic, number, wanted, first, patients=patients or 0)
        return
    share = wanted.check_ins // wanted.clinics + (number <= wanted.check_ins % wanted.clinics)
    missing = max(0, share - CheckIn.objects.filter(patient__clinic=clinic).count())
    each = max(1, missing // patients) if patients else None
    at_once = CHECK_INS_AT_ONCE - CHECK_INS_AT_ONCE % (each or 1) or (each or 1)
    for position, begun in enumerate(range(0, missing, at_once)):
        yield Chunk(
            clinic_id=clinic.pk,
            clinic_number=number,
            position=position,
            # No patient has less than one check-in, but those who are drawn as treated just now.
            first_number=first + position * 2 * CHECK_INS_AT_ONCE,
            wanted=wanted,
            check_ins=min(at_once, missing - begun),
            each=each,
        )


def split(clinic: Clinic, number: int, wanted: Wanted, first: int, *, patients: int) -> Iterator[Chunk]:
    """So many patients, each with the usual check-ins."""
    for position, begun in enumerate(range(0, patients, PATIENTS_AT_ONCE)):
        yield Chunk(
            clinic_id=clinic.pk,
            clinic_number=number,
            position=position,
            first_number=first + begun,
            wanted=wanted,
            patients=min(PATIENTS_AT_ONCE, patients - begun),
        )


def load_chunk(chunk: Chunk) -> Counter[str]:
    """Draw and write one chunk; how many rows of what."""
    clinic = Clinic.objects.get(pk=chunk.clinic_id)
    chance = chunk.wanted.chance(chunk.clinic_number, "chunk", chunk.position)
    stories = list(chunk.stories(chance))
    return write_stories(
        stories, clinic=clinic, clinic_number=chunk.clinic_number, chance=chance, now=chunk.wanted.now
    )


@transaction.atomic
def write_stories(
    stories: list[Story], *, clinic: Clinic, clinic_number: int, chance: random.Random, now: datetime
) -> Counter[str]:
    """Bring drawn stories into the database; the number in a patient's address is the record number."""
    course_set = ExpectedCourseSet.objects.current_of(clinic.pk)
    assert course_set is not None
    nurse = nurse_of(clinic).user
    setting = Setting(clinic=clinic, nurse=nurse, course_set_id=course_set.pk, told_ids=(nurse.pk,), now=now)
    users = User.objects.bulk_create(
        User(
            email=address(story.email, clinic_number),
            first_name=story.first_name,
            last_name=story.last_name,
            password="!",  # noqa: S106 (none: people sign in by e-mailed code)
        )
        for story in stories
    )
    books = Books()
    for story, user in zip(stories, users, strict=True):
        number = int(story.email.split("@")[0].rpartition("-")[2])
        Life(story, user=user, number=number, setting=setting, books=books, chance=chance).live()
    books.write()
    return Counter(patients=len(books.patients), check_ins=len(books.check_ins), alerts=len(books.alerts))


def load_chunks(chunks: list[Chunk], processes: int) -> Iterator[Counter[str]]:
    """Write all chunks, by several processes where that was asked for; the counts as they come in."""
    if processes == 1 or len(chunks) == 1:
        yield from map(load_chunk, chunks)
        return
    # A connection does not survive being shared with a child.
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork"), initializer=begin) as pool:
        yield from pool.map(load_chunk, chunks)


def begin() -> None:
    """A worker's memory is all rows that are written and dropped: looking for cycles among them only costs time."""
    gc.freeze()
    gc.disable()


def analyse() -> None:
    """A database in use has statistics; one that was filled a moment ago has none yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
