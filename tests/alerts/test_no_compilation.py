"""PostgreSQL compiles no statement of the portal's: for the pages of staff that takes longer than the statements."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

migration = import_module("aftercare.alerts.migrations.0014_no_compilation")


def settings_of_the_database() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase"
            " WHERE datname = current_database() AND setrole = 0"
        )
        return [setting for (setting,) in cursor.fetchall()]


def change(act: str) -> None:
    if act == "SET":
        migration.turn_off(None, connection.schema_editor())
    else:
        migration.reset(None, connection.schema_editor())


@pytest.mark.django_db
def test_the_migration_sets_it_and_takes_it_back() -> None:
    if connection.vendor != "postgresql":
        # SQLite compiles none, and the migration does nothing there.
        change("SET")
        return
    assert settings_of_the_database() == ["jit=off"]
    change("RESET")
    assert settings_of_the_database() == []
    change("SET")
    assert settings_of_the_database() == ["jit=off"]


@pytest.mark.django_db
def test_a_user_who_does_not_own_the_database_is_warned(caplog: pytest.LogCaptureFixture) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE a_guest")
            cursor.execute("SET LOCAL ROLE a_guest")
    change("RESET")
    warned = [record.getMessage() for record in caplog.records]

    assert warned == (
        ["jit can't be set for this database: pages of staff are slower (docs/operating.md)"]
        if connection.vendor == "postgresql"
        else []
    )
