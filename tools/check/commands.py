"""Commands that checks and test runs consist of."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from tools.servers.process import ROOT

PATIENCE_SECONDS = 60.0  # for pytest to stop the servers of its tests


def python(*arguments: str) -> list[str]:
    """Return the command of a module or script in this virtual environment."""
    return [sys.executable, *arguments]


def run_quietly(title: str, command: Sequence[str], env: Mapping[str, str]) -> bool:
    """Run a check. Prints one line if it passes, all of its output if it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{title:<22} {verdict:<7} {time.monotonic() - began:6.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def run_openly(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a command on this terminal and return its exit code. Stops the command first if this process is stopped."""
    child = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        return child.wait()
    except BaseException as stopped:
        # The terminal sends Ctrl-C to the child too; a second one would interrupt its cleanup.
        if not isinstance(stopped, KeyboardInterrupt):
            child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=PATIENCE_SECONDS)
        finally:
            child.kill()
        raise
