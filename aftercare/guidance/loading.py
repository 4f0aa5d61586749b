"""Brings the articles of the data files into the database, once each: an edit is never written over.

One file per article, content/*.toml; the keys are those of Article and Instruction.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Locale

from aftercare.guidance.models import Article, ClinicGuidance, Instruction
from aftercare.guidance.models.articles import language
from aftercare.people.models import Clinic, User

CONTENT = Path(__file__).parent / "content"
ARTICLE_KEYS = frozenset(
    {"key", "slug", "title", "summary", "order", "group", "sources", "body", "instructions"}
)
INSTRUCTION_KEYS = frozenset(
    {"key", "action", "text", "from_hour", "until_hour", "kinds", "sources", "clinic_field"}
)


class ContentError(ValueError):
    """A data file that is no article: says which file, and what is wrong with it."""


def load_articles(*, by: User, folder: Path = CONTENT) -> list[Article]:
    """Publish every article that the database has never had; the new ones."""
    Locale.objects.get_or_create(language_code=language())
    return [new for path in sorted(folder.glob("*.toml")) if (new := load_article(path, by=by))]


@transaction.atomic
def load_article(path: Path, *, by: User) -> Article | None:
    """Publish one file's article; None where there is one of its key, whatever was made of it since."""
    told = read(path)
    if Article.objects.filter(key=told["key"]).exists():
        return None
    article = Article(
        **{name: told[name] for name in ("key", "slug", "title", "summary", "body")},
        order=told.get("order", 100),
        group=told.get("group", Article.Group.GOOD_TO_KNOW),
        sources=" ".join(told["sources"]),
        live=False,
    )
    article.instructions = list(instructions_of(told))
    check(article, path)
    article.save()
    # The portal itself publishes: no permission of a person is asked for.
    article.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    loaded: Article = Article.objects.get(pk=article.pk)
    return loaded


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
        except ValidationError as error:
            name = record.key if isinstance(record, Instruction) else "article"
            faults += [f"{name}: {field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
    if faults:
        raise ContentError("\n".join(f"{path.name}: {fault}" for fault in faults))


def make_room_for_clinics() -> None:
    """A record of its own words for each clinic that has none, so that an editor finds it."""
    for clinic in Clinic.objects.filter(guidance=None):
        ClinicGuidance.objects.get_or_create(clinic=clinic)
