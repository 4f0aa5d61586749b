"""Every column of every table as a reader with all keys would find it, whatever model it belongs to."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from django.db import connection

from aftercare.people.encryption.cipher import ENCRYPTED, cipher

# Texts that are kept in base64, such as the values of the cache.
BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def places_of(needles: Iterable[str]) -> dict[str, set[str]]:
    """Return the columns, as "table.column", that hold one of these texts, whatever its case, by the text."""
    found: dict[str, set[str]] = {needle: set() for needle in needles}
    for place, text in every_text():
        for needle, places in found.items():
            if needle.lower() in text:
                places.add(place)
    return {needle: places for needle, places in found.items() if places}


def every_text() -> Iterator[tuple[str, str]]:
    """Yield each value of each row in lower case and decrypted, with its place."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            columns = ", ".join(f'CAST("{name}" AS text)' for name in names)
            cursor.execute(f'SELECT {columns} FROM "{table}"')
            rows = cursor.fetchall()
        for row in rows:
            for name, value in zip(names, row, strict=True):
                if value:
                    place = f"{table}.{name}"
                    yield place, readable(value, place).lower()


def readable(value: str, place: str) -> str:
    """Return a value with what is encrypted in it, and in base64, beside it in clear."""
    parts = [value]
    parts += (cipher().decrypt(found[0], place) for found in ENCRYPTED.finditer(value))
    if not ENCRYPTED.search(value):
        parts += (decoded(found[0]) for found in BASE64.finditer(value))
    return "\n".join(parts)


def decoded(text: str) -> str:
    whole = text.rstrip("=")[: len(text) // 4 * 4]
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("latin-1")
