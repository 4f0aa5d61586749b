"""Texts for telephones: one segment of an SMS, in the alphabet of GSM where it can be, the link last."""

from __future__ import annotations

import unicodedata

from django.conf import settings

from aftercare.outbox.channels.base import OutgoingMail

SEGMENT, UNICODE_SEGMENT = 160, 70  # characters of one SMS in GSM's alphabet, and in any other
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")  # these take the place of two characters
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})


def sms_text(mail: OutgoingMail) -> str:
    """Return the SMS: who sends it, what it says, and the link.

    How to reply, and then the name, give way where there is no room.
    """
    said = in_gsm(mail.content.short or mail.content.subject)
    reply = in_gsm(mail.content.reply) if settings.SMS_REPLIES else ""
    rest = " ".join(part for part in (said, reply, link_of(mail)) if part)
    if reply and room_beside(rest) < 0:
        rest = f"{said} {link_of(mail)}".strip()
    room = room_beside(rest)
    name = shortened(in_gsm(mail.sender_name or "Aftercare", drop=True), room)
    return f"{name}: {rest}" if name else rest


def room_beside(text: str) -> int:
    """Return how many characters of one segment are left for a name before the text."""
    is_gsm = all(char in BASIC or char in EXTENDED for char in text)
    return (SEGMENT if is_gsm else UNICODE_SEGMENT) - length_of(text) - len(": ")


def link_of(mail: OutgoingMail) -> str:
    """Return the whole address of what the message leads to; empty for none."""
    return f"{settings.SITE_URL}{mail.content.path}" if mail.content.path else ""


def in_gsm(text: str, *, drop: bool = False) -> str:
    """Return the text in GSM's alphabet as far as it can be; `drop`: leave out what cannot."""
    made = ""
    for char in text.translate(PLAIN):
        found = char if char in BASIC or char in EXTENDED else plain_letter(char)
        made += found or ("" if drop else char)
    return made


def plain_letter(char: str) -> str:
    """Return a letter without its accent, if it has one."""
    return "".join(part for part in unicodedata.normalize("NFKD", char) if part in BASIC)


def length_of(text: str) -> int:
    """Return how many characters of a segment the text takes."""
    return len(text) + sum(char in EXTENDED for char in text)


def shortened(name: str, room: int) -> str:
    """Return the name, or as many of its words as there is room for."""
    words = name.split()
    while words and length_of(" ".join(words)) > room:
        words.pop()
    return " ".join(words)
