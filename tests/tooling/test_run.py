"""bin/run as a whole: the main job, and nothing left behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tools.check import migrated
from tools.run.prepare import STAMP, static_fingerprint
from tools.servers.cleanup import descendants
from tools.servers.portal import bare_environment
from tools.servers.ports import answers, free_port
from tools.servers.process import ROOT, wait_until

pytestmark = pytest.mark.processes

START_SECONDS = 120


@contextmanager
def running(folder: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """bin/run in a folder of its own, up."""
    env = {**bare_environment(), "VENV": sys.prefix, "DATA_DIR": str(folder), "PORT": str(port)}
    output = folder / "output"
    with output.open("w") as file:
        child = subprocess.Popen(
            [ROOT / "bin/run"],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        wait_until(
            lambda: "Ctrl-C" in output.read_text() or child.poll() is not None,
            seconds=START_SECONDS,
            what="bin/run does not come up",
        )
        assert child.poll() is None, output.read_text()
        yield child
    finally:
        child.terminate()
        child.wait(timeout=60)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demonstration that was started once, on a migrated database, with collected files.

    Both are most of a first start from nothing, which is that of the smoke run.
    """
    folder = tmp_path_factory.mktemp("demonstration")
    assert migrated.sqlite_file(folder / "aftercare.sqlite3", os.environ)
    shutil.copytree(settings.STATIC_ROOT, folder / "static")
    (folder / STAMP).write_text(static_fingerprint())
    with running(folder, free_port()):
        pass
    return folder


@pytest.fixture
def data(demonstration: Path, tmp_path: Path) -> Path:
    """A copy of that data, the portal's to change."""
    return Path(shutil.copytree(demonstration, tmp_path / "data"))


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_the_smoke_run_does_the_main_job_and_prints_each_step_with_its_seconds() -> None:
    env = {**bare_environment(), "VENV": sys.prefix, "PORT": "not a port: --smoke finds its own"}
    done = subprocess.run(
        [ROOT / "bin/run", "--smoke"],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps = re.findall(r"^(.+?) +\d+\.\d\d s$", done.stdout, re.MULTILINE)
    assert len(steps) == len(done.stdout.splitlines())
    for wanted in ("patient signs in", "reports pus", "call now", "e-mail", "alert in the queue"):
        assert any(wanted in step for step in steps)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_every_process_and_the_address_is_free_again(
    number: signal.Signals, data: Path
) -> None:
    port = free_port()
    with running(data, port) as child:
        with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=10) as response:
            assert response.status == 200
        printed = (data / "output").read_text()
        assert f"http://localhost:{port}/" in printed
        for who in ("patient", "nurse", "clinician", "manager"):
            assert re.search(rf"^  {who} +http://localhost:{port}/accounts/", printed, re.MULTILINE)
        started = descendants(child.pid)
        # Broker, web with two workers, Celery worker with two, beat.
        assert len(started) >= 8
        os.kill(child.pid, number)
        assert child.wait(timeout=60) == (0 if number == signal.SIGINT else 128 + number)
    assert all(is_gone(pid) for pid in started)
    assert not answers(port)


def test_a_process_that_ends_by_itself_is_named_and_ends_all_others(data: Path) -> None:
    with running(data, free_port()) as child:
        started = descendants(child.pid)
        beat = next(
            pid for pid in started if b"beat" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        )
        os.kill(beat, signal.SIGKILL)
        assert child.wait(timeout=60) == 1
        assert "The process “beat” ended by itself" in (data / "output").read_text()
    assert all(is_gone(pid) for pid in started)
