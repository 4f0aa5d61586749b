"""Changes to the rota for once: overrides, swaps of shifts, and whether who is on has confirmed it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.models import Clinic, Shift, StaffMember, User


class OverrideQuerySet(models.QuerySet["Override"]):
    def standing(self, now: datetime) -> OverrideQuerySet:
        """Overrides that hold now or later, and were not removed."""
        return self.filter(removed_at=None, ends_at__gt=now)


class Override(models.Model):
    """Another person on duty for a stretch of time, whatever the rota says. A removed override is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="overrides")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="overrides")
    # Whose places it takes; null: those of everybody on the rota.
    instead_of = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="override_begins_before_it_ends"
            ),
            models.CheckConstraint(
                condition=Q(instead_of=None) | ~Q(instead_of=F("member")),
                name="override_is_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="override_that_is_removed_says_by_whom",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "ends_at"], condition=Q(removed_at=None), name="override_of_clinic"
            )
        ]

    def __str__(self) -> str:
        return f"override from {self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"

    def covers(self, at: datetime) -> bool:
        """Return True if the override lasts at this instant."""
        return self.removed_at is None and self.starts_at <= at < self.ends_at


class SwapQuerySet(models.QuerySet["Swap"]):
    def waiting(self, now: datetime) -> SwapQuerySet:
        """Swaps that can still be accepted: unanswered, and no shift of theirs has begun."""
        return self.filter(state=Swap.State.ASKED, expires_at__gt=now)


class Swap(models.Model):
    """A request to a colleague to take a shift, with or without one in return. It expires when a shift begins."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        TAKEN = "taken", _("taken by somebody else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="swaps")
    # Null once the place was removed from the rota.
    shift = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, related_name="swaps")
    in_return = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    asked = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="swaps_asked")
    # The times of the shifts when the request was made.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    return_starts_at = models.DateTimeField(null=True)
    return_ends_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State, default=State.ASKED)
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar = SwapQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "asked"],
                condition=Q(state="asked"),
                name="one_unanswered_swap_per_shift_and_colleague",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None)
                | (~Q(state="asked") & Q(answered_at__isnull=False)),
                name="swap_that_is_settled_says_when",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("asked")), name="swap_is_asked_of_somebody_else"),
        ]
        indexes = [models.Index(fields=["clinic", "ends_at"], name="swap_of_clinic")]

    def __str__(self) -> str:
        return f"swap {self.pk} ({self.state})"

    def is_waiting(self, now: datetime) -> bool:
        """Return True if the request can still be accepted, as `waiting` of the query set."""
        return self.state == self.State.ASKED and self.expires_at > now


class DutyConfirmation(models.Model):
    """The question to a person whether they know that they are on duty from an instant, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="duty_confirmations")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="duty_confirmations")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # When the managers were told that it was not confirmed.
    warned_at = models.DateTimeField(null=True)

    objects: ClassVar = models.Manager["DutyConfirmation"]()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "starts_at"], name="one_confirmation_per_member_and_start"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="confirmed_duty_begins_before_it_ends"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "ends_at"], name="confirmation_of_clinic")]

    def __str__(self) -> str:
        return f"duty from {self.starts_at:%Y-%m-%d %H:%M}"
