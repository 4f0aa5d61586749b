"""Clinics, their staff and shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.hours import OpeningHours, validate_closed_days, validate_week
from aftercare.people.models.users import User
from aftercare.people.name_matching import require_one_line
from aftercare.people.telephones import SHORT_NUMBER, TelephoneField, validate_emergency_number
from aftercare.ui.colour import HEX, accent_dark, accent_problem
from aftercare.ui.part_values import PartValue
from aftercare.ui.telephones import region_of

LATEST_CHECK_IN_DAY = 16 * 7  # days after a procedure
# Version of the portal's own part of the text on data and privacy, to which patients agree, and its first day.
# Count it up with each change of that text: patients are asked again. tests/people/clinics/test_privacy_text.py keeps
# a digest of the text of each version.
DATA_TEXT_VERSION = 2
DATA_TEXT_FROM = date(2026, 12, 1)
# The clinic's words on that page to which patients agree; a change of these counts as a new version.
AGREED_WORDS = ("data_controller", "data_kept", "photos_kept_months")

ACCENT = RegexValidator(r"^#[0-9a-f]{6}$", _("Give a colour such as #1b5a5c."))


def validate_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone, such as Europe/London."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(_("Give a time zone such as Europe/London.")) from error


def validate_check_in_days(days: Any) -> None:
    """Raise ValidationError unless `days` are some days up to the last one on which a check-in can be planned."""
    is_right = isinstance(days, list) and days and all(type(day) is int for day in days)
    if not is_right or days != sorted(set(days)) or not 0 <= days[0] <= days[-1] <= LATEST_CHECK_IN_DAY:
        raise ValidationError(
            _("Give days from 0 to %(last)s, such as 0-7, 10, 14.") % {"last": LATEST_CHECK_IN_DAY}
        )


@dataclass(frozen=True)
class ShownClinic(PartValue):
    """What a page says of a clinic, beside its telephones."""

    name: str
    emergency_number: str
    cannot_phone: str
    telephone_region: str | None


# One object for equal values, so that its pages find once what it says.
shown_clinic = lru_cache(maxsize=256)(ShownClinic)


class Clinic(models.Model):
    """A clinic. Its out-of-hours number is required, so that patients can call at night."""

    name = models.CharField(max_length=100, validators=[require_one_line])
    slug = models.SlugField(unique=True)
    telephone = TelephoneField()
    out_of_hours_telephone = TelephoneField()
    # A short number, dialled as it is, without country code.
    emergency_number = models.CharField(max_length=25, validators=[SHORT_NUMBER])
    opening_hours = models.JSONField(validators=[validate_week])
    # Closed days by date: {"2026-12-25": "Christmas Day"}.
    closed_days = models.JSONField(default=dict, blank=True, validators=[validate_closed_days])
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    # A number for people who cannot phone (texts, relay service); shown below the emergency number.
    cannot_phone = models.CharField(max_length=200, blank=True)
    # Younger patients have a guardian, and staff confirm before a procedure is stored.
    adult_age = models.PositiveSmallIntegerField(default=18)
    # Days after a procedure on which check-ins are planned, in order; null: the usual ones.
    check_in_days = models.JSONField(null=True, blank=True, validators=[validate_check_in_days])
    # The clinic's own words on the page on data and privacy; empty: the page says what holds everywhere.
    data_controller = models.CharField(max_length=200, blank=True, default="", db_default="")
    data_contact = models.CharField(max_length=200, blank=True, default="", db_default="")
    data_kept = models.CharField(max_length=200, blank=True, default="", db_default="")
    # Months after which pictures are deleted, and since when; null: they stay as long as the record.
    photos_kept_months = models.PositiveSmallIntegerField(null=True, blank=True)
    photos_kept_since = models.DateTimeField(null=True, editable=False)
    # Counts the changes of those words to which patients agree, and the day of the last.
    data_text_version = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    data_text_from = models.DateField(null=True, editable=False)
    # Mailed by the watchdog when messages are not delivered.
    technical_contact = models.EmailField(blank=True)
    accent = models.CharField(max_length=7, default="#1b5a5c", validators=[ACCENT])
    # Derived from the accent colour on save.
    accent_dark = models.CharField(max_length=7, default="#81bebf", validators=[ACCENT])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(out_of_hours_telephone="") & ~models.Q(emergency_number=""),
                name="clinic_has_an_out_of_hours_and_an_emergency_number",
            ),
            models.CheckConstraint(
                condition=models.Q(photos_kept_months=None, photos_kept_since=None)
                | models.Q(
                    photos_kept_months__isnull=False,
                    photos_kept_months__gte=1,
                    photos_kept_since__isnull=False,
                ),
                name="pictures_are_kept_for_a_month_or_more_since_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse an accent colour without enough contrast on white, also outside of forms."""
        if problem := accent_problem(self.accent):
            raise ValidationError({"accent": problem})
        self.accent_dark = accent_dark(self.accent)
        if "accent" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "accent_dark"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        # The field's own validator reports what is no colour at all.
        if HEX.fullmatch(self.accent) and (problem := accent_problem(self.accent)):
            raise ValidationError({"accent": problem})
        if self.emergency_number.isdigit():
            self.clean_emergency_number()

    def clean_emergency_number(self) -> None:
        """Raise ValidationError unless the number calls for help in the clinic's country."""
        try:
            validate_emergency_number(self.emergency_number, self.time_zone, self.telephone_region)
        except ValidationError as error:
            raise ValidationError({"emergency_number": error}) from error

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def telephone_region(self) -> str | None:
        """Country whose telephone numbers are written without country code."""
        return region_of(self.time_zone)

    @property
    def shown(self) -> ShownClinic:
        """What parts of pages that are kept say of the clinic."""
        return shown_clinic(self.name, self.emergency_number, self.cannot_phone, self.telephone_region)

    @property
    def consent_version(self) -> str:
        """Version of the text to which patients agree: the portal's part and the clinic's, such as "1.3"."""
        return f"{DATA_TEXT_VERSION}.{self.data_text_version}"

    @property
    def consent_text_from(self) -> date:
        """Day since which the text to which patients agree is as it is."""
        return max(DATA_TEXT_FROM, self.data_text_from or DATA_TEXT_FROM)

    @property
    def hours(self) -> OpeningHours:
        return OpeningHours(self.opening_hours, self.zone, frozenset(self.closed_days))


