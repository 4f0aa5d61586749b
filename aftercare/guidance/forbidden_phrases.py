"""Phrases that no patient may read: reassurance, diagnoses, doses, promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup

BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "br", "div", "td")
BREAK = "\x00"
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# "If you have a question" says nothing about the reader; "You have an infection" does.
_CONDITIONS = (
    "do",
    "if",
    "when",
    "once",
    "after",
    "until",
    "unless",
    "whether",
    "before",
    "what",
    "that",
    "where",
)
_CONDITION = "".join(rf"(?<!\b{word} )" for word in _CONDITIONS)
_MEDICINE = (
    r"(?:ibuprofen|paracetamol|acetaminophen|aspirin|antibiotics?|antihistamines?|steroids?|isotretinoin"
    r"|painkillers?|medicines?|medications?|tablets?|pills?|capsules?)"
)
NEVER = re.compile(
    "|".join(
        (
            r"\b(?:is|are|be|looks?|seems?|feels?|just|perfectly|you['’]re|it['’]s|that['’]s) fine\b",
            r"\bnormal(?:ly|ity)?\b",
            r"\b(?:not|isn['’]t|aren['’]t|never) (?:\w+ )?infected\b|\bthere is no infection\b",
            r"\b(?:your skin|it|this|that) is infected\b",
            # Not "You have asked for several codes."
            _CONDITION + r"\byou have (?!(?:to|any|been|had|not|(?!infected)\w+ed)\b)\w+(?: \w+)?",
            r"\byou['’]ve got\b",
            r"\b(?:is|are) an? (?:\w+ )?(?:infection|allergic reaction|allergy)\b",
            r"\bno need to call\b|\b(?:do not|don['’]t) (?:need|have) to call\b|\bneedn['’]t call\b",
            r"\b(?:someone|somebody) is (?:always )?watching\b|\bwe(?: are|['’]re) (?:always )?watching\b",
            r"\bdelivered\b",
            r"\b\d+(?:[.,]\d+)? ?(?:mg|mcg|ml|milligrams?|millilit(?:er|re)s?|tablets?|pills?|capsules?)\b",
            r"\b(?:one|two|three|four) (?:tablets?|pills?|capsules?)\b",
            r"\b(?:start|stop|keep|continue) taking\b|\b(?:start|stop) using\b",
            rf"(?<!\byou )\b(?:take|start|stop) (?:an? |some |the |your |any )?(?:\w+ )?{_MEDICINE}\b",
        )
    ),
    re.IGNORECASE,
)


def forbidden_phrases(text: str) -> list[str]:
    """Return the forbidden phrases of a plain text, as written, without duplicates."""
    plain = " ".join(INVISIBLE.sub("", text).split())
    return list(dict.fromkeys(found.group() for found in NEVER.finditer(plain)))


def forbidden_phrases_in_html(html: str) -> list[str]:
    """Return the forbidden phrases of HTML; found across bold, not across paragraphs."""
    return list(dict.fromkeys(phrase for block in blocks_in(html) for phrase in forbidden_phrases(block)))


def blocks_in(html: str) -> Iterator[str]:
    """Return the text of each paragraph, heading and list item."""
    soup = BeautifulSoup(INVISIBLE.sub("", html).replace(BREAK, ""), "html.parser")
    for tag in soup.find_all(BLOCKS):
        tag.insert_before(BREAK)
        tag.insert_after(BREAK)
    yield from (words for part in soup.get_text().split(BREAK) if (words := " ".join(part.split())))
