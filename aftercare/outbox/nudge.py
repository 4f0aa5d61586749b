"""After a commit, wake a worker to deliver at once. Only a shortcut: the periodic sweep guarantees delivery."""

from __future__ import annotations

import time

from django.db import transaction

from aftercare.outbox.background import Background

# The first nudge leaves at once, further ones no sooner than this after it, together: each is a sweep of its own.
APART = 0.05  # seconds
# A queue of one: a waiting nudge covers every commit before it.
_background = Background("nudge", 1)


def nudge_after_commit() -> None:
    """Nudge a worker after the current transaction commits, outside the request."""
    transaction.on_commit(lambda: _background.submit(nudge))


def nudge() -> None:
    """Publish the sweep task, then let the next nudges gather."""
    try:
        publish()
    finally:
        time.sleep(APART)


def publish() -> None:
    """Publish the sweep task; may block for seconds if the broker hangs, hence the thread."""
    from aftercare.outbox.tasks import sweep

    sweep.apply_async(retry=False, expires=30)


def wait() -> None:
    """Block until a queued nudge is published."""
    _background.wait()
