"""The nudge: after a commit, tell a worker that there is something to send. The sweep is the guarantee, not this."""

from __future__ import annotations

from django.db import transaction

from aftercare.outbox.background import Background

# Room for one: a nudge that waits stands for every commit before it.
_background = Background("nudge", 1)


def nudge_after_commit() -> None:
    """Nudge once the surrounding transaction is committed, outside the request."""
    transaction.on_commit(lambda: _background.submit(publish))


def publish() -> None:
    """Ask a worker to sweep now. May hang for seconds on a frozen broker, hence the thread."""
    from aftercare.outbox.tasks import sweep

    sweep.apply_async(retry=False, expires=30)


def wait() -> None:
    """Wait until the nudge that was asked for is out."""
    _background.wait()
