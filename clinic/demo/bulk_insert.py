"""Bulk inserts: COPY on PostgreSQL, `bulk_create` elsewhere."""

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

from aftercare.people.encryption.fields import Encrypted

ROWS_AT_ONCE = 500
# Shared encoder: `json.dumps` would build an encoder for each value.
encode = json.JSONEncoder(ensure_ascii=False).encode


def bulk_insert(rows: Sequence[Model]) -> None:
    """Insert rows of one model. Auto-increment keys are left to the database and are not set on the rows."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        copy_rows(rows)
    else:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def copy_rows(rows: Sequence[Model]) -> None:
    """Insert the rows by COPY in PostgreSQL's text format."""
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    values = itemgetter(*(field.attname for field in fields))
    encrypted = [(place, field) for place, field in enumerate(fields) if isinstance(field, Encrypted)]
    text = io.StringIO()
    for row in rows:
        found = values(vars(row))
        parts = [FORMATS.get(type(value), text_value)(value) for value in found]
        for place, field in encrypted:
            parts[place] = text_value(field.stored_text(found[place]))
        text.write("\t".join(parts))
        text.write("\n")
    text.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', text)


def text_value(value: object) -> str:
    """Return a string or choice escaped for COPY."""
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def json_value(value: object) -> str:
    return encode(value).replace("\\", "\\\\") if value else str(value)


FORMATS: Mapping[type[Any], Callable[[Any], str]] = {
    type(None): lambda _none: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    UUID: lambda value: f"{value.int:032x}",
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: json_value,
    list: json_value,
}
