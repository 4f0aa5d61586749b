"""Delivery of due messages: at least once, by claim; no transaction or connection is held during a provider call."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils import translation

from aftercare.outbox import database_clock
from aftercare.outbox.channels import CHANNELS, DeliveryError, OutageError, OutgoingMail, channels_in_use
from aftercare.outbox.claiming import claims
from aftercare.outbox.claiming.claims import Claim
from aftercare.outbox.claiming.sources import run_sources
from aftercare.outbox.models import Message
from aftercare.outbox.registry import (
    Content,
    addresses_of,
    for_all_of,
    names_of,
    own_links_of,
    point_refused,
    renderer_of,
    together_of,
)

logger = logging.getLogger(__name__)

RUN_SECONDS = 5.0  # a run ends after this long, and the next task continues
SETTLE_EVERY = 1.0  # seconds: the most that is sent twice after a crash
SETTLE_PATIENCE = 20.0  # seconds to wait for the database in order to record what was sent
Clock = Callable[[], datetime]
# What one person alone receives, and can answer at once. Mails are forwarded, and opened by scanners.
WITH_OWN_LINKS = frozenset({Message.Channel.PUSH, Message.Channel.SMS})
SharedContents = dict[tuple[str, UUID, str], Content | None]


def sweep(clock: Clock = database_clock.now, *, seconds: float = RUN_SECONDS) -> int:
    """Deliver due messages, one channel after the other; return the number of mails sent. See `lines.sweep_all`."""
    claims.release_stale_claims(clock())
    return sum(sweep_channel(channel, clock, seconds=seconds) for channel in channels_in_use())


def sweep_channel(
    channel: str,
    clock: Clock,
    *,
    seconds: float = RUN_SECONDS,
    write_due: Callable[[Clock], int] = run_sources,
) -> int:
    """Deliver the due messages of a channel, most urgent first, for `seconds` at most; return how many mails.

    `write_due` lets the sources write messages before each claim.
    """
    until, sent = time.monotonic() + seconds, 0
    while True:
        write_due(clock)
        claim = claims.claim(channel, clock())
        if claim is not None:
            sent += deliver(claim, channel, clock)
        elif not wait_for_turn(channel, clock(), until):
            return sent
        if time.monotonic() >= until:
            return sent


def wait_for_turn(channel: str, now: datetime, until: float) -> bool:
    """Wait, without a connection, for what the pace of a channel holds back; return False if nothing is to wait for."""
    wait = claims.seconds_until_turn(channel, now)
    if wait is None or time.monotonic() + wait >= until:
        return False
    close_connections()
    time.sleep(wait)
    return True


def deliver_kind(kind: str, clock: Clock = database_clock.now) -> int:
    """Deliver the due messages of one kind, past all others; return the number of mails sent."""
    sent = 0
    for channel in channels_in_use():
        while claim := claims.claim(channel, clock(), kind=kind):
            sent += deliver(claim, channel, clock)
    return sent


def deliver(claim: Claim, channel: str, clock: Clock) -> int:
    """Render the claimed messages, send them and record the results; return the number of mails sent."""
    shared = shared_contents([message for members in claim.mails for message in members], clock())
    composed = [mail for members in claim.mails for mail in compose(members, clock(), shared)]
    mails = with_addresses(with_sender_names(composed))
    if not mails:
        return 0
    if channel in WITH_OWN_LINKS:
        mails = with_own_links(mails, clock())
    close_connections()
    outcome = send_all(mails, channel)
    record_with_retries(lambda: record(outcome, channel, claim, clock()))
    return outcome.mails


def shared_contents(messages: Sequence[Message], now: datetime) -> SharedContents:
    """Render, once per batch, the kinds whose content is the same for every recipient.

    If that fails, each message is rendered by itself later, so that one error affects one message only.
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
    """Return the mails for a planned mail: usually one; none if all its messages are withdrawn.

    If the common text cannot be rendered, each message becomes a mail of its own.
    """
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
    """Add the names of the sending clinics, looked up in one query."""
    names = names_of({mail.sender for mail in mails if mail.sender is not None})
    return [
        replace(mail, sender_name=mail.content.sender_name or names.get(mail.sender or 0, ""))
        for mail in mails
    ]


