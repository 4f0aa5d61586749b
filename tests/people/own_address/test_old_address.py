"""The address that a person had before a change is encrypted, and the notice still goes there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aftercare.outbox.delivery import sweep
from aftercare.people.actions.addresses import change_own_address
from aftercare.people.encryption import rotation
from aftercare.people.models import AddressChange, Patient
from tests.factories import at
from tests.people.encryption.reading import store, stored

OLD, NEW = "amara@test.example", "new@test.example"


def changed(patient: Patient) -> AddressChange:
    return change_own_address(by=patient.user, address=NEW, now=at(1))


@pytest.mark.django_db
def test_the_old_address_is_encrypted(patient: Patient) -> None:
    made = changed(patient)
    assert "enc1." in stored(made, "old_address")
    assert "amara" not in stored(made, "old_address")
    assert AddressChange.objects.get().old_address == OLD


@pytest.mark.django_db
@pytest.mark.frozen_at(at(1))
def test_an_address_from_before_is_told_and_then_encrypted_by_rotate_keys(patient: Patient) -> None:
    made = changed(patient)
    store(made, "old_address", OLD)
    sweep()
    assert [letter.to for letter in mail.outbox] == [[OLD]]
    column = next(one for one in rotation.columns() if one.place == "people_addresschange.old_address")
    assert rotation.count_old(column) == 1
    assert [progress.renewed for progress in rotation.rotate(column)] == [1]
    assert "amara" not in stored(made, "old_address")
    assert AddressChange.objects.get().old_address == OLD


@pytest.mark.django_db(transaction=True)
def test_the_migration_rewrites_no_row(patient: Patient) -> None:
    made = changed(patient)
    store(made, "old_address", OLD)
    before, after = (state_of(name) for name in ("0022_seals", "0023_encrypted_old_address"))
    migration = import_module("aftercare.people.migrations.0023_encrypted_old_address").Migration
    (operation,) = migration.operations
    with connection.schema_editor() as editor:
        operation.database_backwards("people", editor, after, before)
    file = file_of("people_addresschange")
    with connection.schema_editor() as editor:
        operation.database_forwards("people", editor, before, after)
    assert file_of("people_addresschange") == file
    assert AddressChange.objects.get().old_address == OLD


def state_of(name: str) -> Any:
    return MigrationExecutor(connection).loader.project_state([("people", name)])


def file_of(table: str) -> str:
    """Return the file that holds the rows of a table: a rewritten one gets another. SQLite has one file."""
    if connection.vendor == "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filepath(%s)", [table])
        return str(cursor.fetchone()[0])
