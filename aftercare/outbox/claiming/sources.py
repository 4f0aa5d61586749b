"""The sources, which are asked before each claim to write the messages that have fallen due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError

from aftercare.outbox.registry import Source, sources

logger = logging.getLogger(__name__)


class Turns:
    """Turns of this process's threads to ask the sources, one at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun = 0
        # The number of the last turn that finished.
        self.finished = 0


_turns = Turns()


def run_sources(clock: Callable[[], datetime]) -> int:
    """Let every source write the messages that have fallen due; return for how many events.

    Of several threads that wait for their turn the first one asks for all of them: its turn begins after they came.
    """
    before = _turns.begun
    with _turns.lock:
        if _turns.finished > before:
            return 0
        _turns.begun += 1
        written = sum(run_source(name, source, clock()) for name, source in sources().items())
        _turns.finished = _turns.begun
        return written


def run_source(name: str, source: Source, now: datetime) -> int:
    """Run a source; an error is logged, so that the others still run."""
    try:
        return source(now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("source %s failed", name)
        return 0
