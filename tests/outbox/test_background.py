"""The nudge: outside the request, bounded, dropped when there is no room."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.db import transaction

from aftercare.outbox import nudge, tasks
from aftercare.outbox.background import Background

PATIENCE = 10


class Busy:
    """A job that lasts until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.release = threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        self.release.wait(PATIENCE)


@pytest.fixture
def busy() -> Iterator[Busy]:
    job = Busy()
    yield job
    job.release.set()


def test_what_does_not_fit_is_dropped_at_once(busy: Busy) -> None:
    background, done = Background("test", 1), list[int]()
    assert background.submit(busy)
    assert busy.begun.wait(PATIENCE)

    taken = [background.submit(lambda number=number: done.append(number)) for number in range(3)]  # type: ignore[misc]

    assert taken == [True, False, False]
    busy.release.set()
    background.wait()
    assert done == [0]


def test_a_job_that_fails_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    background, done = Background("test", 2), list[int]()

    def fails() -> None:
        raise ZeroDivisionError

    background.submit(fails)
    background.submit(lambda: done.append(1))
    background.wait()

    assert done == [1]
    assert "ZeroDivisionError" in caplog.text


def test_jobs_run_in_another_thread() -> None:
    background, threads = Background("test", 1), list[threading.Thread]()

    background.submit(lambda: threads.append(threading.current_thread()))
    background.wait()

    assert threads[0] is not threading.current_thread()
    assert threads[0].daemon


@pytest.mark.django_db(transaction=True)
def test_the_nudge_waits_for_the_commit_and_is_dropped_with_a_rollback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nudges: list[object] = []
    monkeypatch.setattr(nudge._background, "submit", nudges.append)

    with transaction.atomic():
        nudge.nudge_after_commit()
        assert nudges == []
    assert len(nudges) == 1
    with transaction.atomic():
        nudge.nudge_after_commit()
        transaction.set_rollback(True)
    assert len(nudges) == 1


@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_cannot_reach_the_broker_harms_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(**_options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.sweep, "apply_async", fails)

    with transaction.atomic():
        nudge.nudge_after_commit()
    nudge.wait()

    assert "ConnectionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_nudges_in_a_rush_gather_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[float] = []
    monkeypatch.setattr(nudge, "publish", lambda: published.append(time.monotonic()))

    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        last = time.monotonic()
        with transaction.atomic():
            nudge.nudge_after_commit()
    nudge.wait()

    assert 2 <= len(published) <= 12
    assert min(later - sooner for sooner, later in pairwise(published)) >= nudge.APART
    # The last commit has a nudge after it.
    assert published[-1] >= last
