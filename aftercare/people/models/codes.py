"""Codes for sign-in and for proving an address: the requests, by which mails and tries are counted, and the mails."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.crypto import salted_hmac

from aftercare.people.encryption.fields import EncryptedJSONField

DAY = timedelta(days=1)


class CodeRequestQuerySet(models.QuerySet["CodeRequest"]):
    def since(self, instant: datetime) -> CodeRequestQuerySet:
        return self.filter(asked_at__gt=instant)

    def to_mailbox(self, email: str) -> CodeRequestQuerySet:
        """Return the requests for this address, whoever made them."""
        return self.filter(mailbox=CodeRequest.hash_of(email))

    def unused(self, email: str, code: str, now: datetime) -> CodeRequestQuerySet:
        """Return the request of the last day whose mail brought this code to this address; none if it was used."""
        mailed = self.to_mailbox(email).since(now - DAY).filter(is_mailed=True, used_at=None)
        return mailed.filter(code_hash=CodeRequest.hash_of(code))


class CodeRequest(models.Model):
    """A request for a sign-in code, kept for a day. Address and code are stored as keyed hashes."""

    mailbox = models.CharField(max_length=64)
    # Where it came from (people.client_address); empty if that is unknown.
    network = models.CharField(max_length=43, blank=True)
    asked_at = models.DateTimeField()
    is_mailed = models.BooleanField()
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar = CodeRequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["mailbox", "asked_at"], name="code_requests_of_a_mailbox"),
            models.Index(fields=["network", "asked_at"], name="code_requests_of_a_network"),
            models.Index(fields=["asked_at"], name="code_requests_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_mailed=True) | models.Q(code_hash="", used_at=None),
                name="only_a_mailed_code_is_kept_and_used",
            ),
        ]

    def __str__(self) -> str:
        return f"request for a sign-in code {self.pk}"

    @staticmethod
    def hash_of(text: str) -> str:
        """Return the hash of an address or a code, whatever its case."""
        return salted_hmac("aftercare.people.code_request", text.lower(), algorithm="sha256").hexdigest()


class CodeMail(models.Model):
    """A mail with a code: its text is encrypted, and emptied once it was sent or has expired; kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Address, subject, body and name of the sender.
    content = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)
    emptied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"mail with a code {self.pk}"
