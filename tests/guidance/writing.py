"""Articles for tests, published as an editor publishes them."""

from __future__ import annotations

from typing import Any

from aftercare.guidance.models import Article, Instruction

WASH = {
    "key": "A1",
    "slug": "wash",
    "title": "Washing your face",
    "summary": "Use clean fingers and {products}.",
    "group": Article.Group.FIRST_DAYS,
    "order": 1,
    "sources": "S27 S29",
    "body": "<h2>How to do it</h2><p>Wet your face. Call {clinic} on {telephone}.</p>",
}


def draft(*instructions: Instruction, **fields: Any) -> Article:
    """An article that nobody but editors sees, about washing but for `fields`."""
    article = Article(**{**WASH, "live": False, **fields})
    article.instructions = list(instructions)
    article.save()
    article.save_revision()
    return article


def publish(article: Article) -> Article:
    """Publish the newest revision; the article as patients read it."""
    fresh = Article.objects.get(pk=article.pk)
    fresh.get_latest_revision().publish(skip_permission_checks=True)
    live: Article = Article.objects.get(pk=article.pk)
    return live


def published(*instructions: Instruction, **fields: Any) -> Article:
    """An article that patients read."""
    return publish(draft(*instructions, **fields))


def change(article: Article, **fields: Any) -> Article:
    """Publish another revision of `article`."""
    changed = Article.objects.get(pk=article.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(changed, name, value)
    changed.save_revision()
    return publish(article)


def instruction(key: str, action: str = "do", **fields: Any) -> Instruction:
    """An instruction that holds for good, but for `fields`."""
    return Instruction(
        **{"key": key, "action": action, "text": f"Text of {key}.", "sources": "S27", **fields}
    )
