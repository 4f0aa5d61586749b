"""Sentences out of HTML, templates and articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from tests.readability.grades import WORD

END = re.compile(r"(?<=[.?!])[”’)]*\s+")
# Where anything else begins or ends, so does a sentence.
INLINE = frozenset({"a", "abbr", "b", "bdi", "em", "i", "span", "strong", "svg", "path", "time", "u"})
UNREAD = frozenset({"script", "style", "template"})


class Blocks(HTMLParser):
    """The text of a page, block by block, as a person reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [""]
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unread += tag in UNREAD
        self.pause(tag)

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in UNREAD
        self.pause(tag)

    def pause(self, tag: str) -> None:
        if tag not in INLINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.blocks[-1] += data


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a plain text; what ends without a full stop, such as a line of a list, is one too."""
    for sentence in END.split(" ".join(text.split())):
        if WORD.search(sentence):
            yield sentence.strip()


def sentences_of_html(html: str) -> list[str]:
    parser = Blocks()
    parser.feed(html)
    parser.close()
    return [sentence for block in parser.blocks for sentence in sentences_of(block)]


# What stands in place of what differs from clinic to clinic: words as long as the real ones.
FILLED = {
    "clinic": "the clinic",
    "telephone": "",
    "out_of_hours": "",
    "emergency": "999",
    "products": "a mild cleanser with no scent",
    "sunscreen": "the sunscreen that your clinic agrees to",
    "make_up": "24 hours",
}


def sentences_of_article(article: dict[str, Any]) -> list[str]:
    """Title, summary, body, instructions and everyday answers of an article file."""
    lines = [article["title"], article["summary"], *(one["text"] for one in article.get("instructions", []))]
    lines += [line for one in article.get("answers", []) for line in (one["topic"], one["text"])]
    plain = [sentence for line in lines for sentence in sentences_of(filled(line))]
    return plain + sentences_of_html(filled(article["body"]))


def filled(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: FILLED[found[1]], text)


COMMENT = re.compile(r"(?s){% comment %}.*?{% endcomment %}|{#.*?#}")
# What is marked for translation within a tag: shown where it stands, or somewhere else by a name or an include.
SHOWN = re.compile(r"""{%\s*trans(?:late)?\s+(?:"([^"]*)"|'([^']*)')(?:(?!\bas\b)[^%])*%}""")
ELSEWHERE = re.compile(r"""(?:{%\s*trans(?:late)?\s+|\b_\()(?:"([^"]*)"|'([^']*)')""")
PLURAL = re.compile(r"{%\s*plural\s*%}")
CODE = re.compile(r"(?s){%.*?%}|{{.*?}}")


def fixed_text(template: str) -> list[str]:
    """Return the fixed text of a template, marked for translation or not."""
    template = PLURAL.sub("<hr>", SHOWN.sub(r"\1\2", COMMENT.sub("", template)))
    elsewhere = "".join(f"<hr>{found[1] or found[2]}" for found in ELSEWHERE.finditer(template))
    return sentences_of_html(CODE.sub(" ", template) + elsewhere)
