"""Encryption of stored texts with the newest key, while the portal runs.

Rows are read in the order of their primary keys, and each is replaced by a statement of its own, if it still
holds what was read. What was begun can be begun again: rows with the newest key are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from aftercare.people.encryption.cipher import SECOND_FACTORS, SESSIONS, DecryptionError, cipher
from aftercare.people.encryption.fields import Encrypted, EncryptedJSONField

ROWS_AT_ONCE = 500
# Values of a second factor's data that are encrypted.
SECRETS = ("secret", "seed", "migrated_codes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column with encrypted values.

    `renew`: returns a stored value encrypted anew. `prefix`: what stands before the key's mark in the value, as a
    pattern of LIKE. `where`: a condition on the rows.
    """

    table: str
    key: str
    name: str
    renew: Callable[[str], str]
    prefix: str = ""
    where: str = "1 = 1"

    @property
    def place(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def old(self) -> tuple[str, list[Any]]:
        """The condition of rows that do not have the newest key, with its parameters."""
        stored = f'CAST("{self.name}" AS text)'
        condition = f"{self.where} AND {stored} NOT IN ('', '{{}}') AND {stored} NOT LIKE %s"
        return condition, [f"{self.prefix}enc1.{cipher().newest}.%"]


@dataclass(slots=True)
class Progress:
    """What became of the rows of a column. `unreadable`: rows whose key is not among `DATA_KEYS`."""

    place: str
    seen: int = 0
    renewed: int = 0
    unreadable: int = 0


def columns() -> list[Column]:
    """Return every column with encrypted values."""
    own = [
        column_of(model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, Encrypted)
    ]
    return [*own, second_factors(), sessions()]


def column_of(model: type[Model], field: Encrypted) -> Column:
    is_json, place, key = isinstance(field, EncryptedJSONField), field.place, model._meta.pk
    assert key is not None

    def renew(stored: str) -> str:
        if not is_json:
            return renewed(stored, place)
        value = json.loads(stored)
        return json.dumps(renewed(value if isinstance(value, str) else json.dumps(value), place))

    return Column(
        table=model._meta.db_table,
        key=str(key.column),
        name=str(field.column),
        renew=renew,
        prefix='"' if is_json else "",
    )


def second_factors() -> Column:
    """Return the column of the secrets of apps and recovery codes; keys of devices are public."""

    def renew(stored: str) -> str:
        data = json.loads(stored)
        for name in SECRETS:
            if isinstance(data.get(name), list):
                data[name] = [renewed(code, SECOND_FACTORS) for code in data[name]]
            elif name in data:
                data[name] = renewed(data[name], SECOND_FACTORS)
        return json.dumps(data)

    table, name = SECOND_FACTORS.split(".")
    types = "type IN ('totp', 'recovery_codes')"
    return Column(table=table, key="id", name=name, renew=renew, prefix='%"', where=types)


def sessions() -> Column:
    table, name = SESSIONS.split(".")
    return Column(table=table, key="session_key", name=name, renew=lambda stored: renewed(stored, SESSIONS))


def renewed(stored: str, place: str) -> str:
    """Return a stored text encrypted with the newest key; raise DecryptionError if it cannot be decrypted."""
    return cipher().encrypt(cipher().decrypt(stored, place), place)


def count_old(column: Column) -> int:
    """Return the number of rows that do not have the newest key."""
    condition, values = column.old
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{column.table}" WHERE {condition}', values)  # noqa: S608 (names of models)
        (number,) = cursor.fetchone()
    return int(number)


def rotate(column: Column) -> Iterator[Progress]:
    """Encrypt the rows of a column with the newest key; yield the progress after each batch."""
    progress, after = Progress(column.place), None
    while rows := old_rows(column, after):
        for key, stored in rows:
            progress.seen += 1
            try:
                progress.renewed += replace(column, key, stored, column.renew(stored))
            except DecryptionError:
                progress.unreadable += 1
        after = rows[-1][0]
        yield progress


def old_rows(column: Column, after: Any) -> list[tuple[Any, str]]:
    """Return the next rows that do not have the newest key, with their primary keys."""
    condition, values = column.old
    if after is not None:
        condition, values = f'{condition} AND "{column.key}" > %s', [*values, after]
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{column.key}", CAST("{column.name}" AS text) FROM "{column.table}" '  # noqa: S608
            f'WHERE {condition} ORDER BY "{column.key}" LIMIT {ROWS_AT_ONCE}',
            values,
        )
        return list(cursor.fetchall())


def replace(column: Column, key: Any, before: str, after: str) -> int:
    """Replace a value that is unchanged since it was read; return the number of rows replaced."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{column.table}" SET "{column.name}" = %s '  # noqa: S608
            f'WHERE "{column.key}" = %s AND CAST("{column.name}" AS text) = %s',
            [after, key, before],
        )
        return int(cursor.rowcount)
