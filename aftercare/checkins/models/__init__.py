"""Check-ins with their assessments and findings, non-responders, and reminders."""

from aftercare.checkins.models.check_ins import (
    NOTE_LENGTH,
    SEEING,
    Assessment,
    CheckIn,
    Finding,
    FindingQuerySet,
    LevelChoice,
    NonResponse,
)
from aftercare.checkins.models.reminders import Reminder, ReminderPlan

__all__ = [
    "NOTE_LENGTH",
    "SEEING",
    "Assessment",
    "CheckIn",
    "Finding",
    "FindingQuerySet",
    "LevelChoice",
    "NonResponse",
    "Reminder",
    "ReminderPlan",
]
