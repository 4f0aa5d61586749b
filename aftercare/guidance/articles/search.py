"""Search in articles: all words must occur, and where they occur decides the order. Needs no index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import unescape

from django.utils.html import strip_tags

from aftercare.guidance.articles.list_page import ArticleEntry, article_entry
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import Article
from aftercare.ui.search_limits import is_too_long

ENDINGS = ("ing", "ed", "s")
SHORTEST_STEM = 3
TITLE, SUMMARY, TEXT = 4, 2, 1  # scores by field
BETWEEN_BLOCKS = re.compile(r"</(?:p|li|h2|h3)>")


def folded(text: str) -> str:
    """Return the text in lower case without accents, so that "creme" finds "Crème"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def stems(query: str) -> list[str]:
    """Return the words of a query without common endings: "washing" finds "wash"."""
    return [stem(word) for word in re.findall(r"\w+", folded(query))]


def stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def plain(body: str) -> str:
    """Return the text of an article without markup."""
    return unescape(strip_tags(BETWEEN_BLOCKS.sub(" ", body)))


def score(article: Article, words: ClinicPlaceholders, wanted: list[str]) -> int:
    """Return the score of an article; 0 if a word does not occur."""
    places = (
        (TITLE, folded(article.title)),
        (SUMMARY, folded(words.sentence(article.summary))),
        (TEXT, folded(words.sentence(plain(article.body)))),
        (TEXT, folded(" ".join(words.sentence(one.text) for one in article.instructions.all()))),
    )
    found = [sum(worth for worth, text in places if part in text) for part in wanted]
    return sum(found) if found and all(found) else 0


def search(articles: Iterable[Article], words: ClinicPlaceholders, query: str) -> list[ArticleEntry]:
    """Return the articles with every word of `query`, best first; none if the query is too long."""
    wanted = [] if is_too_long(query) else stems(query)
    scored = [(score(article, words, wanted), article) for article in articles]
    best_first = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [article_entry(article, words) for _score, article in best_first]
