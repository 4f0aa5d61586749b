"""Changes of the address with which a person signs in."""

from __future__ import annotations

import uuid

from django.db import models

from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models.users import User


class AddressChange(models.Model):
    """The address that a person had before a change: the notice goes there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_changes")
    old_address = EncryptedTextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"address change {self.pk}"
