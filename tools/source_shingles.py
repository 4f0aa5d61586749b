"""Every run of eight words of the source documents, as hashes: their facts carry over, their sentences do not.

The documents are not ours to publish. Their hashes are enough for a test to notice one of their sentences in
the product, and nobody can read them back:

    .venv/bin/python -m tools.source_shingles DOCUMENTS.txt > tests/data/source_shingles.txt
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

WORDS = 8  # fewer would find what anybody might say
HEX_DIGITS = 12
WORD = re.compile(r"[a-z0-9]+(?:’[a-z]+)?")
# A sentence of no document: by it a test proves that the comparison finds what is there.
PROOF = "This one sentence stands here only to show that such a sentence is found."


def words_of(text: str) -> list[str]:
    """The words of a text, small, without punctuation."""
    return WORD.findall(text.lower().replace("'", "’"))


def shingles(text: str) -> Iterator[tuple[str, str]]:
    """(hash, words) of each run of eight words."""
    words = words_of(text)
    for start in range(len(words) - WORDS + 1):
        run = " ".join(words[start : start + WORDS])
        yield hashlib.sha256(run.encode()).hexdigest()[:HEX_DIGITS], run


def main(path: str) -> None:
    found = {digest for line in (*Path(path).read_text().splitlines(), PROOF) for digest, _ in shingles(line)}
    print("\n".join(sorted(found)))


if __name__ == "__main__":
    main(sys.argv[1])
