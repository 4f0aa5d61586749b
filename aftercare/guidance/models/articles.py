"""Articles: guidance written by editors, with instructions that apply for a range of hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.fields import RichTextField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)

from aftercare.guidance.models.article_reads import ArticleRead, ShippedText
from aftercare.guidance.models.previews import PREVIEW_MODES
from aftercare.guidance.refusals import RefusesUnsafeChanges, RefusesUnsafeText, RefusingQuerySet
from aftercare.guidance.validation import validate_body, validate_sources, validate_words

# Renders a draft in a preview mode; registered at start, because pages import the models.
PreviewRenderer = Callable[[HttpRequest, "Article", str], HttpResponseBase]
_preview_renderers: list[PreviewRenderer] = []


def register_preview_renderer(renderer: PreviewRenderer) -> None:
    """Register the renderer of previews."""
    _preview_renderers[:] = [renderer]


def language() -> str:
    """Return the active language if articles can be written in it, else the portal's."""
    try:
        return str(get_supported_content_language_variant(translation.get_language()))
    except LookupError:
        return str(get_supported_content_language_variant(settings.LANGUAGE_CODE))


class ArticleQuerySet(RefusingQuerySet):
    def in_language(self, code: str) -> ArticleQuerySet:
        """Articles in a language."""
        return self.filter(locale__language_code=code)

    def published(self) -> ArticleQuerySet:
        """Articles that patients may read: published, in their language or else in the portal's."""
        live, wanted = self.filter(live=True), language()
        own = str(get_supported_content_language_variant(settings.LANGUAGE_CODE))
        if wanted == own:
            return live.in_language(own)
        translated = Article.objects.filter(live=True).in_language(wanted).values("translation_key")
        return live.filter(
            Q(locale__language_code=wanted)
            | (Q(locale__language_code=own) & ~Q(translation_key__in=translated))
        )

    def with_has_answers(self) -> ArticleQuerySet:
        """Annotate each article with `has_answers`: it has everyday answers."""
        answers = Article._meta.get_field("answers").related_model
        found: ArticleQuerySet = self.annotate(
            has_answers=Exists(answers.objects.filter(article=OuterRef("pk")))
        )
        return found


