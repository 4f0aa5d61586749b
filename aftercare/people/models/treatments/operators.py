"""Operators: who performed a treatment."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from aftercare.people.models.clinics import Clinic, StaffMember

NAME_LENGTH = 100
KEY_LENGTH = 200


class Operator(models.Model):
    """Somebody who treats patients of a clinic: a member of its staff, or a person named without an account.

    A member who leaves, and one who is erased, stays the operator of the treatments so far.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="operators")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    # Of somebody without an account; empty once erased.
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    # The name as it is compared (`name_matching.plain`).
    key = models.CharField(max_length=KEY_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(name="", key="") | (Q(member=None) & ~Q(name="") & ~Q(key="")),
                name="operator_is_named_by_the_account_or_here",
            ),
            models.UniqueConstraint(fields=["clinic", "member"], name="one_operator_per_clinic_and_member"),
            models.UniqueConstraint(
                fields=["clinic", "key"], condition=~Q(key=""), name="one_operator_per_clinic_and_name"
            ),
        ]

    def __str__(self) -> str:
        if self.member:
            return self.member.user.get_full_name() or gettext("Somebody of the clinic")
        return self.name or gettext("Somebody whose name was erased")

    @property
    def person(self) -> str:
        """A mark that is the same at each clinic where the same account works."""
        return f"user {self.member.user_id}" if self.member else f"operator {self.pk}"
