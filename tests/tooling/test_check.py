"""bin/test stops at a failed check, fails when either database fails, and listens to no variable of ours."""

from pathlib import Path
from types import ModuleType

import pytest

from tools.check import __main__ as check
from tools.check import migrated, suites
from tools.check.commands import python, run_quietly
from tools.servers.portal import NO_MAIL_SERVER

ENV = {"DATABASE_URL": "postgres"}
ENV_SQLITE = {"DATABASE_URL": "sqlite"}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that ran, in order, while every part succeeds."""
    order: list[str] = []

    def note(what: str, result: object) -> object:
        order.append(what)
        return result

    monkeypatch.setattr(suites, "static_checks", lambda env: note("checks", []))
    monkeypatch.setattr(suites, "collect_static", lambda *envs: note("static files", True))
    monkeypatch.setattr(migrated, "make", lambda env: note("migrations", True))
    monkeypatch.setattr(suites, "on_sqlite", lambda env: note(f"tests on {env['DATABASE_URL']}", 0))
    monkeypatch.setattr(
        suites, "on_postgres", lambda env, arguments: note(f"tests on {env['DATABASE_URL']}", 0)
    )
    return order


def test_everything_runs_on_both_databases_and_closes_with_the_whole_suite(ran: list[str]) -> None:
    assert check.run_everything(ENV, ENV_SQLITE, []) == 0
    assert set(ran[:-2]) == {"checks", "migrations", "static files"}
    assert ran[-2:] == ["tests on sqlite", "tests on postgres"]


def test_a_failed_check_is_named_and_no_test_runs(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suites, "static_checks", lambda env: ["types"])
    assert check.run_everything(ENV, ENV_SQLITE, []) == 1
    assert not [step for step in ran if step.startswith("tests")]
    assert "failed: types" in capsys.readouterr().err


@pytest.mark.parametrize(("module", "part"), [(suites, "collect_static"), (migrated, "make")])
def test_static_files_or_migrations_that_fail_fail_the_run(
    module: ModuleType, part: str, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, part, lambda *envs: False)
    assert check.run_everything(ENV, ENV_SQLITE, []) == 1
    assert check.run_chosen(ENV, ["tests/tooling"]) == 1
    assert not [step for step in ran if step.startswith("tests")]


@pytest.mark.parametrize(("suite", "code"), [("on_sqlite", 1), ("on_postgres", 2), ("on_postgres", 5)])
def test_a_failure_on_either_database_fails_the_run(
    suite: str, code: int, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suites, suite, lambda *_: code)
    assert check.run_everything(ENV, ENV_SQLITE, []) == code


def test_arguments_reach_the_last_run_and_only_that(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def note_arguments(_env: dict[str, str], arguments: list[str]) -> int:
        given.extend(arguments)
        return 0

    monkeypatch.setattr(suites, "on_postgres", note_arguments)
    check.run_everything(ENV, ENV_SQLITE, ["-x", "--junitxml=report.xml"])
    assert given[-2:] == ["-x", "--junitxml=report.xml"]


def test_the_slow_tier_is_left_to_its_own_run(monkeypatch: pytest.MonkeyPatch, ran: list[str]) -> None:
    given: list[list[str]] = []

    def note_arguments(_env: dict[str, str], arguments: list[str]) -> int:
        given.append(list(arguments))
        return 0

    monkeypatch.setattr(suites, "on_postgres", note_arguments)
    check.run_everything(ENV, ENV_SQLITE, [])
    check.run_slow(ENV, ["-x"])
    assert given[0][:2] == ["-m", "not slow"]
    assert given[1] == ["-m", "slow", "-x"]
    assert "tests on sqlite" in ran


def test_a_check_that_fails_shows_its_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert not run_quietly("spelling", python("-c", "print('line 3: wrong'); raise SystemExit(1)"), {})
    assert run_quietly("format", python("-c", "print('all is well')"), {})
    printed = capfd.readouterr().out
    assert "line 3: wrong" in printed
    assert "all is well" not in printed
    assert [line.split()[:2] for line in printed.splitlines() if " s" in line] == [
        ["spelling", "FAILED"],
        ["format", "ok"],
    ]


def test_no_variable_of_the_caller_configures_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@production/aftercare")
    monkeypatch.setenv("EMAIL_URL", "smtp://production")
    monkeypatch.setenv("DEBUG", "1")
    url = "postgres://postgres@127.0.0.1:5555/aftercare"
    env = suites.environment(database_url=url, broker_url="redis://127.0.0.1:1/0", folder=tmp_path)
    assert env["DATABASE_URL"] == url
    assert env["EMAIL_URL"] == NO_MAIL_SERVER
    assert "DEBUG" not in env
    assert env["DEMO"] == "0"


def test_every_static_check_that_is_promised_is_made() -> None:
    assert list(suites.STATIC_CHECKS) == [
        "types",
        "format",
        "lint",
        "import directions",
        "missing migrations",
        "limits of size",
        "template indentation",
    ]