class Article(
    RefusesUnsafeChanges,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    TranslatableMixin,
    PreviewableMixin,
    ClusterableModel,
):
    """A piece of guidance with translations, revisions and review."""

    class Group(models.TextChoices):
        GET_HELP = "get_help", _("Get help")
        FIRST_DAYS = "first_days", _("Days 1 to 3")
        LATER = "later", _("Later")
        GOOD_TO_KNOW = "good_to_know", _("Good to know")

    key = models.CharField(
        max_length=20,
        blank=True,
        help_text=_("The short name that the clinic's papers use, such as A1. Nobody else sees it."),
    )
    title = models.CharField(max_length=100, validators=[validate_words])
    slug = models.SlugField(
        _("address"),
        max_length=60,
        help_text=_("The last part of the page's address: small letters and hyphens, such as clean-hands."),
    )
    summary = models.CharField(
        max_length=300,
        validators=[validate_words],
        help_text=_("One or two sentences. They stand in the list, and first on the page."),
    )
    group = models.CharField(max_length=20, choices=Group, default=Group.GOOD_TO_KNOW)
    order = models.PositiveIntegerField(default=100, help_text=_("Smaller numbers stand further up."))
    body = RichTextField(
        validators=[validate_body],
        help_text=_(
            "These are filled in for the reader's clinic: {clinic}, {telephone}, {out_of_hours}, {emergency}, "
            "{products}, {sunscreen}, {make_up}."
        ),
    )
    sources = models.CharField(
        max_length=200,
        validators=[validate_sources],
        help_text=_("The source statements that this article carries, at least one, such as S27 S29."),
    )
    checked_by = models.CharField(
        max_length=100, blank=True, help_text=_("The clinician who has read and agreed to this article.")
    )
    checked_on = models.DateField(null=True, blank=True)
    check_again_by = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["translation_key", "locale"], name="one_article_per_language"),
            models.UniqueConstraint(fields=["slug", "locale"], name="one_article_per_address_and_language"),
            models.UniqueConstraint(
                fields=["key", "locale"], condition=~Q(key=""), name="one_article_per_key_and_language"
            ),
            models.CheckConstraint(
                condition=~Q(sources="") | Q(live=False), name="published_article_has_sources"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Address of the page for patients."""
        return reverse("article", args=[self.slug])

    def clean(self) -> None:
        """Raise ValidationError if another article of this language has the address or key."""
        super().clean()
        others = Article.objects.filter(locale_id=self.locale_id or self.get_default_locale().pk)
        others = others.exclude(pk=self.pk)
        if self.slug and (taken := others.filter(slug=self.slug).first()):
            raise ValidationError({"slug": _("“%s” has this address already. Choose another.") % taken})
        if self.key and (taken := others.filter(key=self.key).first()):
            raise ValidationError({"key": _("“%s” has this key already. Choose another.") % taken})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and keep the address of a published article for later redirects."""
        super().save(*args, **kwargs)
        if self.live:
            ArticleSlug.objects.get_or_create(slug=self.slug, defaults={"article": self})

    def save_revision(
        self, *args: Any, overwrite_revision: Revision | None = None, **kwargs: Any
    ) -> Revision:
        """Save a revision; one that was published or read is never overwritten, not even by autosave."""
        if overwrite_revision and is_kept(overwrite_revision):
            overwrite_revision = None
        return super().save_revision(*args, overwrite_revision=overwrite_revision, **kwargs)

    @property
    def was_read(self) -> bool:
        """True if a patient has read any revision of it."""
        return ArticleRead.objects.filter(revision__in=self.revisions).exists()

    @property
    def is_shipped(self) -> bool:
        """True if it was shipped with the portal."""
        return ShippedText.objects.filter(revision__in=self.revisions).exists()

    @property
    def preview_modes(self) -> list[tuple[str, object]]:
        """Readers for whom a draft can be previewed."""
        return PREVIEW_MODES

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """Render the preview."""
        return _preview_renderers[0](request, self, mode_name)


def is_kept(revision: Revision) -> bool:
    """Return True if a revision is published, was read, or was shipped."""
    is_live = Article.objects.filter(live_revision=revision).exists()
    return is_live or any(
        kept.objects.filter(revision=revision).exists() for kept in (ArticleRead, ShippedText)
    )


class Instruction(RefusesUnsafeText, Orderable):
    """Something to do or avoid for a range of hours after the procedure."""

    class Action(models.TextChoices):
        DO = "do", _("Do")
        AVOID = "avoid", _("Do not")

    class Kinds(models.TextChoices):
        BOTH = "mn rf", _("Both kinds")
        MICRONEEDLING = "mn", _("Microneedling only")
        RADIOFREQUENCY = "rf", _("RF microneedling only")

    class ClinicField(models.TextChoices):
        PRODUCTS = "products", _("Products: the clinic's words replace the text")
        SUNSCREEN = "sunscreen", _("Sunscreen: the clinic's words replace the text")
        MAKE_UP = "make_up_from_h", _("Make-up: the clinic's hour replaces the hour")

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="instructions")
    key = models.SlugField(max_length=60, help_text=_("A short name, such as wash-with-fingers."))
    action = models.CharField(max_length=10, choices=Action)
    text = models.CharField(
        max_length=300,
        validators=[validate_words],
        help_text=_("One sentence, the action first. What to avoid begins with “Do not”."),
    )
    from_hour = models.PositiveIntegerField(default=0, help_text=_("Hours after the treatment."))
    until_hour = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Hours after the treatment. Empty: it holds for good.")
    )
    kinds = models.CharField(max_length=5, choices=Kinds, default=Kinds.BOTH)
    sources = models.CharField(
        max_length=100, validators=[validate_sources], help_text=_("At least one, such as S27.")
    )
    clinic_field = models.CharField(
        max_length=20,
        choices=ClinicField,
        blank=True,
        help_text=_("Where sources differ, each clinic decides."),
    )

    class Meta(Orderable.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(until_hour__isnull=True) | Q(until_hour__gt=F("from_hour")),
                name="instruction_ends_after_it_begins",
                violation_error_message=_("The until-hour must be later than the from-hour."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Raise ValidationError if it would end before it begins."""
        super().clean()
        if self.until_hour is not None and self.from_hour is not None and self.until_hour <= self.from_hour:
            raise ValidationError({"until_hour": _("The until-hour must be later than the from-hour.")})

    def is_for(self, kind: str) -> bool:
        """Return True if it applies to this kind of procedure."""
        return kind in self.kinds.split()


class Picture(RefusesUnsafeText, Orderable):
    """A picture of an article. The alternative text is required."""

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="pictures")
    image = models.ForeignKey("wagtailimages.Image", on_delete=models.PROTECT, related_name="+")
    alternative_text = models.CharField(
        max_length=250,
        validators=[validate_words],
        help_text=_("What the picture shows, for people who can't see it. Say the skin tone."),
    )
    caption = models.CharField(max_length=200, blank=True, validators=[validate_words])

    class Meta(Orderable.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(alternative_text=""), name="picture_has_an_alternative_text"),
        ]

    def __str__(self) -> str:
        return self.alternative_text


class ArticleSlug(models.Model):
    """An address under which an article was published; old addresses redirect."""

    slug = models.SlugField(max_length=60, unique=True)
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, related_name="addresses")

    class Meta:
        db_table = "guidance_address"

    def __str__(self) -> str:
        return self.slug

    @property
    def current(self) -> Article | None:
        """The article, if patients may read it."""
        return self.article if self.article and self.article.live else None
