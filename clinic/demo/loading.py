"""Loading of the demo: fixed stories through the real actions, random stories in bulk by several processes."""

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
from clinic.demo.bulk_stories import RowBatch, StoryBuilder, StoryContext
from clinic.demo.clinics import address, nurse_of, open_clinic
from clinic.demo.materials import operators_of
from clinic.demo.open_stories import open_alert_story, silent_story
from clinic.demo.random_stories import random_stories
from clinic.demo.replay import replay_story
from clinic.demo.stories import STORIES
from clinic.demo.story_steps import Story

# The size of a transaction: large enough to keep the database busy, small enough for memory.
CHECK_INS_AT_ONCE, PATIENTS_AT_ONCE = 5_000, 500
SILENT_PATIENTS = 3  # silent patients of each clinic, where check-ins are loaded in bulk


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """The options of `seed_demo`. `patients`: per clinic; `check_ins`: of all clinics together."""

    patients: int | None
    check_ins: int | None
    clinics: int
    days: int
    open_alerts: int | None
    seed: int
    processes: int
    now: datetime

    def rng(self, *parts: object) -> random.Random:
        """Return the random generator of one part of the demo, independent of how the work is split."""
        return random.Random("-".join(str(part) for part in (self.seed, *parts)))  # noqa: S311 (makes people up)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Random patients of one clinic that are written in one transaction."""

    clinic_id: int
    clinic_number: int
    position: int
    first_number: int
    options: DemoOptions
    patients: int | None = None
    check_ins: int | None = None
    each: int | None = None

    def stories(self, rng: random.Random) -> Iterable[Story]:
        return random_stories(
            self.first_number,
            rng,
            now=self.options.now,
            days=self.options.days,
            patients=self.patients,
            check_ins=self.check_ins,
            each=self.each,
        )


@transaction.atomic
def load_clinic(number: int, options: DemoOptions) -> Clinic:
    """Create the `number`th clinic with its staff, its fixed stories and its open alerts."""
    courses_from = options.now - timedelta(days=options.days + 30)
    clinic = open_clinic(number, courses_from=courses_from)
    nurse = nurse_of(clinic).user
    for position, story in enumerate(stories_of(number, options), start=1):
        replay_story(
            story, clinic=clinic, clinic_number=number, number=position, nurse=nurse, now=options.now
        )
    load_open_alerts(clinic, number, options)
    return clinic


def stories_of(number: int, options: DemoOptions) -> tuple[Story, ...]:
    """Return the fixed stories: in the first clinic, and in the others too unless check-ins are loaded in bulk."""
    return STORIES[: options.patients] if number == 1 or options.check_ins is None else ()


def load_open_alerts(clinic: Clinic, number: int, options: DemoOptions) -> None:
    """Create as many patients with an open alert as `open_alerts` still needs, and some silent patients."""
    rng = options.rng(number, "waiting")
    first = len(STORIES) + 1
    missing = max(0, (options.open_alerts or 0) - clinic.alerts.open().count())
    stories = [open_alert_story(first + position, rng) for position in range(missing)]
    if options.check_ins is not None:
        stories += [silent_story(first + missing + position, rng) for position in range(SILENT_PATIENTS)]
    write_stories(stories, clinic=clinic, clinic_number=number, rng=rng, now=options.now)


def chunks_of(clinic: Clinic, number: int, options: DemoOptions) -> Iterator[Chunk]:
    """Yield the chunks that the clinic still needs. Any process can write any chunk."""
    first = clinic.patients.count() + len(STORIES) + 1
    patients = None if options.patients is None else max(0, options.patients - clinic.patients.count())
    if options.check_ins is None:
        yield from patient_chunks(clinic, number, options, first, patients=patients or 0)
        return
    share = options.check_ins // options.clinics + (number <= options.check_ins % options.clinics)
    missing = max(0, share - CheckIn.objects.filter(patient__clinic=clinic).count())
    each = max(1, missing // patients) if patients else None
    at_once = CHECK_INS_AT_ONCE - CHECK_INS_AT_ONCE % (each or 1) or (each or 1)
    for position, begun in enumerate(range(0, missing, at_once)):
        yield Chunk(
            clinic_id=clinic.pk,
            clinic_number=number,
            position=position,
            # Every patient has at least one check-in, except those treated just now.
            first_number=first + position * 2 * CHECK_INS_AT_ONCE,
            options=options,
            check_ins=min(at_once, missing - begun),
            each=each,
        )


def patient_chunks(
    clinic: Clinic, number: int, options: DemoOptions, first: int, *, patients: int
) -> Iterator[Chunk]:
    """Yield chunks of `patients` patients, each with the usual check-ins."""
    for position, begun in enumerate(range(0, patients, PATIENTS_AT_ONCE)):
        yield Chunk(
            clinic_id=clinic.pk,
            clinic_number=number,
            position=position,
            first_number=first + begun,
            options=options,
            patients=min(PATIENTS_AT_ONCE, patients - begun),
        )


def load_chunk(chunk: Chunk) -> Counter[str]:
    """Generate and write one chunk. Returns the number of rows by table."""
    clinic = Clinic.objects.get(pk=chunk.clinic_id)
    rng = chunk.options.rng(chunk.clinic_number, "chunk", chunk.position)
    stories = list(chunk.stories(rng))
    return write_stories(
        stories, clinic=clinic, clinic_number=chunk.clinic_number, rng=rng, now=chunk.options.now
    )


@transaction.atomic
def write_stories(
    stories: list[Story], *, clinic: Clinic, clinic_number: int, rng: random.Random, now: datetime
) -> Counter[str]:
    """Write random stories to the database. The number in a patient's e-mail address is the record number."""
    course_set = ExpectedCourseSet.objects.current_of(clinic.pk)
    assert course_set is not None
    nurse = nurse_of(clinic).user
    context = StoryContext(
        clinic=clinic,
        nurse=nurse,
        course_set_id=course_set.pk,
        recipient_ids=(nurse.pk,),
        operators=operators_of(clinic),
        now=now,
    )
    users = User.objects.bulk_create(
        User(
            email=address(story.email, clinic_number),
            first_name=story.first_name,
            last_name=story.last_name,
            password="!",  # noqa: S106 (none: people sign in by e-mailed code)
        )
        for story in stories
    )
    batch = RowBatch()
    for story, user in zip(stories, users, strict=True):
        number = int(story.email.split("@")[0].rpartition("-")[2])
        StoryBuilder(story, user=user, number=number, context=context, batch=batch, rng=rng).build()
    batch.write()
    return Counter(patients=len(batch.patients), check_ins=len(batch.check_ins), alerts=len(batch.alerts))


def load_chunks(chunks: list[Chunk], processes: int) -> Iterator[Counter[str]]:
    """Write all chunks, by several processes if asked for, and yield the row counts as they come in."""
    if processes == 1 or len(chunks) == 1:
        yield from map(load_chunk, chunks)
        return
    # A database connection must not be shared with a child process.
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork"), initializer=disable_gc) as pool:
        yield from pool.map(load_chunk, chunks)


def disable_gc() -> None:
    """Turn garbage collection off in a worker: its memory holds rows without reference cycles."""
    gc.freeze()
    gc.disable()


def analyse() -> None:
    """Run ANALYZE on PostgreSQL: a freshly filled database has no statistics yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