class StaffMemberQuerySet(models.QuerySet["StaffMember"]):
    def active(self) -> StaffMemberQuerySet:
        """Members who work for their clinic and can sign in."""
        return self.filter(is_active=True, user__is_active=True)

    def reachable(self, now: datetime) -> StaffMemberQuerySet:
        """Active members who are not away."""
        gone = Q(away_from__lte=now) & (Q(away_until=None) | Q(away_until__gt=now))
        return self.active().exclude(gone)


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
    # Absence from `away_from` up to, but not including, `away_until`; null: until further notice.
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StaffMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"], name="one_staff_membership_per_user_and_clinic"
            ),
            models.CheckConstraint(
                condition=Q(away_until=None) | Q(away_from__lt=F("away_until")),
                name="absence_begins_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def is_away(self, now: datetime) -> bool:
        """Return True if an absence covers this instant."""
        begun = self.away_from is not None and self.away_from <= now
        return begun and (self.away_until is None or self.away_until > now)

    def is_reachable(self, now: datetime) -> bool:
        """Return True for an active member who is not away, as `reachable` of the query set."""
        return self.is_active and self.user.is_active and not self.is_away(now)


class Shift(models.Model):
    """A shift of the on-duty rota; without a member after the holder has left or gone away."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="shifts")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "ends_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="shift_begins_before_it_ends"
            ),
            models.UniqueConstraint(
                fields=["member", "starts_at", "ends_at"], name="one_place_per_member_and_shift"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "ends_at"], name="shift_of_clinic")]

    def __str__(self) -> str:
        return f"on duty from {self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"
