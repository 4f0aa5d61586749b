"""Cleanup of child processes: a command that starts servers ends all of them, however it is ended itself."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # from <linux/prctl.h>


@contextlib.contextmanager
def process_cleanup() -> Iterator[None]:
    """Unwind on SIGTERM and SIGHUP as on Ctrl-C, and kill the remaining descendants at the end."""
    # A shell that starts this process in the background sets SIGINT to be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    _adopt_orphans()
    try:
        yield
    finally:
        _end_descendants()


def _leave(number: int, _frame: object) -> None:
    # Once only: a second signal must not interrupt the cleanup.
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _adopt_orphans() -> None:
    """Become the parent of orphaned descendants, such as the servers of a crashed test. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """Return the pids of all descendants of a process (Linux; elsewhere none)."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # After the name in brackets, which may contain anything, come the state and the parent.
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found, waiting = [], [pid]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.append(child)
            waiting.append(child)
    return found


def _end_descendants() -> None:
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
