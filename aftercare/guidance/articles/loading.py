"""Loading of shipped articles from data files into the database; edited articles are never overwritten.

One file per article, content/*.toml, with the field names of Article, Instruction and EverydayAnswer as keys.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Locale, Revision

from aftercare.guidance.models import Article, ClinicGuidance, EverydayAnswer, Instruction, ShippedText
from aftercare.guidance.models.articles import language
from aftercare.guidance.refusals import refuse
from aftercare.people.models import Clinic, User

SHIPPED = "guidance.shipped"  # label in an article's history
CONTENT = Path(__file__).parent.parent / "content"
ARTICLE_KEYS = frozenset(
    {"key", "slug", "title", "summary", "order", "group", "sources", "body", "instructions", "answers"}
)
INSTRUCTION_KEYS = frozenset(
    {"key", "action", "text", "from_hour", "until_hour", "kinds", "sources", "clinic_field"}
)
ANSWER_KEYS = frozenset(
    {"key", "topic", "text", "from_hour", "until_hour", "kinds", "needs_confirmation", "sources"}
)


class ContentError(ValueError):
    """An invalid data file; the message names the file and the problem."""


def load_articles(*, by: User, folder: Path = CONTENT) -> list[Article]:
    """Publish new shipped articles, and newer texts of unedited ones; return the articles published."""
    Locale.objects.get_or_create(language_code=language())
    return [new for path in sorted(folder.glob("*.toml")) if (new := load_article(path, by=by))]


@transaction.atomic
def load_article(path: Path, *, by: User) -> Article | None:
    """Publish the article of a file; return None if it is up to date or was edited."""
    told = read(path)
    article = Article.objects.select_for_update().filter(key=told["key"]).first()
    if article is None:
        return publish_shipped(Article(key=told["key"], live=False), told, path, by=by)
    keep_first_text(article, by=by)
    if not article.live or is_edited(article) or is_up_to_date(article, told):
        return None
    return publish_shipped(article, told, path, by=by)


def publish_shipped(article: Article, told: Mapping[str, Any], path: Path, *, by: User) -> Article:
    """Publish a file's text as a revision kept for good; raise ContentError if it may not be published."""
    kept = {one.key: one.pk for one in article.instructions.all()}
    kept_answers = {one.statement: one.pk for one in article.answers.all()}
    for name, value in fields_of(told).items():
        setattr(article, name, value)
    article.instructions, article.answers = list(instructions_of(told)), list(answers_of(told))
    check(article, path)
    # The same rows as before, for the comparison with the previous revision.
    for one in article.instructions.all():
        one.pk = kept.get(one.key)
    for answer in article.answers.all():
        answer.pk = kept_answers.get(answer.statement)
    article.save()
    revision = article.save_revision(user=by, clean=False)
    keep_as_shipped(revision, by=by)
    # Published by the portal itself: no user's permission is checked.
    revision.publish(user=by, skip_permission_checks=True)
    loaded: Article = Article.objects.get(pk=article.pk)
    return loaded


def fields_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an article in the form of a file."""
    return {
        **{name: told[name] for name in ("slug", "title", "summary", "body")},
        "order": told.get("order", 100),
        "group": told.get("group", Article.Group.GOOD_TO_KNOW),
        "sources": " ".join(told["sources"]),
    }


def is_up_to_date(article: Article, told: Mapping[str, Any]) -> bool:
    """Return True if the article equals the file."""
    return (
        same_rows(article.instructions.order_by("sort_order"), instructions_of(told), INSTRUCTION_KEYS)
        and same_rows(article.answers.order_by("sort_order"), answers_of(told), ANSWER_KEYS)
        and all(getattr(article, name) == value for name, value in fields_of(told).items())
    )


def same_rows(ours: Iterable[object], told: Iterable[object], names: Iterable[str]) -> bool:
    """Return True if rows have the same values in the same order."""
    ours_and_told = [
        [[getattr(row, name) for name in sorted(names)] for row in rows] for rows in (ours, told)
    ]
    return ours_and_told[0] == ours_and_told[1]


def is_edited(article: Article) -> bool:
    """Return True if the article has been edited since loading, drafts included."""
    shipped = ShippedText.objects.filter(revision__in=article.revisions).values("revision")
    return bool(article.revisions.exclude(pk__in=shipped).exists())


def keep_first_text(article: Article, *, by: User) -> None:
    """Keep the first text of an article that was loaded before shipped texts were kept."""
    if article.is_shipped:
        return
    first = article.revisions.filter(user=by).order_by("created_at", "pk").first()
    if first is not None:
        keep_as_shipped(first, by=by)


def keep_as_shipped(revision: Revision, *, by: User) -> None:
    """Keep a revision for good, and add it to the article's history."""
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
    """Read a file; raise ContentError for a missing or unknown key."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name}: {error}") from error
    refuse_unknown(told, ARTICLE_KEYS, path)
    for row in told.get("instructions", []):
        refuse_unknown(row, INSTRUCTION_KEYS, path)
    for row in told.get("answers", []):
        refuse_unknown(row, ANSWER_KEYS, path)
    missing = {"key", "slug", "title", "summary", "sources", "body"} - told.keys()
    if missing:
        raise ContentError(f"{path.name}: missing {', '.join(sorted(missing))}")
    return told


def refuse_unknown(told: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
    if unknown := told.keys() - known:
        raise ContentError(f"{path.name}: unknown {', '.join(sorted(unknown))}")


def instructions_of(told: Mapping[str, Any]) -> Iterator[Instruction]:
    """Return the instructions of a file, in order, unsaved."""
    for number, row in enumerate(told.get("instructions", [])):
        yield Instruction(**columns_of(row), sort_order=number)


def answers_of(told: Mapping[str, Any]) -> Iterator[EverydayAnswer]:
    """Return the everyday answers of a file, in order, unsaved."""
    for number, row in enumerate(told.get("answers", [])):
        yield EverydayAnswer(**columns_of(row), sort_order=number)


def columns_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a row of a file: its lists become words with spaces between them."""
    kinds, sources = sorted(row.get("kinds", ["mn", "rf"])), row.get("sources", [])
    return {**row, "kinds": " ".join(kinds), "sources": " ".join(sources)}


def check(article: Article, path: Path) -> None:
    """Raise ContentError with every problem that an editor would be shown."""
    faults = []
    for record in (article, *article.instructions.all(), *article.answers.all()):
        try:
            record.full_clean(exclude=["article", "locale"])
            if isinstance(record, Article):
                refuse(record.reasons_not_to_publish())
        except ValidationError as error:
            name = "article" if isinstance(record, Article) else record.key
            texts_by_field = error.message_dict if hasattr(error, "error_dict") else {"words": error.messages}
            faults += [f"{name}: {field}: {' '.join(texts)}" for field, texts in texts_by_field.items()]
    if faults:
        raise ContentError("\n".join(f"{path.name}: {fault}" for fault in faults))


def create_clinic_guidance() -> None:
    """Create empty clinic guidance for each clinic without it, so that editors find it."""
    for clinic in Clinic.objects.filter(guidance=None):
        ClinicGuidance.objects.get_or_create(clinic=clinic)
