"""The databases of the tests are copies of a migrated one, which is kept until a migration changes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tools.check import migrated
from tools.servers.process import ROOT

BROKEN = {"DJANGO_SETTINGS_MODULE": "aftercare.no_settings"}


def url_of(database: str) -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{database}"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of an empty database of the cluster, of this process alone."""
    name = f"loaded_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    migrated.execute(url_of("postgres"), f'CREATE DATABASE "{name}"')
    yield url_of(name)
    migrated.execute(url_of("postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')


def bare(script: str) -> str:
    """A script without the casts and brackets that PostgreSQL writes otherwise each time it reads a condition."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", script)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the fingerprint is of."""
    paths = [ROOT / "requirements.txt", Path(migrated.__file__), *migrated.migrations_and_imports()]
    for path in paths:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    monkeypatch.setattr("tools.check.migrated.ROOT", tmp_path)
    monkeypatch.setattr(migrated, "__file__", str(tmp_path / "tools/check/migrated.py"))
    return tmp_path


def test_what_is_kept_makes_the_same_database(empty_database: str) -> None:
    script = migrated.dump(url_of(migrated.NAME))
    assert "CREATE TRIGGER" in script

    migrated.execute(empty_database, script)

    assert bare(migrated.dump(empty_database)) == bare(script)
    settings = migrated.execute(
        url_of(migrated.NAME), migrated.SETTINGS_OF_A_DATABASE, ("copy", migrated.NAME)
    )
    assert settings == ["ALTER DATABASE copy SET jit = 'off'"]


@pytest.mark.parametrize(
    "changed",
    [
        "requirements.txt",
        "aftercare/people/migrations/0001_initial.py",
        "aftercare/people/encryption/fields.py",
        "tools/check/migrated.py",
    ],
)
def test_with_another_of_these_files_the_migrations_run_again(changed: str, tree: Path) -> None:
    before = migrated.fingerprint()
    assert migrated.fingerprint() == before

    with (tree / changed).open("a") as file:
        file.write("# changed\n")

    assert migrated.fingerprint() != before


def test_a_new_migration_makes_them_run_again(tree: Path) -> None:
    before = migrated.fingerprint()

    (tree / "aftercare/people/migrations/9999_new.py").touch()

    assert migrated.fingerprint() != before


def test_a_migration_that_fails_leaves_no_database_to_copy(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    env = {**os.environ, **BROKEN, "DATABASE_URL": "sqlite:///unused", "DATA_DIR": str(tmp_path)}
    env.pop(migrated.VARIABLE, None)

    assert not migrated.make(env, kept=tmp_path / "kept")

    assert migrated.VARIABLE not in env
    assert not (tmp_path / "kept").exists()
    assert "no_settings" in capfd.readouterr().out


def test_the_oldest_of_many_are_dropped(tmp_path: Path) -> None:
    for age in range(migrated.MOST_KEPT + 2):
        migrated.keep(tmp_path / str(age), b"content")
        os.utime(tmp_path / str(age), (age, age))
    migrated.keep(tmp_path / "newest", b"content")

    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) == migrated.MOST_KEPT
    assert "newest" in names
    assert "0" not in names


def test_a_test_that_uses_no_database_is_not_marked(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("database") is None
    with pytest.raises(RuntimeError, match="not allowed"):
        connection.ensure_connection()


@pytest.mark.django_db
def test_the_databases_of_these_tests_are_copies(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("database")
    assert os.environ[migrated.VARIABLE] == migrated.NAME
    assert connection.settings_dict["TEST"]["TEMPLATE"] == migrated.NAME
