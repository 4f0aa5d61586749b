"""Answers to everyday questions, the clinics' confirmations of them, and the words that people search by."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from aftercare.guidance.models.articles import Article, Instruction
from aftercare.guidance.refusals import RefusesUnsafeText
from aftercare.guidance.validation import validate_sources, validate_words
from aftercare.people.models import Clinic, StaffMember, User
from aftercare.people.models.append_only import AppendOnly, AppendOnlyQuerySet


class EverydayAnswer(RefusesUnsafeText, Orderable):
    """A short answer to an everyday question, for a range of hours after the procedure.

    Answers of one topic stand together. One that needs a confirmation is shown at a clinic that has confirmed it.
    """

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="answers")
    key = models.SlugField(
        max_length=60,
        help_text=_(
            "The same short name for all answers of a topic, such as sauna. It ends the page's address."
        ),
    )
    topic = models.CharField(
        max_length=100,
        validators=[validate_words],
        help_text=_("What the question is about, such as “Sauna and hot tub”. Above the answers."),
    )
    text = models.CharField(
        max_length=300, validators=[validate_words], help_text=_("One or two sentences, the action first.")
    )
    from_hour = models.PositiveIntegerField(default=0, help_text=_("Hours after the treatment."))
    until_hour = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Hours after the treatment. Empty: it holds for good.")
    )
    kinds = models.CharField(
        max_length=5, choices=Instruction.Kinds.choices, default=Instruction.Kinds.BOTH.value
    )
    needs_confirmation = models.BooleanField(
        _("each clinic confirms it"),
        default=True,
        help_text=_(
            "Where sources differ: patients read it once their clinic has confirmed it, under Clinics."
        ),
    )
    sources = models.CharField(
        max_length=100,
        blank=True,
        validators=[validate_sources],
        help_text=_("Such as S27. Empty only where each clinic confirms it."),
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(until_hour__isnull=True) | Q(until_hour__gt=F("from_hour")),
                name="answer_ends_after_it_begins",
                violation_error_message=_("The until-hour must be later than the from-hour."),
            ),
            models.CheckConstraint(
                condition=Q(needs_confirmation=True) | ~Q(sources=""),
                name="answer_has_sources_or_is_confirmed",
                violation_error_message=_("Name a source, or let each clinic confirm it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.text}"

    def clean(self) -> None:
        """Raise ValidationError if it would end before it begins, or has neither a source nor a confirmation."""
        super().clean()
        if self.until_hour is not None and self.from_hour is not None and self.until_hour <= self.from_hour:
            raise ValidationError({"until_hour": _("The until-hour must be later than the from-hour.")})
        if not self.sources and not self.needs_confirmation:
            raise ValidationError({"sources": _("Name a source, or let each clinic confirm it.")})

    @property
    def statement(self) -> str:
        """All that a clinic confirms: after any change of topic, text, hours or kind it waits again."""
        until = "" if self.until_hour is None else self.until_hour
        return f"{self.topic} [{self.from_hour}-{until} h, {self.kinds}]: {self.text}"

    def holds_at(self, hours: float) -> bool:
        """Return True from `from_hour` up to, but not including, `until_hour`."""
        return self.from_hour <= hours and (self.until_hour is None or hours < self.until_hour)

    def is_for(self, kind: str) -> bool:
        """Return True if it applies to this kind of procedure."""
        return kind in self.kinds.split()


class AnswerConfirmationQuerySet(AppendOnlyQuerySet):
    def newest(self, clinic: Clinic) -> dict[str, AnswerConfirmation]:
        """Return the newest row of each statement at a clinic."""
        rows = self.filter(clinic=clinic).select_related("clinician__user").order_by("at", "pk")
        return {row.statement: row for row in rows}

    def confirmed(self, clinic: Clinic) -> frozenset[str]:
        """Return the statements that a clinic confirms now."""
        rows = self.filter(clinic=clinic).order_by("at", "pk").values_list("statement", "is_confirmed")
        return frozenset(statement for statement, is_confirmed in dict(rows).items() if is_confirmed)


class AnswerConfirmation(AppendOnly):
    """A clinic's yes to the statement of an everyday answer, or the end of it. The newest row holds."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="answer_confirmations")
    statement = models.TextField()
    is_confirmed = models.BooleanField()
    clinician = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar = AnswerConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.statement


class SearchSynonym(models.Model):
    """Words that people type, and the words of the articles that they mean."""

    meaning = models.CharField(
        max_length=100,
        unique=True,
        help_text=_(
            "A word that articles use, such as gym. Several, with commas: any of them is looked for."
        ),
    )
    words = models.TextField(
        max_length=2000,
        blank=True,
        help_text=_("What people type instead, with commas: workout, jogging, pilates. Empty: switched off."),
    )

    class Meta:
        ordering = ["meaning"]
        verbose_name = _("search word")
        verbose_name_plural = _("search words")

    def __str__(self) -> str:
        return self.meaning
