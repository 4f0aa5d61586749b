"""Guidance that each clinic decides for itself, because sources differ."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin

from aftercare.guidance.validation import validate_own_words
from aftercare.people.models import Clinic


class ClinicGuidance(RevisionMixin, models.Model):
    """A clinic's own words and hours; empty values fall back to those of the articles."""

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="guidance", editable=False)
    products = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_own_words],
        help_text=_("What to wash and care with, within a sentence: “the plain cleanser that we gave you”."),
    )
    sunscreen = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_own_words],
        help_text=_("Which sunscreen, within a sentence: “a mineral sunscreen, SPF 30 or more”."),
    )
    make_up_from_h = models.PositiveIntegerField(
        _("make-up from hour"),
        null=True,
        blank=True,
        help_text=_("Hours after the treatment from which make-up may be worn again."),
    )

    class Meta:
        verbose_name = _("clinic's own guidance")
        verbose_name_plural = _("clinics' own guidance")

    def __str__(self) -> str:
        return str(self.clinic)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; raise ValidationError for a forbidden phrase."""
        for words in (self.products, self.sunscreen):
            validate_own_words(words)
        super().save(*args, **kwargs)
