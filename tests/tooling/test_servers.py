"""The throwaway servers: found or named, started, and always stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.servers import chromium, nginx, packages, postgres
from tools.servers.errors import ServerError
from tools.servers.ports import answers, free_port, is_taken
from tools.servers.process import ROOT, Process, wait_until
from tools.servers.valkey import Valkey


def programs(folder: Path, *names: str) -> Path:
    """A folder with executable files of these names."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def is_running(pid: int) -> bool:
    """Return True if a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_postgresql_is_taken_from_pg_bin_before_path(tmp_path: Path) -> None:
    named = programs(tmp_path / "named", "initdb", "postgres")
    on_path = programs(tmp_path / "path", "initdb", "postgres")
    environment = {"PG_BIN": str(named), "PATH": str(on_path)}
    assert postgres.find_binaries(environment, tmp_path / "none") == named


def test_a_pg_bin_without_servers_is_an_error_that_names_it(tmp_path: Path) -> None:
    folder = programs(tmp_path / "client", "psql")
    with pytest.raises(ServerError, match="PG_BIN"):
        postgres.find_binaries({"PG_BIN": str(folder)}, tmp_path / "none")


def test_postgresql_on_path_comes_before_debians_folder(tmp_path: Path) -> None:
    on_path = programs(tmp_path / "path", "initdb", "postgres")
    programs(tmp_path / "debian/15/bin", "initdb", "postgres")
    assert postgres.find_binaries({"PATH": str(on_path)}, tmp_path / "debian") == on_path


def test_debians_newest_postgresql_is_taken_by_number_not_by_letter(tmp_path: Path) -> None:
    programs(tmp_path / "debian/9.6/bin", "initdb", "postgres")
    newest = programs(tmp_path / "debian/15/bin", "initdb", "postgres")
    programs(tmp_path / "debian/16/bin", "psql")
    assert postgres.find_binaries({"PATH": str(tmp_path)}, tmp_path / "debian") == newest


def test_no_postgresql_at_all_is_found_nowhere(tmp_path: Path) -> None:
    assert postgres.find_binaries({"PATH": str(tmp_path)}, tmp_path / "debian") is None


def test_chromium_is_taken_from_its_variable_before_path(tmp_path: Path) -> None:
    named = programs(tmp_path / "named", "my-browser") / "my-browser"
    on_path = programs(tmp_path / "path", "chromium")
    assert chromium.find_browser({"CHROMIUM": str(named), "PATH": str(on_path)}) == named
    assert chromium.find_browser({"PATH": str(on_path)}) == on_path / "chromium"
    assert chromium.find_browser({"PATH": str(tmp_path)}) is None


def test_a_chromium_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="CHROMIUM"):
        chromium.find_browser({"CHROMIUM": str(tmp_path / "missing")})


def test_nginx_is_taken_from_its_variable_before_path_and_debians_folder(tmp_path: Path) -> None:
    named = programs(tmp_path / "named", "my-nginx") / "my-nginx"
    on_path = programs(tmp_path / "path", "nginx")
    debian = programs(tmp_path / "sbin", "nginx") / "nginx"
    assert nginx.find_nginx({"NGINX": str(named), "PATH": str(on_path)}, debian) == named
    assert nginx.find_nginx({"PATH": str(on_path)}, debian) == on_path / "nginx"
    assert nginx.find_nginx({"PATH": str(tmp_path)}, debian) == debian
    assert nginx.find_nginx({"PATH": str(tmp_path)}, tmp_path / "none") is None
    with pytest.raises(ServerError, match="NGINX"):
        nginx.find_nginx({"NGINX": str(tmp_path / "missing")}, debian)


def test_what_cannot_be_installed_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServerError, match="apt-get install postgresql"):
        packages.find_or_install(lambda: None, package="postgresql", what="PostgreSQL's server")


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for apt-get that notes its arguments and makes the program; we are root to it."""
    folder = programs(tmp_path / "bin", "apt-get")
    script = f'#!/bin/sh\necho "$*" >> {tmp_path}/calls\n[ "$2" = update ] || touch {tmp_path}/installed\n'
    (folder / "apt-get").write_text(script)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_what_is_missing_is_installed_after_the_lists_are_fetched(apt_get: Path) -> None:
    program = apt_get / "installed"
    found = packages.find_or_install(
        lambda: program if program.exists() else None, package="chromium", what="A browser"
    )
    assert found == program
    assert (apt_get / "calls").read_text().splitlines() == [
        "--quiet update",
        "--quiet install --yes --no-install-recommends chromium",
    ]


