"""When an article may not be published, unpublished or deleted: asked by the model itself, whoever acts and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.models import Locale, Revision

from aftercare.guidance.forbidden_phrases import forbidden_phrases, forbidden_phrases_in_html

# The articles that say when to call: Get help, and those whose signs patients are told to look for.
SAFETY_KEYS = frozenset({"A4", "A5", "A6", "A7", "A8", "A11"})
GET_HELP = "get_help"
WORDS = ("title", "summary")
BODY = "body"
# Relations of an article, and the fields of each that patients read.
ROWS = {"instructions": ("text",), "pictures": ("alternative_text", "caption")}


class RefusedError(ValidationError):
    """An article stays as it is; the messages say why, and name the phrase."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to publish, and the field to mend."""

    field: str
    message: str


def said_refused(phrases: Iterable[str]) -> str:
    """The message about phrases that patients must never read."""
    named = "”, “".join(phrases)
    return _("Patients must never read “%s”. Say it in other words.") % named


def refusals_of(field: str, phrases: list[str]) -> Iterator[Refusal]:
    if phrases:
        yield Refusal(field, said_refused(phrases))


def refuse(reasons: Iterable[Refusal]) -> None:
    """RefusedError with all reasons, where there are any."""
    if messages := [reason.message for reason in reasons]:
        raise RefusedError(list(dict.fromkeys(messages)))


class RefusingQuerySet(models.QuerySet[Any]):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete them all; RefusedError where patients need one."""
        for article in self:
            article.refuse_to_take_away()
        return super().delete()


class RefusesUnsafeChanges:
    """Publishing an unsafe phrase and taking away a safety article raise RefusedError, from wherever it is asked.

    Put it before DraftStateMixin: its publish() and unpublish() are what forms, schedules, reviews and the shell use.
    """

    _default_manager: ClassVar[Any]
    pk: Any
    key: Any
    group: Any
    live: Any
    locale_id: Any
    expire_at: Any

    def reasons_not_to_publish(self) -> Iterator[Refusal]:
        """What stands in the way of patients reading it as it is now."""
        yield from self.reasons_in_fields()
        for relation, fields in ROWS.items():
            said = [getattr(row, name) for row in getattr(self, relation).all() for name in fields]
            yield from refusals_of(relation, [phrase for text in said for phrase in forbidden_phrases(text)])

    def reasons_in_fields(self) -> Iterator[Refusal]:
        """The same, without its instructions and pictures."""
        for name in WORDS:
            yield from refusals_of(name, forbidden_phrases(getattr(self, name)))
        yield from refusals_of(BODY, forbidden_phrases_in_html(getattr(self, BODY)))
        if self._was_safety() and not self._says_safety():
            yield Refusal("key", _("The key of a safety article stays as it is, and so does its group."))
        if self.is_safety and self.expire_at:
            yield Refusal("expire_at", _("A safety article does not end. Take the expiry date out."))

    @property
    def is_safety(self) -> bool:
        """Whether patients read in it when to call, so that it can be changed but not taken away.

        A translation can: who reads in that language then reads the portal's own.
        """
        is_own = self.locale_id in (None, Locale.get_default().pk)
        return is_own and (self._says_safety() or self._was_safety())

    def _says_safety(self) -> bool:
        return self.key in SAFETY_KEYS or self.group == GET_HELP

    def _was_safety(self) -> bool:
        """What the database says: a draft may have another key."""
        return self._is_read(models.Q(key__in=SAFETY_KEYS) | models.Q(group=GET_HELP))

    def _is_read(self, condition: models.Q | None = None) -> bool:
        """Whether patients read it now, and the condition holds of what they read."""
        stored = type(self)._default_manager.filter(condition or models.Q(), pk=self.pk, live=True)
        return self.pk is not None and stored.exists()

    def refuse_to_take_away(self) -> None:
        """RefusedError where patients read it now and need it."""
        if self._is_read() and self.is_safety:
            raise RefusedError(
                _("Patients need “%s” to know when to call, so it stays. You can change it.") % self
            )

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Publish or schedule a revision; RefusedError where patients must not read it."""
        refuse(revision.as_object().reasons_not_to_publish())
        with transaction.atomic():
            super().publish(revision, *args, **kwargs)  # type: ignore[misc]

    def unpublish(self, *args: Any, **kwargs: Any) -> None:
        """Take it away from patients; RefusedError for a safety article."""
        self.refuse_to_take_away()
        super().unpublish(*args, **kwargs)  # type: ignore[misc]

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete it; RefusedError for a safety article that patients read."""
        self.refuse_to_take_away()
        deleted: tuple[int, dict[str, int]] = super().delete(*args, **kwargs)  # type: ignore[misc]
        return deleted

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save it; RefusedError where that alone would show or take away what publish() and unpublish() refuse."""
        written = None if update_fields is None else set(update_fields)
        if written is None or written & {*WORDS, BODY, "live", "key", "group"}:
            if self.live:
                refuse(self.reasons_not_to_publish())
            else:
                self.refuse_to_take_away()
        super().save(*args, update_fields=update_fields, **kwargs)  # type: ignore[misc]


class SaysNothingUnsafe:
    """A row of an article. Saving one that patients read at once is refused like publishing it."""

    article: Any

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it; RefusedError where its article is published and a phrase must never be said."""
        if self.article.live:
            for fields in ROWS.values():
                for name in fields:
                    refuse(refusals_of(name, forbidden_phrases(getattr(self, name, ""))))
        super().save(*args, **kwargs)  # type: ignore[misc]
