"""What the rooms above tell the outbox at start: how to word a kind of message, and where new messages come from."""

from __future__ import annotations

from collections.abc import Callable
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


# None: what the message was about is settled, and it is withdrawn.
Renderer = Callable[["Message", datetime], Content | None]
# Writes the messages that have fallen due; run by every sweep, and safe to run twice at once.
Source = Callable[[datetime], None]

_renderers: dict[str, Renderer] = {}
_sources: dict[str, Source] = {}


def register_renderer(kind: str, renderer: Renderer) -> None:
    """Let `renderer` word the messages of `kind`, at the moment of sending."""
    _renderers[kind] = renderer


def renderer_of(kind: str) -> Renderer:
    """The renderer of `kind`; KeyError for a kind that no room registered."""
    return _renderers[kind]


def register_source(name: str, source: Source) -> None:
    """Let every sweep ask `source` for messages first."""
    _sources[name] = source


def sources() -> dict[str, Source]:
    """The registered sources by name."""
    return dict(_sources)
