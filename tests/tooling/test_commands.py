"""bin/run, bin/test and .ci/run on machines where something is missing or in the way."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools.check.__main__ import chooses_tests
from tools.run import configuration
from tools.servers.errors import ServerError
from tools.servers.portal import bare_environment
from tools.servers.process import ROOT


def run(command: Path | str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in the virtual environment of these tests, from another folder, without input."""
    env = {**bare_environment(), "VENV": sys.prefix, "PYTHON": "", **variables}
    return subprocess.run(
        [str(command), *arguments],
        cwd="/",
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("command", ["bin/run", "bin/test", "bin/check"])
def test_a_python_without_the_venv_module_is_told_what_to_install(command: str, tmp_path: Path) -> None:
    python = script(
        tmp_path / "python3",
        f'case "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"',
    )
    done = run(ROOT / command, PYTHON=str(python), VENV=str(tmp_path / "venv"))
    assert done.returncode == 1
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt-get install python{version}-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_machine_without_a_new_enough_python_is_told_so(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        script(tmp_path / "bin" / name, "exit 1")
    done = run(ROOT / "bin/run", PATH=f"{tmp_path}/bin:/usr/bin:/bin", VENV=str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "Python 3.11 or later is needed" in done.stderr


def test_a_virtual_environment_that_cannot_be_written_is_told_about_venv(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(ROOT / "bin/run", VENV=str(tmp_path / "file/venv"), PYTHON=sys.executable)
    assert done.returncode == 1
    assert "VENV=" in done.stderr
    assert "cannot be written" in done.stderr


def test_a_data_folder_that_cannot_be_written_is_told_about_data_dir(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(ROOT / "bin/run", DATA_DIR=str(tmp_path / "file/data"))
    assert done.returncode == 1
    assert "DATA_DIR=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_told_with_another_to_choose(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run(ROOT / "bin/run", DATA_DIR=str(tmp_path), PORT=str(port))
    assert done.returncode == 1
    other = port + 1 if port < 65535 else port - 1
    assert f"Port {port} is taken" in done.stderr
    assert f"PORT={other} bin/run" in done.stderr


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "80.5", "²"])
def test_a_port_that_is_none_is_an_error_that_names_the_variable(port: str) -> None:
    with pytest.raises(ServerError, match=r"^PORT must be a number from 1 to 65535"):
        configuration.configured_port({"PORT": port})


def test_a_second_demonstration_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with configuration.lock(tmp_path), pytest.raises(ServerError, match="already runs"):
        configuration.lock(tmp_path)
    configuration.lock(tmp_path).close()


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    secret = configuration.secret_key(tmp_path)
    assert len(secret) == 64
    assert configuration.secret_key(tmp_path) == secret
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_unknown_option_of_bin_run_explains_the_command() -> None:
    done = run(ROOT / "bin/run", "--smok")
    assert done.returncode == 2
    assert "bin/run --smoke" in done.stdout


def test_help_of_bin_test_starts_nothing() -> None:
    done = run(ROOT / "bin/test", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("bin/test [pytest arguments]")


def test_help_of_bin_check_says_which_tests_a_change_touches() -> None:
    done = run(ROOT / "bin/check", "--help")
    assert done.returncode == 0
    assert "a template       the tests that name it" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ([], False),
        (["-x", "-vv"], False),
        (["--maxfail", "3"], False),
        (["--junitxml=report.xml"], False),
        (["tests/tooling"], True),
        (["tests/tooling/test_commands.py::test_help_of_bin_test_starts_nothing"], True),
        (["-k", "return"], True),
        (["-kreturn"], True),
        (["-m", "not browser"], True),
        (["-x", "--lf"], True),
    ],
)
def test_static_checks_are_left_out_only_where_tests_are_chosen(
    arguments: list[str], chosen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert chooses_tests(arguments) is chosen


class TestSetUp:
    """The virtual environment, with a stand-in for its Python that notes how pip was called."""

    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        """A checkout of three files with a virtual environment that is there already."""
        for name in ("requirements.txt", "requirements-dev.txt"):
            (tmp_path / name).write_text(f"# {name}\n")
        script(tmp_path / ".venv/bin/python", f'[ "$1" = -c ] || echo "$*" >> {tmp_path}/calls')
        return tmp_path

    def set_up(self, checkout: Path, *locks: str) -> subprocess.CompletedProcess[str]:
        body = f'set -eu; root={checkout}; command_name=it; . {ROOT}/tools/set_up.sh; set_up_environment "$@"'
        env = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            ["bash", "-c", body, "it", *locks],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    def calls(self, checkout: Path) -> list[str]:
        path = checkout / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def test_packages_are_installed_with_hashes_and_only_once(self, checkout: Path) -> None:
        assert self.set_up(checkout, "requirements.txt").returncode == 0
        assert self.set_up(checkout, "requirements.txt").returncode == 0
        (call,) = self.calls(checkout)
        assert "--require-hashes" in call
        assert f"-r {checkout}/requirements.txt" in call

    def test_a_changed_lock_is_installed_again(self, checkout: Path) -> None:
        self.set_up(checkout, "requirements.txt")
        (checkout / "requirements.txt").write_text("# another\n")
        self.set_up(checkout, "requirements.txt")
        assert len(self.calls(checkout)) == 2

    def test_the_tests_packages_are_added_to_those_of_the_demonstration(self, checkout: Path) -> None:
        self.set_up(checkout, "requirements.txt")
        self.set_up(checkout, "requirements.txt", "requirements-dev.txt")
        assert f"-r {checkout}/requirements-dev.txt" in self.calls(checkout)[1]
        self.set_up(checkout, "requirements.txt")
        assert len(self.calls(checkout)) == 2

    def test_a_failed_installation_is_tried_again_the_next_time(self, checkout: Path) -> None:
        script(checkout / ".venv/bin/python", '[ "$1" = -c ] || exit 1')
        done = self.set_up(checkout, "requirements.txt")
        assert done.returncode == 1
        assert "could not be installed" in done.stderr
        assert self.set_up(checkout, "requirements.txt").returncode == 1


def test_ci_calls_bin_test_and_nothing_else_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    script(tmp_path / "bin/test", f'echo "called with $# arguments" >> {tmp_path}/calls; exit 7')
    assert run(tmp_path / ".ci/run").returncode == 7
    assert (tmp_path / "calls").read_text() == "called with 0 arguments\n"