def with_addresses(mails: Sequence[OutgoingMail]) -> list[OutgoingMail]:
    """Add where the contact points are, looked up in one query."""
    addresses = addresses_of({mail.point for mail in mails if mail.point})
    return [replace(mail, address=addresses.get(mail.point, "")) if mail.point else mail for mail in mails]


def with_own_links(mails: Sequence[OutgoingMail], now: datetime) -> list[OutgoingMail]:
    """Let each lead to the page of its recipient alone; where that fails, to the page that needs a sign-in."""
    asked = [mail.messages[0] for mail in mails if mail.content.has_own_link]
    try:
        paths = own_links_of(asked, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("the links of %s messages could not be made", len(asked))
        return list(mails)
    return [
        replace(mail, content=replace(mail.content, path=paths[mail.messages[0].pk]))
        if mail.content.has_own_link and mail.messages[0].pk in paths
        else mail
        for mail in mails
    ]


def content_of(message: Message, now: datetime, shared: SharedContents) -> Content | None:
    """Render one message; return None if it is withdrawn or cannot be rendered (recorded on its row)."""
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
        # A rendering error must not stop the other messages: record and log it.
        logger.exception("message %s could not be worded", message.pk)
        claims.record_failure([message], now, type(error).__name__, permanent=False)
        return None
    if content is None:
        claims.settle([message], now, Message.State.WITHDRAWN)
    return content


def language_of(message: Message) -> str:
    """Return the recipient's language if the portal has it, else the default language."""
    try:
        return translation.get_supported_language_variant(message.recipient.language)
    except LookupError:
        return settings.LANGUAGE_CODE


def close_connections() -> None:
    """Close database connections: a slow provider must not hold them."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


@dataclass(kw_only=True, slots=True)
class Outcome:
    """Results of sending. `untried`: not sent for lack of time, or because the provider is unreachable."""

    sent: list[Message] = field(default_factory=list)
    failed: list[tuple[OutgoingMail, DeliveryError]] = field(default_factory=list)
    untried: list[Message] = field(default_factory=list)
    outage: OutageError | None = None
    mails: int = 0

    @property
    def tried(self) -> bool:
        return bool(self.mails or self.failed)


def send_all(mails: Sequence[OutgoingMail], channel: str) -> Outcome:
    """Send mails one after another, for a second at most. Uses no database connection."""
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
                outcome.outage = error
                outcome.untried += mail.messages
            except Exception as error:
                logger.exception("mail %s could not be sent", mail.id)
                fault = DeliveryError(type(error).__name__, permanent=False)
                outcome.failed.append((mail, fault))
            else:
                outcome.sent += mail.messages
                outcome.mails += 1
    return outcome


def record(outcome: Outcome, channel: str, claim: Claim, now: datetime) -> None:
    """Record the results; safe to repeat after a database error."""
    claims.settle(outcome.sent, now, Message.State.SENT, error="")
    for mail, error in outcome.failed:
        logger.warning("mail %s was not taken: %s", mail.id, str(error))  # our words, and no address
        claims.record_failure(mail.messages, now, str(error), permanent=error.permanent, asked_for=error.wait)
        if mail.point and error.permanent:
            point_refused(mail.point, is_gone=error.is_gone, now=now)
    claims.release(outcome.untried, now, str(outcome.outage or ""))
    if outcome.outage:
        logger.warning("channel %s is out of reach: %s", channel, str(outcome.outage))
        claims.record_outage(channel, now, outcome.outage.pause)
    elif claim.is_probe:
        claims.record_reachable(channel)


def record_with_retries(write: Callable[[], None]) -> None:
    """Record the results, and retry while the database is away: otherwise every mail would be sent again."""
    until = time.monotonic() + SETTLE_PATIENCE
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() >= until:
                raise
            close_connections()
            time.sleep(0.5)
