"""Users: one per person, identified by e-mail address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from aftercare.people.name_matching import require_one_line
from aftercare.people.telephones import TelephoneField

SYSTEM_EMAIL = "system@aftercare.invalid"
ERASED_EMAIL = "erased-{pk}@aftercare.invalid"
SIGN_IN_LINK_LIFE = timedelta(minutes=15)


class Language(models.TextChoices):
    """Preferred language. Pages and mails are in English until they are translated."""

    ENGLISH = "en", _("English")
    ALBANIAN = "sq", _("Albanian (Shqip)")
    ARABIC = "ar", _("Arabic (العربية)")
    BENGALI = "bn", _("Bengali (বাংলা)")
    BULGARIAN = "bg", _("Bulgarian (Български)")
    CHINESE = "zh-hans", _("Chinese (简体中文)")
    CZECH = "cs", _("Czech (Čeština)")
    DUTCH = "nl", _("Dutch (Nederlands)")
    FRENCH = "fr", _("French (Français)")
    GERMAN = "de", _("German (Deutsch)")
    GREEK = "el", _("Greek (Ελληνικά)")
    HINDI = "hi", _("Hindi (हिन्दी)")
    HUNGARIAN = "hu", _("Hungarian (Magyar)")
    ITALIAN = "it", _("Italian (Italiano)")
    LITHUANIAN = "lt", _("Lithuanian (Lietuvių)")
    PERSIAN = "fa", _("Persian (فارسی)")
    POLISH = "pl", _("Polish (Polski)")
    PORTUGUESE = "pt", _("Portuguese (Português)")
    PUNJABI = "pa", _("Punjabi (ਪੰਜਾਬੀ)")
    ROMANIAN = "ro", _("Romanian (Română)")
    RUSSIAN = "ru", _("Russian (Русский)")
    SOMALI = "so", _("Somali (Soomaali)")
    SPANISH = "es", _("Spanish (Español)")
    TAMIL = "ta", _("Tamil (தமிழ்)")
    TURKISH = "tr", _("Turkish (Türkçe)")
    UKRAINIAN = "uk", _("Ukrainian (Українська)")
    URDU = "ur", _("Urdu (اردو)")
    VIETNAMESE = "vi", _("Vietnamese (Tiếng Việt)")
    WELSH = "cy", _("Welsh (Cymraeg)")


def require_names(details: Mapping[str, Any]) -> None:
    """Raise ValidationError, by field, for first and last names that are not one line of visible characters."""
    problems = {}
    for name in ("first_name", "last_name"):
        try:
            require_one_line(details.get(name) or "")
        except ValidationError as error:
            problems[name] = error.messages
    if problems:
        raise ValidationError(problems)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password the user signs in by mailed code.

        Raise ValidationError for a name that is not one line of visible characters.
        """
        require_names(fields)
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user with all permissions in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def system(self) -> User:
        """The user that acts for the portal itself; it cannot sign in."""
        return self.get_or_create(
            email=SYSTEM_EMAIL, defaults={"first_name": "System", "is_active": False, "password": "!"}
        )[0]

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractUser):  # type: ignore[django-manager-missing]  # Wagtail, untyped, points here
    class ErasedAs(models.TextChoices):
        """The words that stand where the name of an erased person stood."""

        PATIENT = "patient", _("Erased patient")
        STAFF = "staff", _("Former member of staff")
        COMPANION = "companion", _("Former companion")

    username = None  # type: ignore[assignment]
    first_name = models.CharField(_("first name"), max_length=150, blank=True, validators=[require_one_line])
    last_name = models.CharField(_("last name"), max_length=150, blank=True, validators=[require_one_line])
    email = models.EmailField(_("e-mail address"), unique=True)
    # A staff member's own number, shown to colleagues; a patient's is on the patient record.
    telephone = TelephoneField(blank=True)
    # Used when a message is rendered. Empty: not asked.
    language = models.CharField(max_length=10, choices=Language, blank=True)
    # Set when the person was erased: the row stays, so that events and reports keep somebody they are about.
    # The database knows the default too: a process of the version before adds users during an update.
    erased_as = models.CharField(max_length=10, choices=ErasedAs, blank=True, default="", db_default="")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    # The patient records that the sign-in opens, of the user of a request, who is loaded with them.
    opened_records: Sequence[models.Model] | None = None

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email_whatever_its_case")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        """Return the name, or what stands for it once the person is erased."""
        if self.erased_as:
            return str(self.ErasedAs(self.erased_as).label)
        return super().get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Update the search text of the person's patient records with the name."""
        is_new, names = self._state.adding, kwargs.get("update_fields")
        super().save(*args, **kwargs)
        if not is_new and (names is None or {"first_name", "last_name"} & set(names)):
            for patient in self.patients.all():
                patient.user = self
                patient.save(update_fields=["search_text"])


class SignInLink(models.Model):
    """A sign-in link, usable once within 15 minutes; only the hash of its token is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"

    @staticmethod
    def hash_of(token: str) -> str:
        """Return the stored hash of a token."""
        return hashlib.sha256(token.encode()).hexdigest()

    def is_usable(self, now: datetime) -> bool:
        """Return True if the link can still sign in."""
        return self.used_at is None and now < self.created_at + SIGN_IN_LINK_LIFE
