"""Print a hash of every run of eight words of the source documents.

The documents may not be published. The hashes let a test detect their sentences in the product, and cannot be
read back:

    .venv/bin/python -m tools.source_shingles DOCUMENTS.txt > tests/data/source_shingles.txt
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

WORDS = 8  # shorter runs would match common phrases
HEX_DIGITS = 12
WORD = re.compile(r"[a-z0-9]+(?:’[a-z]+)?")
# A sentence of no document, by which a test proves that the comparison works.
SAMPLE_SENTENCE = "This one sentence stands here only to show that such a sentence is found."


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return WORD.findall(text.lower().replace("'", "’"))


def shingles(text: str) -> Iterator[tuple[str, str]]:
    """Yield (hash, words) for each run of eight words."""
    words = words_of(text)
    for start in range(len(words) - WORDS + 1):
        run = " ".join(words[start : start + WORDS])
        yield hashlib.sha256(run.encode()).hexdigest()[:HEX_DIGITS], run


def main(path: str) -> None:
    found = {
        digest
        for line in (*Path(path).read_text().splitlines(), SAMPLE_SENTENCE)
        for digest, _ in shingles(line)
    }
    print("\n".join(sorted(found)))


if __name__ == "__main__":
    main(sys.argv[1])
