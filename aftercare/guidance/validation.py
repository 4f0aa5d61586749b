"""Validation of articles. Every error says what to correct; no input is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from bs4 import BeautifulSoup
from bs4.element import Tag
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from aftercare.guidance.forbidden_phrases import forbidden_phrases
from aftercare.guidance.markup import BLOCK_KEY, TAGS, malformed
from aftercare.guidance.placeholders import PLACEHOLDERS, TELEPHONES, named_in
from aftercare.guidance.refusals import said_malformed, said_refused

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
SOURCES = re.compile(r"S([1-9]\d?)( S[1-9]\d?)*")
LAST_SOURCE = 64
SCRIPT = re.compile(r"<\s*/?\s*script", re.IGNORECASE)
SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)\s*:", re.IGNORECASE)
INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0]")


def validate_sources(value: str) -> None:
    """Raise ValidationError unless these are source statements such as "S27 S29", without duplicates."""
    names = value.split()
    if not SOURCES.fullmatch(value) or any(int(name[1:]) > LAST_SOURCE for name in names):
        raise ValidationError(_("Name source statements from S1 to S64, with spaces, such as S27 S29."))
    if len(set(names)) != len(names):
        raise ValidationError(_("One source statement is named twice."))


def validate_words(value: str) -> None:
    """Raise ValidationError if a plain sentence has script or an unknown placeholder."""
    raise_all([*script_in(value), *unknown_placeholders(value)])


def validate_own_words(value: str) -> None:
    """Validate a clinic's own words, which patients read as soon as they are saved."""
    validate_words(value)
    if phrases := forbidden_phrases(value):
        raise ValidationError(said_refused(phrases))


def validate_body(value: str) -> None:
    """Raise ValidationError with everything that the text of an article may not contain."""
    soup = BeautifulSoup(value, "html.parser")
    faults = [*script_in(value), *malformed_in(value), *unknown_placeholders(value)]
    for tag in soup.find_all(True):
        faults += faults_of(tag)
    if not soup.get_text(strip=True):
        faults.append(_("The text is empty."))
    raise_all(faults)


def raise_all(faults: list[str]) -> None:
    if faults:
        raise ValidationError([ValidationError(fault) for fault in dict.fromkeys(faults)])


def script_in(value: str) -> Iterator[str]:
    """Find script, also if typed as text: it might be pasted elsewhere."""
    if SCRIPT.search(unescape(value)):
        yield _("Guidance holds no script. Take out the part that begins with “<script”.")


def malformed_in(value: str) -> Iterator[str]:
    for part in malformed(value):
        yield said_malformed(part)


def unknown_placeholders(value: str) -> Iterator[str]:
    for name in named_in(value):
        if name not in PLACEHOLDERS:
            yield _("Nothing is known to fill in for {%(name)s}. Known are: %(known)s.") % {
                "name": name,
                "known": ", ".join(f"{{{known}}}" for known in PLACEHOLDERS),
            }


def faults_of(tag: Tag) -> Iterator[str]:
    """Yield the problems of an element."""
    if tag.name == "script":
        return  # reported already
    if tag.name not in TAGS:
        yield _("Guidance has headings, bold, lists and links only. Take out: %s.") % tag.name
    allowed = {"href"} if tag.name == "a" else set()
    for name in set(tag.attrs) - allowed - {BLOCK_KEY}:
        yield _("Take out “%(name)s” of a part marked %(tag)s.") % {"name": name, "tag": tag.name}
    if tag.name == "a":
        yield from faults_of_link(tag)


def faults_of_link(tag: Tag) -> Iterator[str]:
    words = tag.get_text(strip=True)
    address = str(tag.get("href") or "")
    scheme = SCHEME.match(INVISIBLE.sub("", unescape(address)))
    if not address or (scheme and scheme[1].lower() not in SCHEMES):
        yield _(
            "The link “%s” leads to nothing that can be opened. "
            "Give it an address that begins with https:// or /, an e-mail address or a telephone number."
        ) % (words or address)
    elif not words:
        yield _("A link to %s has no words. Say where it leads.") % address
    if any(name in TELEPHONES for name in named_in(str(tag))):
        yield _("{telephone}, {out_of_hours} and {emergency} are links by themselves. Take the link away.")
