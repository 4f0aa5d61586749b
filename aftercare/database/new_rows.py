"""New rows of several tables, written in one message to the database."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import AutoField, Field, Model
from django.db.models.expressions import DatabaseDefault


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
        """Insert the instances; a database without messages of several statements takes one after the other."""
        statements, values = [], []
        for instance in self.instances:
            fields = written_fields(instance)
            statements.append(insert(type(instance), fields))
            values.append(
                [field.get_db_prep_save(field.pre_save(instance, True), connection) for field in fields]
            )
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql" and statements:
                cursor.execute("; ".join(statements), [value for row in values for value in row])
            else:
                for statement, row in zip(statements, values, strict=True):
                    cursor.execute(statement, row)
        for instance in self.instances:
            instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
        self.instances = []


def written_fields(instance: Model) -> tuple[Field, ...]:  # type: ignore[type-arg]
    """Return the fields of a new row without those whose value the database gives."""
    given = vars(instance)
    return tuple(
        field
        for field in instance._meta.concrete_fields
        if not isinstance(given[field.attname], DatabaseDefault)
        and not (isinstance(field, AutoField) and given[field.attname] is None)
    )


@lru_cache(maxsize=64)
def insert(model: type[Model], fields: tuple[Field, ...]) -> str:  # type: ignore[type-arg]
    """Return the statement that inserts one row."""
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 (names of tables)
