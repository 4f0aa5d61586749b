"""What the database itself holds, past the models."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model


def stored(row: Model, name: str) -> str:
    """Return a column of a row as stored, as text."""
    table, key = row._meta.db_table, row._meta.pk
    assert key is not None
    value = key.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT CAST("{name}" AS text) FROM "{table}" WHERE "{key.column}" = %s', [value])
        (found,) = cursor.fetchone()
    return str(found)


def store(row: Model, name: str, value: Any) -> None:
    """Write a column of a row, as a version before encryption would have."""
    table, key = row._meta.db_table, row._meta.pk
    assert key is not None
    place = key.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{name}" = %s WHERE "{key.column}" = %s', [value, place])
