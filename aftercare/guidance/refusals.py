"""Refusals by the model itself to publish, unpublish or delete an article, for every user and path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.models import Locale, Revision

from aftercare.guidance.forbidden_phrases import forbidden_phrases, forbidden_phrases_in_html
from aftercare.guidance.markup import malformed

# Safety articles: they say when to call, and which signs to look for.
SAFETY_KEYS = frozenset({"A4", "A5", "A6", "A7", "A8", "A11"})
GET_HELP = "get_help"
WORDS = ("title", "summary")
BODY = "body"
# Relations of an article, with the fields that patients read.
ROWS = {
    "instructions": ("text",),
    "answers": ("topic", "text"),
    "pictures": ("alternative_text", "caption"),
}


class RefusedError(ValidationError):
    """The article is unchanged; the messages give the reasons and name the phrases."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason not to publish, and the field to correct."""

    field: str
    message: str


def said_refused(phrases: Iterable[str]) -> str:
    """Return the message about forbidden phrases."""
    named = "”, “".join(phrases)
    return _("Patients must never read “%s”. Say it in other words.") % named


def said_malformed(part: str) -> str:
    """Return the message about a part that is no tag, comments included."""
    return _("Browsers may read “%s” as something else. Take it out.") % part


def refusals_of(field: str, phrases: list[str]) -> Iterator[Refusal]:
    if phrases:
        yield Refusal(field, said_refused(phrases))


def refuse(reasons: Iterable[Refusal]) -> None:
    """Raise RefusedError if there are reasons."""
    if messages := [reason.message for reason in reasons]:
        raise RefusedError(list(dict.fromkeys(messages)))


class RefusingQuerySet(models.QuerySet[Any]):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete all; raise RefusedError if patients need one."""
        for article in self:
            article.refuse_to_take_away()
        return super().delete()


class RefusesUnsafeChanges:
    """Raise RefusedError when an unsafe phrase would be published or a safety article removed.

    Put it before DraftStateMixin, whose publish() and unpublish() are used by forms, schedules, reviews and the
    shell.
    """

    _default_manager: ClassVar[Any]
    pk: Any
    key: Any
    group: Any
    live: Any
    locale_id: Any
    expire_at: Any

    def reasons_not_to_publish(self) -> Iterator[Refusal]:
        """Return the reasons not to publish the article as it is."""
        yield from self.reasons_in_fields()
        for relation, fields in ROWS.items():
            said = [getattr(row, name) for row in getattr(self, relation).all() for name in fields]
            yield from refusals_of(relation, [phrase for text in said for phrase in forbidden_phrases(text)])

    def reasons_in_fields(self) -> Iterator[Refusal]:
        """Return the reasons in its own fields, without instructions and pictures."""
        for name in WORDS:
            yield from refusals_of(name, forbidden_phrases(getattr(self, name)))
        yield from refusals_of(BODY, forbidden_phrases_in_html(getattr(self, BODY)))
        yield from (Refusal(BODY, said_malformed(part)) for part in malformed(getattr(self, BODY)))
        if self._was_safety() and not self._says_safety():
            yield Refusal("key", _("The key of a safety article stays as it is, and so does its group."))
        if self.is_safety and self.expire_at:
            yield Refusal("expire_at", _("A safety article does not end. Take the expiry date out."))

    @property
    def is_safety(self) -> bool:
        """True for a safety article, which can be changed but not removed.

        Translations can be removed: readers of that language then get the portal's own.
        """
        is_own = self.locale_id in (None, Locale.get_default().pk)
        return is_own and (self._says_safety() or self._was_safety())

    def _says_safety(self) -> bool:
        return self.key in SAFETY_KEYS or self.group == GET_HELP

    def _was_safety(self) -> bool:
        """The same by the key in the database: a draft may have another one."""
        return self._is_read(models.Q(key__in=SAFETY_KEYS) | models.Q(group=GET_HELP))

    def _is_read(self, condition: models.Q | None = None) -> bool:
        """Return True if the article is published and the condition holds for the published revision."""
        stored = type(self)._default_manager.filter(condition or models.Q(), pk=self.pk, live=True)
        return self.pk is not None and stored.exists()

    def refuse_to_take_away(self) -> None:
        """Raise RefusedError for a published safety article."""
        if self._is_read() and self.is_safety:
            raise RefusedError(
                _("Patients need “%s” to know when to call, so it stays. You can change it.") % self
            )

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Publish or schedule a revision; raise RefusedError for unsafe content."""
        refuse(revision.as_object().reasons_not_to_publish())
        with transaction.atomic():
            super().publish(revision, *args, **kwargs)  # type: ignore[misc]

    def unpublish(self, *args: Any, **kwargs: Any) -> None:
        """Unpublish; raise RefusedError for a safety article."""
        self.refuse_to_take_away()
        super().unpublish(*args, **kwargs)  # type: ignore[misc]

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete; raise RefusedError for a published safety article."""
        self.refuse_to_take_away()
        deleted: tuple[int, dict[str, int]] = super().delete(*args, **kwargs)  # type: ignore[misc]
        return deleted

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save; raise RefusedError for changes that publish() or unpublish() would refuse."""
        written = None if update_fields is None else set(update_fields)
        if written is None or written & {*WORDS, BODY, "live", "key", "group"}:
            if self.live:
                refuse(self.reasons_not_to_publish())
            else:
                self.refuse_to_take_away()
        super().save(*args, update_fields=update_fields, **kwargs)  # type: ignore[misc]


class RefusesUnsafeText:
    """A row of an article; saving one of a published article is refused like publishing it."""

    article: Any

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; raise RefusedError for a forbidden phrase in a published article."""
        if self.article.live:
            for fields in ROWS.values():
                for name in fields:
                    refuse(refusals_of(name, forbidden_phrases(getattr(self, name, ""))))
        super().save(*args, **kwargs)  # type: ignore[misc]
