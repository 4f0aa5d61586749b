"""Texts of a page or mail in the pseudo-locale that are neither marked for translation nor data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser

from tests.translation.pseudo import CLOSE, LETTER, OPEN

UNREAD = frozenset({"script", "style", "kbd", "code"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "col", "area", "base"})
READ_ATTRIBUTES = frozenset(
    {
        "alt",
        "aria-description",
        "aria-label",
        "aria-roledescription",
        "hx-confirm",
        "label",
        "placeholder",
        "title",
    }
)
BUTTONS = frozenset({"button", "reset", "submit"})
PLACEHOLDER = re.compile(r"%\(\w+\)s")  # within words for a script, which fills it in
SENTENCE = re.compile(r"[^\W\d_]{2,}.* [^\W\d_]{2,}")
# The portal's own name; e-mail and web addresses; paths and time zones; browsers and systems; codes to sign in with.
NAMES = re.compile(
    r"\bAftercare\b|\S+@\S+|https?://\S+|/[\w/.-]+|\b[A-Z]\w+(?:/[\w-]+)+|"
    r"\b(?:Chrome|Firefox|Safari|Edge|Android|iPhone|iPad|Windows|Mac|Linux)\b|\bUTC\b|\b[A-Z]{3}(?:-[A-Z]{3}){2}\b"
)


class Data:
    """Texts that people have entered: they are shown as they are, in whatever language."""

    def __init__(self, texts: Collection[str]) -> None:
        longest_first = sorted({" ".join(text.split()) for text in texts if LETTER.search(text)}, key=len)[
            ::-1
        ]
        self.pattern = re.compile(
            "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in longest_first) or r"(?!)"
        )

        self.read: dict[str, str] = {}

    def without(self, text: str) -> str:
        """A text with the data in it taken out."""
        if text not in self.read:
            self.read[text] = self.pattern.sub(" ", NAMES.sub(" ", text))
        return self.read[text]


class Texts(HTMLParser):
    """The pieces of a page that a person reads or hears, with those in brackets left out."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.depth = 0  # of brackets that are open
        self.unread: list[str] = []  # the elements from the outermost unread one to here

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag not in VOID and (self.unread or tag in UNREAD or told.get("translate") == "no"):
            self.unread.append(tag)
        if not self.unread:
            for text in read_attributes(tag, told):
                self.pieces += outside(text, 0)[0]

    def handle_endtag(self, tag: str) -> None:
        if self.unread and self.unread[-1] == tag:
            self.unread.pop()

    def handle_data(self, data: str) -> None:
        if not self.unread:
            pieces, self.depth = outside(data, self.depth)
            self.pieces += pieces


def read_attributes(tag: str, told: dict[str, str]) -> Iterator[str]:
    """Attributes that are read out or shown; of data attributes those that hold words for a script to show."""
    for name, value in told.items():
        is_button = tag == "input" and name == "value" and told.get("type") in BUTTONS
        is_description = tag == "meta" and name == "content" and told.get("name") == "description"
        is_words = name.startswith("data-") and SENTENCE.search(value)
        if name in READ_ATTRIBUTES or is_button or is_description or is_words:
            yield PLACEHOLDER.sub("", value)


def outside(text: str, depth: int) -> tuple[list[str], int]:
    """The parts of a text that are in no brackets, and how many brackets are open at its end."""
    pieces = [""]
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        if sign in {OPEN, CLOSE}:
            pieces.append("")
        elif depth == 0:
            pieces[-1] += sign
    return [piece for piece in pieces if piece.strip()], depth


def unmarked(html: str, data: Data) -> list[str]:
    """Every text of a page that is neither marked nor data, in the order of the page."""
    page = Texts()
    page.feed(html)
    page.close()
    found = named(page.pieces, data)
    return [*found, f"{page.depth} brackets left open: a marked text was cut"] if page.depth else found


def unmarked_in_text(text: str, data: Data) -> list[str]:
    """The same of a plain text, such as a mail."""
    return named(outside(text, 0)[0], data)


# Of a template: comments, blocks that fill an attribute or name a tab, what is marked, and any other code.
COMMENT = re.compile(r"(?s){%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}")
UNREAD_BLOCK = re.compile(
    r"(?s){%\s*block (?:html_class|body_class|main_attributes|tabs_current)\s*%}.*?{%\s*endblock\s*%}"
)
MARKED = re.compile(
    r"(?s){%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%\s*trans(?:late)?\b.*?%}"
)
ATTRIBUTES = re.compile(r'\s*[\w-]+="')  # a template that is included within a tag
CODE = re.compile(r"(?s){%.*?%}|{{.*?}}")


def unmarked_in_template(source: str) -> list[str]:
    """Return every text that a template says by itself and does not mark."""
    for part in (COMMENT, UNREAD_BLOCK, MARKED, CODE):
        source = part.sub("", source)
    return unmarked(f"<i {source}>" if ATTRIBUTES.match(source) else source, Data([]))


def named(pieces: list[str], data: Data) -> list[str]:
    """The pieces in which letters are left once data is taken out."""
    lines = dict.fromkeys(" ".join(one.split()) for one in pieces if LETTER.search(one))
    return [one for one in lines if LETTER.search(data.without(one))]
