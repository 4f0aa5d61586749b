"""Why an act on an alert is refused. Nothing was changed where one of these is raised."""

from __future__ import annotations


class AlreadyClosedError(ValueError):
    """The alert was closed before."""


class AlreadyAcknowledgedError(ValueError):
    """Somebody else acknowledged the alert before."""


class NotAcknowledgedError(ValueError):
    """Nobody has acknowledged the alert."""


class NoteNeededError(ValueError):
    """The alert is urgent or higher, nobody reached the patient, and the closing says nothing about it."""


class AlreadyCorrectedError(ValueError):
    """The contact attempt was corrected before; the newer one is the one to correct."""
