"""New rows of several tables, written in one message to the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, Model
from django.db.models.expressions import DatabaseDefault

Fields = tuple[Field, ...]  # type: ignore[type-arg]


class NewRows:
    """Instances to be inserted, in order, as `bulk_create` would insert each: no signals, no ids read back.

    A submission writes to up to six tables, and asks nothing in between: one message saves it five round trips while
    it holds the lock of its patient.
    """

    def __init__(self) -> None:
        self.instances: list[Model] = []

    def add(self, instances: Iterable[Model]) -> None:
        self.instances += instances

    def write(self) -> None:
        """Insert the instances; a database that takes one statement in a message gets one for each table."""
        database = connections[DEFAULT_DB_ALIAS]  # asked for each value: without the proxy of `connection`
        statements = [
            (
                insert(model, fields, len(rows)),
                [value for row in rows for value in values(row, fields, database)],
            )
            for (model, fields), rows in grouped(self.instances)
        ]
        with database.cursor() as cursor:
            if database.vendor == "postgresql" and statements:
                together = "; ".join(statement for statement, _taken in statements)
                cursor.execute(together, [value for _statement, taken in statements for value in taken])
            else:
                for statement, taken in statements:
                    cursor.execute(statement, taken)
        for instance in self.instances:
            instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
        self.instances = []


def grouped(instances: Iterable[Model]) -> list[tuple[tuple[type[Model], Fields], list[Model]]]:
    """Return the rows that follow each other in the same columns of the same table."""
    found = groupby(instances, key=lambda instance: (type(instance), written_fields(instance)))
    return [(key, list(rows)) for key, rows in found]


def written_fields(instance: Model) -> Fields:
    """Return the fields of a new row without those whose value the database gives."""
    given = vars(instance)
    return tuple(
        field
        for field in instance._meta.concrete_fields
        if not isinstance(given[field.attname], DatabaseDefault)
        and not (isinstance(field, AutoField) and given[field.attname] is None)
    )


def values(instance: Model, fields: Fields, database: BaseDatabaseWrapper) -> Sequence[Any]:
    return [field.get_db_prep_save(field.pre_save(instance, True), database) for field in fields]


@lru_cache(maxsize=64)
def insert(model: type[Model], fields: Fields, rows: int) -> str:
    """Return the statement that inserts some rows."""
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    places = ", ".join([row] * rows)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES {places}"  # noqa: S608 (names of tables)
