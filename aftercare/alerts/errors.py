"""Errors of alert actions. Whenever one is raised, nothing was changed."""

from __future__ import annotations


class AlreadyClosedError(ValueError):
    """The alert is closed."""


class AlreadyAcknowledgedError(ValueError):
    """Another user has acknowledged the alert."""


class NotAcknowledgedError(ValueError):
    """The alert is not acknowledged."""


class NoteNeededError(ValueError):
    """An alert of urgent or higher is closed without a note, and the patient was not reached."""


class AlreadyCorrectedError(ValueError):
    """The contact attempt was corrected before; correct the newer one."""
