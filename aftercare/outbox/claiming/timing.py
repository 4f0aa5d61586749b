"""The times by which messages go, as the environment sets them (docs/operating.md)."""

from __future__ import annotations

import random
from datetime import timedelta

from django.conf import settings

MAX_ATTEMPTS = 40  # with the waits below, more than half a day of refusals
MAX_DEATHS = 5  # a message that ends its worker this often is given up, for the others' sake
LONGEST_RETRY = timedelta(minutes=20)
LONGEST_PAUSE = timedelta(seconds=60)
# One mail after another to one recipient: after so many within the fold, the rest come together …
BURST = 5
# … and no more often than this.
DIGEST_EVERY = timedelta(seconds=15)
MOST_IN_ONE = 500  # messages that one mail may stand for


def claim_life() -> timedelta:
    """A worker that claimed a message and said nothing for this long is taken to be dead."""
    return timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS)


def probe() -> timedelta:
    """How long a first try after an outage may take before another worker makes one too."""
    return claim_life() / 2


def batch_window() -> timedelta:
    """Messages of one thread within this time are one."""
    return timedelta(seconds=settings.OUTBOX_FOLD_SECONDS)


def retry_delay(attempts: int) -> timedelta:
    """How long a message waits after `attempts` failed ones: doubling, with a fifth of jitter, to 20 min."""
    return doubled(attempts, LONGEST_RETRY)


def pause(outages: int) -> timedelta:
    """How long a line rests after `outages` in a row: doubling, with a fifth of jitter, to a minute."""
    return doubled(outages, LONGEST_PAUSE)


def doubled(times: int, longest: timedelta) -> timedelta:
    first = timedelta(seconds=settings.OUTBOX_RETRY_SECONDS)
    wait: timedelta = min(first * 2 ** min(times - 1, 20), longest)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 (spreads load, guards nothing)