def test_what_is_there_is_not_installed_again(apt_get: Path) -> None:
    assert packages.find_or_install(lambda: apt_get, package="chromium", what="A browser") == apt_get
    assert not (apt_get / "calls").exists()


def test_a_failed_installation_shows_why(apt_get: Path) -> None:
    (apt_get / "bin/apt-get").write_text("#!/bin/sh\necho 'no space left' >&2\nexit 100\n")
    with pytest.raises(ServerError, match="no space left"):
        packages.find_or_install(lambda: None, package="chromium", what="A browser")


@pytest.mark.processes
def test_a_stopped_process_takes_its_children_along(tmp_path: Path) -> None:
    note = tmp_path / "child"
    # The parent ends at once when asked; its child would live on.
    script = f"sleep 300 & echo $! > {note}; trap 'exit 0' TERM; wait"
    process = Process(name="parent", command=["sh", "-c", script])
    process.start()
    wait_until(lambda: note.exists() and note.read_text().endswith("\n"), seconds=5, what="no child")
    child = int(note.read_text())
    assert is_running(child)
    process.stop()
    wait_until(lambda: not is_running(child), seconds=5, what="the child lives on")


@pytest.mark.processes
def test_a_process_that_ends_while_starting_shows_its_last_lines() -> None:
    class NeverReady(Process):
        def is_ready(self) -> bool:
            return False

    process = NeverReady(name="broken", command=["sh", "-c", "echo this is why; exit 3"])
    with pytest.raises(ServerError, match=r"broken stopped while starting(.|\n)*this is why"):
        process.start()


def test_a_program_that_is_missing_is_an_error_that_names_the_server() -> None:
    with pytest.raises(ServerError, match="ghost could not be started"):
        Process(name="ghost", command=["/nonexistent/ghost"]).start()


@pytest.mark.processes
def test_a_frozen_server_answers_nothing_and_can_still_be_stopped() -> None:
    valkey = Valkey().start()
    valkey.freeze()
    assert not valkey.is_ready()
    valkey.thaw()
    assert valkey.is_ready()
    valkey.freeze()
    began = time.monotonic()
    valkey.stop()
    assert time.monotonic() - began < 5
    assert not answers(valkey.port)


@pytest.mark.processes
def test_a_command_that_a_script_started_in_the_background_ends_on_ctrl_c_too() -> None:
    script = (
        "import time\n"
        "from tools.servers.cleanup import process_cleanup\n"
        "with process_cleanup():\n"
        "    print('up', flush=True)\n"
        "    time.sleep(300)\n"
    )
    # What a shell without job control does to a command with an "&" behind it.
    ignoring = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, "-c", script]
    with subprocess.Popen(
        ignoring, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline() == "up\n"
        child.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in child.stderr.read()
        assert child.wait(timeout=10) == -signal.SIGINT


@pytest.mark.processes
def test_a_command_that_is_told_to_stop_leaves_no_process_behind(tmp_path: Path) -> None:
    script = (
        "import subprocess, time\n"
        "from tools.servers.cleanup import process_cleanup\n"
        "with process_cleanup():\n"
        # A grandchild in a session of its own, whose parent is gone: out of reach but for adoption.
        "    subprocess.run(['sh', '-c', 'setsid sleep 300 & echo $!'])\n"
        "    print('up', flush=True)\n"
        "    time.sleep(300)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        orphan = int(child.stdout.readline())
        assert child.stdout.readline() == "up\n"
        assert is_running(orphan)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=10) == 128 + signal.SIGTERM
    wait_until(lambda: not is_running(orphan), seconds=5, what="the orphan lives on")


def test_a_port_that_is_listened_on_is_taken() -> None:
    import socket

    port = free_port()
    assert not is_taken(port)
    with socket.create_server(("127.0.0.1", port)):
        assert is_taken(port)
