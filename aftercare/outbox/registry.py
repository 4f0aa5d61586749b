"""What the rooms above tell the outbox at start: how to word a kind of message, and where new messages come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from aftercare.outbox.models import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The words of a message. No health detail and no name of a patient."""

    subject: str
    body: str


# None: what the message was about is settled, or its recipient need not know; it is withdrawn.
Renderer = Callable[["Message", datetime], Content | None]
# The words for every recipient of several subjects, by subject, in a few queries for all of them.
ForAll = Callable[[Collection[UUID], datetime], Mapping[UUID, Content | None]]
# The words of one mail that stands for several messages, all of them still of use, to one recipient.
Together = Callable[[Sequence["Message"], datetime], Content]
# Writes the messages that have fallen due; run by every sweep, and safe to run twice at once.
Source = Callable[[datetime], None]


class Backlog(NamedTuple):
    """Since when something is due of which a source has written no message: at all, and for want of a recipient."""

    due: datetime | None
    without_recipient: datetime | None


FindBacklog = Callable[[datetime], Backlog]
# What is to follow from messages that were given up; in the transaction that notes it.
GivenUp = Callable[[Sequence["Message"], datetime], None]

# The names of senders by their ids, for the line From of a mail.
SenderNames = Callable[[Collection[int]], Mapping[int, str]]

_renderers: dict[str, Renderer] = {}
_sender_names: list[SenderNames] = []
_together: dict[str, Together] = {}
_sources: dict[str, Source] = {}
_backlogs: dict[str, FindBacklog] = {}
_given_up: dict[str, GivenUp] = {}
_for_all: dict[str, ForAll] = {}


def register_renderer(
    kind: str, renderer: Renderer, together: Together | None = None, for_all: ForAll | None = None
) -> None:
    """Let `renderer` word the messages of `kind`, at the moment of sending.

    With `together`, several of the kind to one recipient may leave as one mail: those of one thread within a
    minute, and a burst. Without it each leaves by itself. With `for_all`, every recipient of one subject reads
    the same words, and it is asked for those of a whole batch; where it fails, `renderer` words one by one.
    """
    _renderers[kind] = renderer
    _together.pop(kind, None)
    _for_all.pop(kind, None)
    if together is not None:
        _together[kind] = together
    if for_all is not None:
        _for_all[kind] = for_all


def renderer_of(kind: str) -> Renderer:
    """The renderer of `kind`; KeyError for a kind that no room registered."""
    return _renderers[kind]


def for_all_of(kind: str) -> ForAll | None:
    """What words a whole batch of the kind; None where each recipient reads words of their own."""
    return _for_all.get(kind)


def together_of(kind: str) -> Together:
    """What words several messages of `kind`; KeyError where each leaves by itself."""
    return _together[kind]


def batched_kinds() -> frozenset[str]:
    """The kinds of which several may leave as one mail."""
    return frozenset(_together)


def register_source(name: str, source: Source, backlog: FindBacklog | None = None) -> None:
    """Let every sweep ask `source` for messages first; `backlog` says whether it has fallen behind."""
    _sources[name] = source
    _backlogs.pop(name, None)
    if backlog is not None:
        _backlogs[name] = backlog


def register_given_up(kind: str, act: GivenUp) -> None:
    """Let `act` follow where messages of `kind` can never arrive, or every attempt failed."""
    _given_up[kind] = act


def given_up_of(kind: str) -> GivenUp | None:
    """What follows where a message of the kind is given up; None where nothing does."""
    return _given_up.get(kind)


def sources() -> dict[str, Source]:
    """The registered sources by name."""
    return dict(_sources)


def register_sender_names(names: SenderNames) -> None:
    """Let `names` name the senders of messages. Without it every mail comes from the portal itself."""
    _sender_names[:] = [names]


def names_of(senders: Collection[int]) -> Mapping[int, str]:
    """The names of these senders, in one query for all of them."""
    return _sender_names[0](senders) if senders and _sender_names else {}


def backlogs() -> dict[str, FindBacklog]:
    """What says whether a source has fallen behind, by the source's name."""
    return dict(_backlogs)
