"""What the rooms above tell the outbox at start: how to word a kind of message, and where new messages come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftercare.outbox.models import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The words of a message. No health detail and no name of a patient."""

    subject: str
    body: str


# None: what the message was about is settled, or its recipient need not know; it is withdrawn.
Renderer = Callable[["Message", datetime], Content | None]
# The words of one mail that stands for several messages, all of them still of use, to one recipient.
Together = Callable[[Sequence["Message"], datetime], Content]
# Writes the messages that have fallen due; run by every sweep, and safe to run twice at once.
Source = Callable[[datetime], None]

_renderers: dict[str, Renderer] = {}
_together: dict[str, Together] = {}
_sources: dict[str, Source] = {}
_same_for_all: set[str] = set()


def register_renderer(
    kind: str, renderer: Renderer, together: Together | None = None, *, same_for_all: bool = False
) -> None:
    """Let `renderer` word the messages of `kind`, at the moment of sending.

    With `together`, several of the kind to one recipient may leave as one mail: those of one thread within a
    minute, and a burst. Without it each leaves by itself. `same_for_all`: every recipient of one subject reads
    the same words, so that they are asked for once a batch.
    """
    _renderers[kind] = renderer
    (_same_for_all.add if same_for_all else _same_for_all.discard)(kind)
    if together is None:
        _together.pop(kind, None)
    else:
        _together[kind] = together


def renderer_of(kind: str) -> Renderer:
    """The renderer of `kind`; KeyError for a kind that no room registered."""
    return _renderers[kind]


def is_same_for_all(kind: str) -> bool:
    """Whether every recipient of one subject reads the same words."""
    return kind in _same_for_all


def together_of(kind: str) -> Together:
    """What words several messages of `kind`; KeyError where each leaves by itself."""
    return _together[kind]


def folding_kinds() -> frozenset[str]:
    """The kinds of which several may leave as one mail."""
    return frozenset(_together)


def register_source(name: str, source: Source) -> None:
    """Let every sweep ask `source` for messages first."""
    _sources[name] = source


def sources() -> dict[str, Source]:
    """The registered sources by name."""
    return dict(_sources)
