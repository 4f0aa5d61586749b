"""Fixtures for the databases of the tests: made, emptied and dropped.

A plugin of pytest, loaded by `tests/conftest.py`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tools.check.migrated import SETTINGS_OF_A_DATABASE, VARIABLE

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.db.backends.postgresql.operations import DatabaseOperations
    from django.db.backends.sqlite3.creation import DatabaseCreation as FileCreation
    from pytest_django import DjangoDbBlocker

# The name of a table, its columns, its rows.
FilledTable = tuple[str, list[str], list[tuple[Any, ...]]]
# Whoever asks for one of these, or has the mark `django_db`, may use the database; pytest-django refuses all others.
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the mark `database` to the tests that use the database."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or not DATABASE_FIXTURES.isdisjoint(fixtures):
            item.add_marker("database")


@contextmanager
def shared_records(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make records for all tests of a module: what a test writes is undone after it, what is made here at the end."""
    from django.db import transaction

    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True, scope="session")
def copy_migrated_database() -> Iterator[None]:
    """Make the test database as a copy of the migrated one that `tools/check/migrated.py` has made.

    Django migrates the copy, and finds nothing to do.
    """
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.db.backends.sqlite3.creation import DatabaseCreation as FileCreation

    migrated = os.environ.get(VARIABLE)
    create: Any = DatabaseCreation._execute_create_test_db  # type: ignore[attr-defined]
    create_file: Any = FileCreation._create_test_db  # type: ignore[attr-defined]

    def copy(self: DatabaseCreation, cursor: Any, parameters: dict[str, str], keepdb: bool = False) -> None:
        create(self, cursor, parameters, keepdb)
        cursor.execute(SETTINGS_OF_A_DATABASE, [parameters["dbname"].strip('"'), migrated])
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)

    def copy_file(self: FileCreation, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        name: str = create_file(self, verbosity, autoclobber, keepdb)
        shutil.copyfile(str(migrated), name)
        return name

    with pytest.MonkeyPatch.context() as patch:
        if migrated:
            patch.setattr(DatabaseCreation, "_execute_create_test_db", copy)
            patch.setattr(FileCreation, "_create_test_db", copy_file)
        yield


@pytest.fixture(autouse=True, scope="session")
def empty_tables_by_deleting() -> Iterator[None]:
    """Empty the tables after a transactional test with DELETE, and only those that hold rows.

    TRUNCATE, Django's default, makes a new file for each table and each index, which takes longer than most tests.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(
        self: DatabaseOperations, style: object, tables: Iterable[str], **options: bool
    ) -> list[str]:
        names = [self.quote_name(table) for table in tables]
        query = " UNION ALL ".join(
            f"SELECT {number} WHERE EXISTS (SELECT FROM {name})" for number, name in enumerate(names)
        )
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            full = [f"DELETE FROM {names[number]}" for (number,) in cursor.fetchall()]
        # Without triggers: those of events refuse to be emptied so.
        return ["SET LOCAL session_replication_role = replica", *full]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After each transactional test put back the rows that the migrations made.

    Django emits `post_migrate` instead: it makes content types and permissions anew, which takes longer than most
    tests, and leaves the tests that follow without the other rows, such as Wagtail's first page.
    """
    from django.core.management.commands import flush
    from django.db import connection

    with django_db_blocker.unblock():
        migrated = filled_tables(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_: fill_tables(connection, migrated))
        yield


def filled_tables(connection: BaseDatabaseWrapper) -> list[FilledTable]:
    """Return the tables of models that hold rows."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = cursor.fetchall()
            if rows:
                found.append((table, [column[0] for column in cursor.description], rows))
    return found


def fill_tables(connection: BaseDatabaseWrapper, tables: Sequence[FilledTable]) -> None:
    """Insert rows into empty tables, in one transaction: they refer to each other."""
    from django.db import transaction

    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns, rows in tables:
            names = ", ".join(quote(column) for column in columns)
            places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
            values = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO {quote(table)} ({names}) VALUES {places}", values)


@pytest.fixture(autouse=True, scope="session")
def drop_database_in_use() -> Iterator[None]:
    """Drop the test database although a thread of a server that has stopped still holds a connection."""
    from django.db.backends.postgresql.creation import DatabaseCreation

    def drop(self: DatabaseCreation, name: str, _verbosity: int) -> None:
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(name)} WITH (FORCE)")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_destroy_test_db", drop)
        yield
