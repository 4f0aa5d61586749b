"""Delivering what the outbox holds: at least once, by claim, with no transaction or connection held meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone, translation

from aftercare.outbox.channels import CHANNELS, DeliveryError, OutageError, OutgoingMail
from aftercare.outbox.claiming import claims
from aftercare.outbox.claiming.claims import Claim
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content, for_all_of, names_of, renderer_of, sources, together_of

logger = logging.getLogger(__name__)

RUN_SECONDS = 5.0  # after this long a run makes room for the next task; what is left, the next one takes
SETTLE_EVERY = 1.0  # seconds: what a worker that dies may send twice
SETTLE_PATIENCE = 20.0  # seconds that a database may be away until what was sent can't be noted
Clock = Callable[[], datetime]
SharedContents = dict[tuple[str, UUID, str], Content | None]


def sweep(clock: Clock = timezone.now, *, seconds: float = RUN_SECONDS) -> int:
    """Deliver what is due, the most pressing first, until nothing is or the time is up. Returns how many mails."""
    until, sent = time.monotonic() + seconds, 0
    claims.tidy(clock())
    for channel in CHANNELS:
        while True:
            ask_sources(clock())
            claim = claims.claim(channel, clock())
            if claim is None:
                break
            sent += deliver(claim, channel, clock)
            if time.monotonic() >= until:
                return sent
    return sent


def ask_sources(now: datetime) -> None:
    """Let the rooms write the messages that have fallen due. One that fails keeps no other's back."""
    for name, source in sources().items():
        try:
            source(now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("source %s failed", name)


def deliver(claim: Claim, channel: str, clock: Clock) -> int:
    """Word what we claimed, hand it to the provider, and note what came of it. Returns how many mails left."""
    shared = shared_contents([message for members in claim.mails for message in members], clock())
    mails = with_sender_names([mail for members in claim.mails for mail in compose(members, clock(), shared)])
    if not mails:
        return 0
    close_connections()
    outcome = hand_over(mails, channel)
    note_patiently(lambda: note(outcome, channel, claim, clock()))
    return outcome.mails


def shared_contents(messages: Sequence[Message], now: datetime) -> SharedContents:
    """The words of the kinds that say the same to everybody, for a whole batch at once.

    Where that fails, the batch is worded message by message: one that can't be worded keeps no other back.
    """
    shared: SharedContents = {}
    for kind, language in {(message.kind, language_of(message)) for message in messages}:
        for_all = for_all_of(kind)
        if for_all is None:
            continue
        subjects = {
            message.subject
            for message in messages
            if message.kind == kind and language_of(message) == language
        }
        try:
            with translation.override(language):
                words = for_all(subjects, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("messages of kind %s could not be worded at once", kind)
        else:
            shared |= {(kind, subject, language): content for subject, content in words.items()}
    return shared


def compose(members: Sequence[Message], now: datetime, shared: SharedContents) -> list[OutgoingMail]:
    """The letters of one planned mail: one, none where nothing is left to say, or each by itself at a fault."""
    alive = [
        (message, content) for message in members if (content := content_of(message, now, shared)) is not None
    ]
    if not alive:
        return []
    bundle = members[0].bundle or members[0].pk
    if len(alive) == 1:
        message, content = alive[0]
        return [OutgoingMail(id=bundle, messages=(message,), content=content)]
    try:
        messages = tuple(message for message, _ in alive)
        with translation.override(language_of(messages[0])):
            content = together_of(messages[0].kind)(messages, now)
    except Exception:
        logger.exception("messages of mail %s could not be worded together", bundle)
        return [
            OutgoingMail(id=message.pk, messages=(message,), content=content) for message, content in alive
        ]
    return [OutgoingMail(id=bundle, messages=messages, content=content)]


def with_sender_names(mails: Sequence[OutgoingMail]) -> list[OutgoingMail]:
    """The letters with the names of their senders. What leaves as one mail has one sender."""
    names = names_of({mail.sender for mail in mails if mail.sender is not None})
    return [replace(mail, sender_name=names.get(mail.sender or 0, "")) for mail in mails]


def content_of(message: Message, now: datetime, shared: SharedContents) -> Content | None:
    """The words of one message; None where it is withdrawn, or can't be worded, which is noted on its row."""
    key = (message.kind, message.subject, language_of(message))
    try:
        if key in shared:
            content = shared[key]
        else:
            with translation.override(language_of(message)):
                content = renderer_of(message.kind)(message, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # A fault of ours in one message must not stop the others; it stays on its row, and in the log.
        logger.exception("message %s could not be worded", message.pk)
        claims.note_failure([message], now, type(error).__name__, permanent=False)
        return None
    if content is None:
        claims.settle([message], now, Message.State.WITHDRAWN)
    return content


def language_of(message: Message) -> str:
    """What the recipient reads best, where the portal is translated into it; else the portal's own language."""
    try:
        return translation.get_supported_language_variant(message.recipient.language)
    except LookupError:
        return settings.LANGUAGE_CODE


def close_connections() -> None:
    """Close the connection: a provider that hangs must not hold one of the database's."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What came of handing letters over. `untried`: the time was up, or the provider out of reach."""

    sent: list[Message] = field(default_factory=list)
    failed: list[tuple[OutgoingMail, DeliveryError]] = field(default_factory=list)
    untried: list[Message] = field(default_factory=list)
    outage: str = ""
    mails: int = 0

    @property
    def tried(self) -> bool:
        return bool(self.mails or self.failed)


def hand_over(mails: Sequence[OutgoingMail], channel: str) -> Outcome:
    """Hand letters to the provider, one after another, for a second at most. Touches no database."""
    outcome, until = Outcome(), time.monotonic() + SETTLE_EVERY
    with CHANNELS[channel].session() as session:
        for mail in mails:
            if outcome.outage or (time.monotonic() >= until and outcome.tried):
                outcome.untried += mail.messages
                continue
            try:
                session.send(mail)
            except DeliveryError as error:
                outcome.failed.append((mail, error))
            except OutageError as error:
                outcome.outage = str(error)
                outcome.untried += mail.messages
            except Exception as error:
                logger.exception("mail %s could not be sent", mail.id)
                fault = DeliveryError(type(error).__name__, permanent=False)
                outcome.failed.append((mail, fault))
            else:
                outcome.sent += mail.messages
                outcome.mails += 1
    return outcome


def note(outcome: Outcome, channel: str, claim: Claim, now: datetime) -> None:
    """Write what came of it. Run again after a fault of the database, it changes nothing more."""
    claims.settle(outcome.sent, now, Message.State.SENT, error="")
    for mail, error in outcome.failed:
        logger.warning("mail %s was not taken: %s", mail.id, error)
        claims.note_failure(mail.messages, now, str(error), permanent=error.permanent)
    claims.release(outcome.untried, now, outcome.outage)
    if outcome.outage:
        logger.warning("channel %s is out of reach: %s", channel, outcome.outage)
        claims.note_outage(channel, now)
    elif claim.is_probe:
        claims.note_reachable(channel)


def note_patiently(write: Callable[[], None]) -> None:
    """Note what was sent even where the database went away meanwhile: else it would all be sent again."""
    until = time.monotonic() + SETTLE_PATIENCE
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() >= until:
                raise
            close_connections()
            time.sleep(0.5)
