"""A server process with a log, stopped together with its process group."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.servers.errors import ServerError

ROOT = Path(__file__).resolve().parents[2]


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Poll every 50 ms until `ready` holds. Returns the seconds it took; raises ServerError that names `what`."""
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > seconds:
            raise ServerError(f"Waited {seconds:g} seconds in vain: {what}.")
        time.sleep(0.05)
    return time.monotonic() - began


class Process:
    """A server. It leads its own process group, so that Ctrl-C does not reach it directly."""

    stop_signal = signal.SIGTERM
    start_seconds = 30.0
    stop_seconds = 10.0

    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        user: str | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(os.environ if env is None else env)
        self.user = user
        self.log = log
        self._own_log = log is None
        self._child: subprocess.Popen[bytes] | None = None

    def is_ready(self) -> bool:
        """Return whether the server responds. Subclasses override it."""
        return self.is_alive()

    @property
    def pid(self) -> int:
        if self._child is None:
            raise ServerError(f"{self.name} has not been started.")
        return self._child.pid

    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def exit_code(self) -> int | None:
        return None if self._child is None else self._child.poll()

    def launch(self) -> None:
        """Start the process without waiting."""
        if self.log is None:
            handle, path = tempfile.mkstemp(prefix="aftercare-", suffix=".log")
            os.close(handle)
            self.log = Path(path)
        with self.log.open("ab") as output:
            try:
                self._child = subprocess.Popen(
                    self.command,
                    env=self.env,
                    cwd=ROOT if self.user is None else "/",
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    user=self.user,
                    group=self.user and _group_of(self.user),
                    extra_groups=None if self.user is None else [],
                )
            except OSError as error:
                raise ServerError(f"{self.name} could not be started: {error}.") from error

    def wait_ready(self) -> None:
        def answers_or_died() -> bool:
            if not self.is_alive():
                raise ServerError(f"{self.name} stopped while starting. Its last lines:\n{self.last_lines()}")
            return self.is_ready()

        try:
            wait_until(answers_or_died, seconds=self.start_seconds, what=f"{self.name} does not answer")
        except ServerError:
            self.stop()
            raise

    def start(self) -> Self:
        self.launch()
        self.wait_ready()
        return self

    def stop(self) -> None:
        """Ask the process to stop, wait, then kill the rest of its process group."""
        if self._child is None:
            return
        if self.is_alive():
            # A suspended process would not receive the signal.
            self.signal(signal.SIGCONT)
            self.signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=self.stop_seconds)
        self.kill()
        if self._own_log and self.log is not None:
            self.log.unlink(missing_ok=True)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the leading process only."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def freeze(self) -> None:
        """Suspend the whole group (SIGSTOP): it keeps its connections and responds to nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill the whole group (SIGKILL)."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._child is not None:
            self._child.wait()

    def last_lines(self, count: int = 20) -> str:
        if self.log is None or not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
