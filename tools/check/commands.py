"""Runs the commands that checks and test runs are made of."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from tools.servers.process import ROOT

PATIENCE_SECONDS = 60.0  # what pytest gets to stop the servers of its tests


def python(*arguments: str) -> list[str]:
    """The command of a module or script in this virtual environment."""
    return [sys.executable, *arguments]


def run_quietly(title: str, command: Sequence[str], env: Mapping[str, str]) -> bool:
    """Run a check; one line when it holds, its whole output when it does not."""
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
    """Run a command on our own terminal; its exit code. When we are stopped, it stops in order first."""
    child = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        return child.wait()
    except BaseException as stopped:
        # The terminal's Ctrl-C has reached the child already; a second one would cut its clearing up short.
        if not isinstance(stopped, KeyboardInterrupt):
            child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=PATIENCE_SECONDS)
        finally:
            child.kill()
        raise
