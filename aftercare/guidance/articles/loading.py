"""Brings the articles of the data files into the database: an edit is never written over.

One file per article, content/*.toml; the keys are those of Article and Instruction.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Locale, Revision

from aftercare.guidance.models import Article, ClinicGuidance, Instruction, ShippedText
from aftercare.guidance.models.articles import language
from aftercare.guidance.refusals import refuse
from aftercare.people.models import Clinic, User

SHIPPED = "guidance.shipped"  # the entry in an article's history
CONTENT = Path(__file__).parent.parent / "content"
ARTICLE_KEYS = frozenset(
    {"key", "slug", "title", "summary", "order", "group", "sources", "body", "instructions"}
)
INSTRUCTION_KEYS = frozenset(
    {"key", "action", "text", "from_hour", "until_hour", "kinds", "sources", "clinic_field"}
)


class ContentError(ValueError):
    """A data file that is no article: says which file, and what is wrong with it."""


def load_articles(*, by: User, folder: Path = CONTENT) -> list[Article]:
    """Publish every article that the database has never had, and newer texts of those nobody edited; these."""
    Locale.objects.get_or_create(language_code=language())
    return [new for path in sorted(folder.glob("*.toml")) if (new := load_article(path, by=by))]


@transaction.atomic
def load_article(path: Path, *, by: User) -> Article | None:
    """Publish one file's article; None where it is there as the file has it, or an editor has made it their own."""
    told = read(path)
    article = Article.objects.select_for_update().filter(key=told["key"]).first()
    if article is None:
        return publish_shipped(Article(key=told["key"], live=False), told, path, by=by)
    remember_first_text(article, by=by)
    if not article.live or is_edited(article) or is_as_told(article, told):
        return None
    return publish_shipped(article, told, path, by=by)


def publish_shipped(article: Article, told: Mapping[str, Any], path: Path, *, by: User) -> Article:
    """Publish the file's text as a revision that is kept for good; ContentError where it may not be read."""
    kept = {one.key: one.pk for one in article.instructions.all()}
    for name, value in fields_of(told).items():
        setattr(article, name, value)
    article.instructions = list(instructions_of(told))
    check(article, path)
    for one in article.instructions.all():
        one.pk = kept.get(one.key)  # so that a comparison shows what changed in it
    article.save()
    revision = article.save_revision(user=by, clean=False)
    keep_as_shipped(revision, by=by)
    # The portal itself publishes: no permission of a person is asked for.
    revision.publish(user=by, skip_permission_checks=True)
    loaded: Article = Article.objects.get(pk=article.pk)
    return loaded


def fields_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an article as a file has them."""
    return {
        **{name: told[name] for name in ("slug", "title", "summary", "body")},
        "order": told.get("order", 100),
        "group": told.get("group", Article.Group.GOOD_TO_KNOW),
        "sources": " ".join(told["sources"]),
    }


def is_as_told(article: Article, told: Mapping[str, Any]) -> bool:
    """Whether the article says what the file says."""
    rows = [comparable_row(one) for one in article.instructions.order_by("sort_order")]
    return rows == [comparable_row(one) for one in instructions_of(told)] and all(
        getattr(article, name) == value for name, value in fields_of(told).items()
    )


def comparable_row(one: Instruction) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in sorted(INSTRUCTION_KEYS))


def is_edited(article: Article) -> bool:
    """Whether anything was made of it since it came, a draft included."""
    shipped = ShippedText.objects.filter(revision__in=article.revisions).values("revision")
    return bool(article.revisions.exclude(pk__in=shipped).exists())


def remember_first_text(article: Article, *, by: User) -> None:
    """Keep the first text of an article that was loaded before such texts were kept."""
    if article.is_shipped:
        return
    first = article.revisions.filter(user=by).order_by("created_at", "pk").first()
    if first is not None:
        keep_as_shipped(first, by=by)


def keep_as_shipped(revision: Revision, *, by: User) -> None:
    """Keep a revision for good, and list it in the article's history."""
    ShippedText.objects.create(revision=revision)
    log(
        instance=revision.content_object,
        action=SHIPPED,
        user=by,
        revision=revision,
        content_changed=True,
        timestamp=revision.created_at,
    )


def read(path: Path) -> dict[str, Any]:
    """The file's keys and values; ContentError where one is missing or unknown."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name}: {error}") from error
    refuse_unknown(told, ARTICLE_KEYS, path)
    for row in told.get("instructions", []):
        refuse_unknown(row, INSTRUCTION_KEYS, path)
    missing = {"key", "slug", "title", "summary", "sources", "body"} - told.keys()
    if missing:
        raise ContentError(f"{path.name}: missing {', '.join(sorted(missing))}")
    return told


def refuse_unknown(told: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
    if unknown := told.keys() - known:
        raise ContentError(f"{path.name}: unknown {', '.join(sorted(unknown))}")


def instructions_of(told: Mapping[str, Any]) -> Iterator[Instruction]:
    """The rows of a file, in its order."""
    for number, row in enumerate(told.get("instructions", [])):
        plain = {name: row[name] for name in row.keys() - {"kinds", "sources"}}
        kinds = " ".join(sorted(row.get("kinds", ["mn", "rf"])))
        yield Instruction(**plain, kinds=kinds, sources=" ".join(row.get("sources", [])), sort_order=number)


def check(article: Article, path: Path) -> None:
    """ContentError with everything that an editor would be told, too."""
    faults = []
    for record in (article, *article.instructions.all()):
        try:
            record.full_clean(exclude=["article", "locale"])
            if isinstance(record, Article):
                refuse(record.reasons_not_to_publish())
        except ValidationError as error:
            name = record.key if isinstance(record, Instruction) else "article"
            texts_by_field = error.message_dict if hasattr(error, "error_dict") else {"words": error.messages}
            faults += [f"{name}: {field}: {' '.join(texts)}" for field, texts in texts_by_field.items()]
    if faults:
        raise ContentError("\n".join(f"{path.name}: {fault}" for fault in faults))


def make_room_for_clinics() -> None:
    """A record of its own words for each clinic that has none, so that an editor finds it."""
    for clinic in Clinic.objects.filter(guidance=None):
        ClinicGuidance.objects.get_or_create(clinic=clinic)
