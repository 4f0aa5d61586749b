"""Delivery intervals and limits; the environment can set some of them (docs/operating.md)."""

from __future__ import annotations

import random
from datetime import timedelta

from django.conf import settings

MAX_ATTEMPTS = 40  # with the delays below, more than half a day
MAX_DEATHS = 5  # worker crashes after which a message is failed, to protect the other messages
LONGEST_RETRY = timedelta(minutes=20)
LONGEST_PAUSE = timedelta(seconds=60)
# Mails to one recipient within the batch window after which further ones are batched …
BURST = 5
# … and sent no more often than this.
DIGEST_EVERY = timedelta(seconds=15)
MAX_BATCH = 500  # messages in one mail


def claim_life() -> timedelta:
    """Return how long a claim is valid; afterwards its worker is taken to have crashed."""
    return timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS)


def probe() -> timedelta:
    """Return how long other workers wait for the first attempt after an outage."""
    return claim_life() / 2


def batch_window() -> timedelta:
    """Return the window within which messages of one thread are one mail."""
    return timedelta(seconds=settings.OUTBOX_FOLD_SECONDS)


def retry_delay(attempts: int) -> timedelta:
    """Return the delay after `attempts` failures: doubling up to 20 min, with 20 % jitter."""
    return doubled(attempts, LONGEST_RETRY)


def pause(outages: int) -> timedelta:
    """Return the pause of a channel after `outages` in a row: doubling up to a minute, with 20 % jitter."""
    return doubled(outages, LONGEST_PAUSE)


def doubled(times: int, longest: timedelta) -> timedelta:
    first = timedelta(seconds=settings.OUTBOX_RETRY_SECONDS)
    wait: timedelta = min(first * 2 ** min(times - 1, 20), longest)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 (spreads load, guards nothing)
