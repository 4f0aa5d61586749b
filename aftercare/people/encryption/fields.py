"""Model fields that are encrypted in the database.

A value is encrypted where it is saved and decrypted where it is loaded. Nothing can be looked up by it, except
whether it is empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from aftercare.people.encryption.cipher import cipher

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class OnlyEmpty(models.lookups.Exact):
    """Equality with the empty value: any other value is stored differently each time."""

    def get_prep_lookup(self) -> Any:
        if self.rhs:
            raise FieldError("An encrypted field can only be compared with its empty value.")
        return super().get_prep_lookup()


class Refused(models.Lookup):
    """A lookup that an encrypted field cannot answer; raises FieldError."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        raise FieldError(f"Nothing can be looked up by an encrypted field ({lhs.target.name}).")


class Encrypted:
    """Base of the encrypted fields; not an abstract class, of which Django could not copy a field."""

    model: Any
    column: Any
    # Returns a value as stored, as text.
    stored_text: Callable[[Any], str]

    @property
    def place(self) -> str:
        """The table and column."""
        return f"{self.model._meta.db_table}.{self.column}"

    def get_lookup(self, lookup_name: str) -> type[models.Lookup[Any]] | None:
        """Allow to ask whether the field is empty or null."""
        return {"exact": OnlyEmpty, "isnull": models.lookups.IsNull}.get(lookup_name, Refused)


class EncryptedTextField(Encrypted, TextField):
    """Text that is encrypted in the database. An empty text is stored as such."""

    description = "Encrypted text"

    def stored_text(self, value: str) -> str:
        return cipher().encrypt(value, self.place)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, str):
            value = self.stored_text(value)
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, *_arguments: object) -> str | None:
        return cipher().decrypt(value, self.place) if value else value


class EncryptedJSONField(Encrypted, models.JSONField):
    """JSON object that is encrypted in the database as a JSON string. An empty object is stored as such."""

    description = "Encrypted JSON object"

    def stored_text(self, value: dict[str, Any]) -> str:
        return json.dumps(self.sealed(value))

    def sealed(self, value: dict[str, Any]) -> dict[str, Any] | str:
        return cipher().encrypt(json.dumps(value), self.place) if value else value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, dict):
            value = self.sealed(value)
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, *arguments: Any) -> Any:
        found = super().from_db_value(value, *arguments)
        return json.loads(cipher().decrypt(found, self.place)) if isinstance(found, str) else found
