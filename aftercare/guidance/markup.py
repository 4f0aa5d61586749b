"""The HTML of an article's text, recognised by a grammar that leaves no room between parsers.

Malformed HTML means different things to different parsers: `<!-->` is a whole comment to a browser, and the begin
of one to Python's parser, which then sees nothing of the elements that follow.
"""

from __future__ import annotations

import re

TAGS = frozenset({"h2", "h3", "p", "ul", "ol", "li", "b", "strong", "a", "br"})
BLOCK_KEY = "data-block-key"  # keys by which the editor identifies paragraphs
_VALUE = r"""(?:"[^"<>]*"|'[^'<>]*')"""
_TAG = rf"/?[a-z][a-z0-9]*(?:\s+[a-z][a-z0-9-]*={_VALUE})*\s*/?>"
_ALLOWED = rf"/?(?:{'|'.join(sorted(TAGS))})(?:\s+(?:href|{BLOCK_KEY})={_VALUE})*\s*/?>"
NO_TAG = re.compile(rf"<(?!{_TAG})[^<]{{0,20}}", re.IGNORECASE)
NOT_ALLOWED = re.compile(rf"<(?!{_ALLOWED})", re.IGNORECASE)


def malformed(html: str) -> list[str]:
    """Return the beginnings of all that starts like a tag and is none: comments, declarations, unquoted attributes."""
    return list(dict.fromkeys(found.group().strip() for found in NO_TAG.finditer(html)))


def only_allowed(html: str) -> str:
    """Return the HTML with everything but the tags and attributes of articles shown as text."""
    return NOT_ALLOWED.sub("&lt;", html)
