"""Search in articles and everyday answers.

It works here rather than in the database: there are a few dozen texts, which differ by clinic; PostgreSQL and SQLite
find the same; and no log of a database can hold what somebody looked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags
from django.utils.text import capfirst

from aftercare.guidance.articles.help_signs import GROUPS
from aftercare.guidance.articles.list_page import ArticleEntry, article_entry
from aftercare.guidance.articles.page import HELP_KEY
from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.articles.topics import Topic, topics_of
from aftercare.guidance.articles.word_forms import (
    forms_of,
    in_one_piece,
    one_letter_apart,
    typed_words,
    words_of,
)
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import Article, SearchSynonym
from aftercare.ui.search_limits import is_too_long

TITLE, SUMMARY, TEXT = 8, 4, 1  # scores by field
WHOLE, BEGINNING = 2, 1  # scores of a whole word, and of the beginning of one
SHORTEST_BEGINNING = 3  # letters
BETWEEN_BLOCKS = re.compile(r"</(?:p|li|h2|h3)>")
Forms = frozenset[str]


@dataclass(frozen=True, slots=True)
class SearchText:
    """What can be found: its entry in the results, and the forms of its words with the score of their field."""

    entry: ArticleEntry
    fields: tuple[tuple[int, Forms], ...]

    @classmethod
    def of(cls, entry: ArticleEntry, summary: str, text: str) -> SearchText:
        fields = ((TITLE, entry.title), (SUMMARY, summary), (TEXT, text))
        return cls(entry, tuple((score, forms_of(words_of(said))) for score, said in fields))

    def score(self, wanted: Forms) -> int:
        """Return the score of a word in any of its forms; 0 if it does not occur."""
        return sum(score * occurrence(wanted, forms) for score, forms in self.fields)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The words of the articles that are meant by a word that people type."""

    meanings: Mapping[str, Forms]

    @classmethod
    def of(cls, rows: Iterable[SearchSynonym]) -> Synonyms:
        meanings: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            meant = forms_of(in_one_piece(row.meaning))
            for phrase in row.words.split(","):
                typed = "".join(in_one_piece(phrase))
                for form in forms_of([typed] if typed else []):
                    meanings[form] |= meant
        return cls({form: frozenset(meant) for form, meant in meanings.items()})

    def with_meanings(self, words: Iterable[str]) -> Forms:
        """Return the forms of words and of all that they mean."""
        forms = forms_of(words)
        return forms.union(*(self.meanings.get(form, frozenset()) for form in forms))


def occurrence(wanted: Forms, forms: Forms) -> int:
    """Return `WHOLE`, `BEGINNING` or 0."""
    if wanted & forms:
        return WHOLE
    beginnings = tuple(form for form in wanted if len(form) >= SHORTEST_BEGINNING)
    return BEGINNING if any(form.startswith(beginnings) for form in forms) else 0


def plain(body: str) -> str:
    """Return the text of an article without markup."""
    return unescape(strip_tags(BETWEEN_BLOCKS.sub(" ", body)))


def texts_of(
    article: Article, words: ClinicPlaceholders, confirmed: Collection[str], reader: Reader | None
) -> Iterator[SearchText]:
    """Yield what can be found of an article: the article, and each of its topics."""
    entry = article_entry(article, words)
    said = [plain(article.body), *(one.text for one in article.instructions.all())]
    # A sign to call about leads to Get help before the articles that mention it.
    signs = [sign.words for group in GROUPS.values() for sign in group] if article.key == HELP_KEY else []
    yield SearchText.of(entry, " ".join([entry.summary, *signs]), words.sentence(" ".join(said)))
    for topic in topics_of(article, words, confirmed, reader):
        text = " ".join(answer.text for answer in topic.answers)
        yield SearchText.of(topic_entry(article, topic), "", text)


def topic_entry(article: Article, topic: Topic) -> ArticleEntry:
    """Return the entry of a topic, with the answers that hold now, or else all with their hours."""
    now = [answer.text for answer in topic.answers if answer.is_now]
    timed = [f"{capfirst(one.when)}: {one.text}" if one.when else one.text for one in topic.answers]
    said = now or timed
    return ArticleEntry(topic.title, " ".join(said), f"{article.get_absolute_url()}#{topic.key}")


def search(
    articles: Iterable[Article],
    words: ClinicPlaceholders,
    query: str,
    *,
    reader: Reader | None,
    confirmed: Collection[str],
    synonyms: Iterable[SearchSynonym],
) -> list[ArticleEntry]:
    """Return what has every word of `query`, best first, or else any of them; none if the query is too long."""
    if is_too_long(query):
        return []
    texts = [text for article in articles for text in texts_of(article, words, confirmed, reader)]
    known = Synonyms.of(synonyms)
    vocabulary = {form for text in texts for _score, forms in text.fields for form in forms} | {
        *known.meanings
    }
    scores = [scores_of(word, texts, known, vocabulary) for word in typed_words(query, vocabulary)]
    found = [(text, [score[place] for score in scores]) for place, text in enumerate(texts)]
    with_all = [(text, each) for text, each in found if each and all(each)]
    with_any = with_all or [(text, each) for text, each in found if any(each)]
    return [text.entry for text, _each in sorted(with_any, key=lambda pair: -sum(pair[1]))]


def scores_of(
    word: str, texts: Collection[SearchText], synonyms: Synonyms, vocabulary: Collection[str]
) -> list[int]:
    """Return the score of a word in each text; of known words one letter apart if it occurs in none."""
    wanted = synonyms.with_meanings([word])
    scores = [text.score(wanted) for text in texts]
    if not any(scores):
        near = synonyms.with_meanings(one_letter_apart(word, vocabulary))
        scores = [text.score(near) if near else 0 for text in texts]
    return scores
