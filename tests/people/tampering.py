"""What somebody who owns the database can do to tables that refuse changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

TABLES = ("people_event", "people_eventseal", "people_sealedevent")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def as_owner_of_the_database() -> Iterator[None]:
    """Change and delete what the triggers protect, as somebody who owns the database could."""
    if connection.vendor == "postgresql":
        sql("SET LOCAL session_replication_role = replica")
        yield
        sql("SET LOCAL session_replication_role = origin")
    else:
        for table in TABLES:
            sql(f"DROP TRIGGER IF EXISTS {table}_append_only")
        yield


def alter(model: type[Model], pk: int, **columns: Any) -> None:
    with as_owner_of_the_database():
        assert QuerySet(model).filter(pk=pk).update(**columns) == 1


def remove(model: type[Model], **which: Any) -> None:
    with as_owner_of_the_database():
        QuerySet(model).filter(**which)._raw_delete("default")
