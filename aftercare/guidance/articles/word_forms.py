"""Words as the search compares them: folded, by their stems, and one letter apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

import snowballstemmer
from django.utils import translation
from rapidfuzz.distance import OSA

SHORTEST_MISSPELT = 5  # letters: "wind" would find wine, and "rain" pain
COMPOUND = re.compile(r"\w+(?:['’-]\w+)*")
PARTS = re.compile(r"['’-]")
# Of English. In another language a query with such words still finds the articles that have the others.
_STOP_WORDS = """
a about after again am an and any are as at be been but by can cant could did do does doing dont for from get had has
have having how i if im in is it its ive long may me much my of ok okay on or our out should so soon than that the
there these they this to too up use using was we wear what when which while who why will with without would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def folded(text: str) -> str:
    """Return the text in lower case without accents, so that "creme" finds "Crème"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def words_of(text: str) -> Iterator[str]:
    """Yield each word of a text; one with hyphens or apostrophes in one piece, and its parts."""
    for found in COMPOUND.findall(folded(text)):
        whole, parts = PARTS.sub("", found), PARTS.split(found)
        yield whole
        if len(parts) > 1:
            yield from (part for part in parts if part)


def in_one_piece(text: str) -> list[str]:
    """Return the words of a text, each compound in one piece: "make-up" is "makeup"."""
    return [PARTS.sub("", found) for found in COMPOUND.findall(folded(text))]


def typed_words(query: str, known: Collection[str]) -> list[str]:
    """Return the words of a query; two are one where that is known ("make up"). Stop words only if nothing else is."""
    typed: list[str] = []
    for word in in_one_piece(query):
        if typed and typed[-1] + word in known:
            typed[-1] += word
        else:
            typed.append(word)
    return [word for word in typed if word not in STOP_WORDS] or typed


def forms_of(words: Iterable[str]) -> frozenset[str]:
    """Return words with their stems."""
    code = translation.get_language() or "en"
    return frozenset(form for word in words for form in (word, stem(word, code)))


@lru_cache(maxsize=20_000)
def stem(word: str, code: str) -> str:
    """Return the stem of a word of a language; the word itself where there is no stemmer."""
    name = str(translation.get_language_info(code.split("-", maxsplit=1)[0])["name"]).lower()
    if name not in snowballstemmer.algorithms():
        return word
    found: str = snowballstemmer.stemmer(name).stemWord(word)
    return found


def one_letter_apart(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words with one letter more, less, other or swapped, but for the first; none for a short word."""
    if len(word) < SHORTEST_MISSPELT:
        return []
    near = (other for other in known if other[0] == word[0] and abs(len(other) - len(word)) <= 1)
    return [other for other in near if OSA.distance(word, other, score_cutoff=1) == 1]
