"""Clinics and the people who work for them."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from aftercare.people.hours import OpeningHours, validate_week
from aftercare.people.models.users import User

TELEPHONE = RegexValidator(r"^\+?[0-9][0-9 ()-]{1,24}$", _("Give a telephone number, such as 0161 496 0123."))
ACCENT = RegexValidator(r"^#[0-9a-f]{6}$", _("Give a colour such as #1b5a5c."))


def validate_zone(name: str) -> None:
    """ValidationError unless `name` is an IANA time zone, such as Europe/London."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("Give a time zone such as Europe/London.")) from error


class Clinic(models.Model):
    """A practice. Its out-of-hours number is required: without one the portal would leave people alone at night."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    telephone = models.CharField(max_length=25, validators=[TELEPHONE])
    out_of_hours_telephone = models.CharField(max_length=25, validators=[TELEPHONE])
    emergency_number = models.CharField(max_length=25, validators=[TELEPHONE])
    opening_hours = models.JSONField(validators=[validate_week])
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    accent = models.CharField(max_length=7, default="#1b5a5c", validators=[ACCENT])
    accent_dark = models.CharField(max_length=7, default="#81bebf", validators=[ACCENT])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(out_of_hours_telephone="") & ~models.Q(emergency_number=""),
                name="clinic_has_an_out_of_hours_and_an_emergency_number",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def hours(self) -> OpeningHours:
        return OpeningHours(self.opening_hours, self.zone)


class StaffMemberQuerySet(models.QuerySet["StaffMember"]):
    def active(self) -> StaffMemberQuerySet:
        """Those who work there now and can sign in."""
        return self.filter(is_active=True, user__is_active=True)


class StaffMember(models.Model):
    """A user who works for a clinic."""

    class Role(models.TextChoices):
        NURSE = "nurse", _("Nurse")
        CLINICIAN = "clinician", _("Clinician")
        MANAGER = "manager", _("Manager")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="staff_members")
    role = models.CharField(max_length=20, choices=Role)
    is_active = models.BooleanField(default=True)

    objects: ClassVar = StaffMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"], name="one_staff_membership_per_user_and_clinic"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
