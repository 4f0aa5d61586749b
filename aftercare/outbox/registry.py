"""Registry of renderers, sources and failure handlers, which the rooms above fill at start."""

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
    """Rendered text of a message; without health detail and without a patient's name.

    `to`: the address, if it is not the recipient's present one. `sender_name`: the name in From, if it is not that
    of the sending clinic. `short`: what an SMS or a push says, without link; `path`: where its link leads on the
    portal, "" for none. `has_own_link`: it leads to a page for its recipient alone instead, if the kind has any.
    `spoken`: what a call says, where that is not `short`. `reply`: how an SMS can be answered, before its link.
    `unsubscribe`: the path that stops messages of this kind by a POST, for mail programs (RFC 8058).
    """

    subject: str
    body: str
    short: str = ""
    path: str = ""
    has_own_link: bool = False
    spoken: str = ""
    reply: str = ""
    unsubscribe: str = ""
    to: str = ""
    sender_name: str = ""


# Renders a message; None withdraws it (its subject is settled, or the recipient need not know).
Renderer = Callable[["Message", datetime], Content | None]
# Renders a batch: the content for all recipients of each subject, by subject, in a few queries.
ForAll = Callable[[Collection[UUID], datetime], Mapping[UUID, Content | None]]
# Renders one mail that stands for several messages to one recipient, none of them withdrawn.
Together = Callable[[Sequence["Message"], datetime], Content]
# Writes messages that have fallen due, and returns of how many events; called by every sweep, safe to run concurrently.
Source = Callable[[datetime], int]


class Backlog(NamedTuple):
    """Oldest event without a message: `due` for any reason, `without_recipient` for lack of a recipient."""

    due: datetime | None
    without_recipient: datetime | None


FindBacklog = Callable[[datetime], Backlog]
# Returns since when the oldest work of a periodic job is overdue, or None.
FindOverdue = Callable[[datetime], datetime | None]
# Counts faults of one sort that were found lately.
CountFaults = Callable[[datetime], int]
# Handles messages that were given up, in the transaction that fails them.
GivenUp = Callable[[Sequence["Message"], datetime], None]

# Returns where contact points are, by id; those that do not count (any more) are left out.
FindAddresses = Callable[[Collection[UUID]], Mapping[UUID, str]]
# Is told of a contact point that refused a message for good; `is_gone`: it does not exist any more.
PointRefused = Callable[[UUID, bool, datetime], None]

# Makes the links of these messages, each for its recipient alone; returns the paths by message id.
OwnLinks = Callable[[Sequence["Message"], datetime], Mapping[UUID, str]]

# Returns the names of senders by id, for the From header.
SenderNames = Callable[[Collection[int]], Mapping[int, str]]

_renderers: dict[str, Renderer] = {}
_sender_names: list[SenderNames] = []
_points: list[tuple[FindAddresses, PointRefused]] = []
_together: dict[str, Together] = {}
_sources: dict[str, Source] = {}
_backlogs: dict[str, FindBacklog] = {}
_overdue: dict[str, FindOverdue] = {}
_fault_counts: dict[str, CountFaults] = {}
_given_up: dict[str, GivenUp] = {}
_for_all: dict[str, ForAll] = {}
_own_links: dict[str, OwnLinks] = {}


def register_renderer(
    kind: str, renderer: Renderer, together: Together | None = None, for_all: ForAll | None = None
) -> None:
    """Register the renderer of a message kind; it is called at the moment of sending.

    With `together`, several messages of the kind to one recipient may be one mail: those of one thread within a
    minute, and bursts. With `for_all`, the content of a subject is the same for every recipient and rendered
    once per batch; if it fails, `renderer` renders each message.
    """
    _renderers[kind] = renderer
    _together.pop(kind, None)
    _for_all.pop(kind, None)
    if together is not None:
        _together[kind] = together
    if for_all is not None:
        _for_all[kind] = for_all


def renderer_of(kind: str) -> Renderer:
    """Return the renderer of `kind`; KeyError if none is registered."""
    return _renderers[kind]


def for_all_of(kind: str) -> ForAll | None:
    """Return the batch renderer of `kind`, or None."""
    return _for_all.get(kind)


def together_of(kind: str) -> Together:
    """Return the renderer for several messages of `kind`; KeyError if the kind is not batched."""
    return _together[kind]


def batched_kinds() -> frozenset[str]:
    """Return the message kinds that may be batched."""
    return frozenset(_together)


def register_own_links(kind: str, make: OwnLinks) -> None:
    """Register who makes the links of a message kind that lead to a page for the recipient alone."""
    _own_links[kind] = make


def own_links_of(messages: Collection[Message], now: datetime) -> dict[UUID, str]:
    """Return the paths of the own links of these messages, by message id; those of other kinds have none."""
    paths: dict[UUID, str] = {}
    for kind, make in _own_links.items():
        if asked := [message for message in messages if message.kind == kind]:
            paths |= make(asked, now)
    return paths


def register_source(name: str, source: Source, backlog: FindBacklog | None = None) -> None:
    """Register a source that every sweep asks for due messages; `backlog` reports events without a message."""
    _sources[name] = source
    _backlogs.pop(name, None)
    if backlog is not None:
        _backlogs[name] = backlog


def register_given_up(kind: str, act: GivenUp) -> None:
    """Register the handler for messages of `kind` that were given up."""
    _given_up[kind] = act


def given_up_of(kind: str) -> GivenUp | None:
    """Return the failure handler of `kind`, or None."""
    return _given_up.get(kind)


def sources() -> dict[str, Source]:
    """Return the registered sources by name."""
    return dict(_sources)


def register_sender_names(names: SenderNames) -> None:
    """Register the function that names senders; without it mails come from the portal itself."""
    _sender_names[:] = [names]


def names_of(senders: Collection[int]) -> Mapping[int, str]:
    """Return the names of these senders, in one query."""
    return _sender_names[0](senders) if senders and _sender_names else {}


def register_points(addresses: FindAddresses, refused: PointRefused) -> None:
    """Register where contact points are looked up, and what is told of those that refuse messages."""
    _points[:] = [(addresses, refused)]


def addresses_of(points: Collection[UUID]) -> Mapping[UUID, str]:
    """Return where these contact points are, in one query."""
    return _points[0][0](points) if points and _points else {}


def point_refused(point: UUID, *, is_gone: bool, now: datetime) -> None:
    """Tell the registered room that a contact point refused a message for good."""
    for _addresses, refused in _points:
        refused(point, is_gone, now)


def backlogs() -> dict[str, FindBacklog]:
    """Return the backlog functions by source name."""
    return dict(_backlogs)


def register_overdue(name: str, find: FindOverdue) -> None:
    """Register the work of a periodic job, by the name that `/readyz` gives it where it is overdue."""
    _overdue[name] = find


def overdue_finders() -> dict[str, FindOverdue]:
    """Return the functions that find overdue work, by name."""
    return dict(_overdue)


def register_fault_count(name: str, count: CountFaults) -> None:
    """Register a sort of faults, by the name that `/readyz` gives it where there are any."""
    _fault_counts[name] = count


def fault_counts() -> dict[str, CountFaults]:
    """Return the functions that count faults, by name."""
    return dict(_fault_counts)
