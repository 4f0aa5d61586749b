"""Leaving nothing behind: a command that starts servers ends every one, however it is ended itself."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # from <linux/prctl.h>


@contextlib.contextmanager
def nothing_left_behind() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind as Ctrl-C does; what is left of our descendants at the end is killed."""
    # A script that starts us in the background hands Ctrl-C down as a signal to ignore.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    _adopt_orphans()
    try:
        yield
    finally:
        _end_descendants()


def _leave(number: int, _frame: object) -> None:
    # Once only: a second signal must not cut the clearing up short.
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _adopt_orphans() -> None:
    """Become the parent of what our descendants leave running, such as the servers of a test that crashed.

    Linux alone can do that; elsewhere such a server is left to its owner.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """The process's children, their children and so on (Linux; elsewhere none)."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name stands in brackets and may hold anything; after it come the state and the parent.
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
