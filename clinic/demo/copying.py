"""Writing many rows at once: by COPY on PostgreSQL, by large INSERTs elsewhere."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import AutoField, Model

ROWS_AT_ONCE = 500
# One encoder for all: `json.dumps` makes a new one for each value.
encode = json.JSONEncoder(ensure_ascii=False).encode


def write(rows: Sequence[Model]) -> None:
    """Insert rows of one model. A key that the database counts up is left to it, and stays unknown here."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        copy(rows)
    else:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def copy(rows: Sequence[Model]) -> None:
    """COPY in PostgreSQL's text format."""
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    values = itemgetter(*(field.attname for field in fields))
    text = io.StringIO()
    for row in rows:
        text.write("\t".join([FORMATS.get(type(value), words)(value) for value in values(vars(row))]))
        text.write("\n")
    text.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', text)


def words(value: object) -> str:
    """Text, a word of a TextChoices among it."""
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def as_json(value: object) -> str:
    return encode(value).replace("\\", "\\\\") if value else str(value)


FORMATS: Mapping[type[Any], Callable[[Any], str]] = {
    type(None): lambda _none: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    UUID: lambda value: f"{value.int:032x}",
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: as_json,
    list: as_json,
}
