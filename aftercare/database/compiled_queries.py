"""Queries whose SQL Django builds once per process.

Building a query's SQL takes Django several times as long as PostgreSQL takes to answer a read by an index. The reads
that every check-in makes are therefore compiled at their first use, and run afterwards with other parameters. The
query set stays beside each, as the text that a reader changes. Nothing is prepared on the server, so that PgBouncer
may hand each transaction another connection.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)
Value = UUID | datetime | int | str
# Samples of a parameter that is a primary key, and of one that is an instant.
SAMPLE = UUID(int=1)
SAMPLE_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


class CompiledQuery(Generic[M]):
    """A query for model instances, compiled once per database vendor.

    `build` returns the query set for parameters, each of which is compared with a column as it is. `samples`: a value
    of each parameter, by which the parameter is found in the compiled statement; no two may be equal.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], **samples: Value) -> None:
        self.build, self.samples = build, samples
        self.compiled: dict[str, Statement[M]] = {}

    def __call__(self, **parameters: Value) -> list[M]:
        """Return the rows that `build(**parameters)` finds."""
        statement = self.compiled.get(connection.vendor)
        if statement is None:
            statement = self.compiled[connection.vendor] = Statement(self.build(**self.samples), self.samples)
        return list(statement.rows(parameters))


class Statement(Generic[M]):
    """The SQL of a query set with places for its parameters, and what its rows are made into."""

    def __init__(self, sample: QuerySet[M], samples: dict[str, Value]) -> None:
        compiler = sample.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, values = compiler.as_sql()
        self.places = places(values, samples)
        self.compiler = compiler
        self.converters = compiler.get_converters([column[0] for column in compiler.select])
        info = compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        self.model: type[M] = info["model"]
        self.fields = slice(first, last)
        self.names = [column[0].target.attname for column in compiler.select[first:last]]
        # The types are those of a newer Django.
        self.related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        self.annotations: dict[str, int] = compiler.annotation_col_map or {}

    def rows(self, parameters: dict[str, Value]) -> Iterator[M]:
        """Run the statement and yield the instances of its rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [place(parameters) for place in self.places])
            found = cursor.fetchall()
        for row in self.converted(found):
            instance = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.fields])
            for populator in self.related:
                populator.populate(row, instance)
            for name, column in self.annotations.items():
                setattr(instance, name, row[column])
            yield instance

    def converted(self, rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
        """Yield the rows with the values that Django's fields make of the database's."""
        for row in map(list, rows):
            for column, (converters, expression) in self.converters.items():
                for converter in converters:
                    row[column] = converter(row[column], expression, connection)
            yield row


def places(values: Sequence[object], samples: dict[str, Value]) -> list[Callable[[dict[str, Value]], Any]]:
    """Return what gives each place of a statement its value, given the parameters.

    Raise ValueError if a parameter has no place.
    """
    names = {adapted(sample): name for name, sample in samples.items()}
    named = [names.get(value) if isinstance(value, UUID | datetime | int | str) else None for value in values]
    if missing := set(names.values()) - set(named):
        raise ValueError(f"parameters without a place in the statement: {', '.join(sorted(missing))}")
    return [
        taken(name) if name is not None else constant(value)
        for name, value in zip(named, values, strict=True)
    ]


def taken(name: str) -> Callable[[dict[str, Value]], Any]:
    get = operator.itemgetter(name)
    return lambda parameters: adapted(get(parameters))


def constant(value: object) -> Callable[[dict[str, Value]], Any]:
    return lambda _parameters: value


def adapted(value: Value) -> object:
    """Return a parameter as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
