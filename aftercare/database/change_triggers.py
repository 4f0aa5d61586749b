"""Triggers that write a row about each change of other tables.

They are made after each `migrate`: SQLite loses the triggers of a table that a migration makes anew. On SQLite they do
not ask whose the changed row is, because a trigger that named a second table would stop that table's migrations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

EVENTS = ("INSERT", "UPDATE", "DELETE")
ON_POSTGRES = """
CREATE OR REPLACE FUNCTION {name}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND {unchanged} THEN
        RETURN NULL;
    END IF;
    INSERT INTO {written_to} (clinic_id, mark)
    SELECT clinic, (random() * {marks})::bigint FROM ({new} UNION {old}) AS shown (clinic) WHERE clinic IS NOT NULL;
    RETURN NULL;
END $$
"""
TRIGGER_ON_POSTGRES = """
CREATE TRIGGER {name} AFTER {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_of_{table}()
"""
THERE = "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = %s"
ON_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_{name}_{event} AFTER {event} ON {table}
BEGIN INSERT INTO {written_to} (clinic_id, mark) VALUES (0, abs(random() % {marks})); END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A table whose changes are written down.

    `clinics`: a query for the clinics that show a row, which it calls {row}. `ignored`: columns that may change.
    """

    table: str
    clinics: str
    ignored: tuple[str, ...] = ()
    events: tuple[str, ...] = EVENTS

    @property
    def unchanged(self) -> str:
        if not self.ignored:
            return "NEW IS NOT DISTINCT FROM OLD"
        kept = f"- '{{{','.join(self.ignored)}}}'::text[]"
        return f"to_jsonb(NEW) {kept} = to_jsonb(OLD) {kept}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Where changes are written down.

    `name`: of the triggers; `table`: has the columns `clinic_id` and `mark`; `marks`: a mark is random, and below.
    """

    name: str
    table: str
    marks: int


def install(connection: BaseDatabaseWrapper, watched: Iterable[Watched], log: Log) -> None:
    """Make the triggers that are missing, of the tables that are there."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if log.table not in tables:
            return
        make = on_postgres if connection.vendor == "postgresql" else on_sqlite
        make(cursor, [one for one in watched if one.table in tables], log)


def on_postgres(cursor: CursorWrapper, watched: Collection[Watched], log: Log) -> None:
    cursor.execute(THERE, [log.name])
    there = {table for (table,) in cursor.fetchall()}
    for one in watched:
        cursor.execute(function_sql(one, log))
        if one.table not in there:
            events = " OR ".join(one.events)
            cursor.execute(TRIGGER_ON_POSTGRES.format(name=log.name, table=one.table, events=events))


def function_sql(one: Watched, log: Log) -> str:
    """Return the statement that makes the function of a trigger on PostgreSQL."""
    named = {"name": log.name, "table": one.table, "written_to": log.table, "marks": log.marks}
    clinics = {"new": one.clinics.format(row="NEW"), "old": one.clinics.format(row="OLD")}
    return ON_POSTGRES.format(**named, unchanged=one.unchanged, **clinics)


def on_sqlite(cursor: CursorWrapper, watched: Collection[Watched], log: Log) -> None:
    for one in watched:
        for event in one.events:
            named = {"name": log.name, "table": one.table, "written_to": log.table, "marks": log.marks}
            cursor.execute(ON_SQLITE.format(**named, event=event))
