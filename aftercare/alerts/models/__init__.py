"""Alerts, dispatches, contact steps and drills."""

from aftercare.alerts.models.alerts import LEVEL_ORDER, NEEDS_ACTION, Alert, ContactAttempt
from aftercare.alerts.models.dispatches import ContactStep, Dispatch, Drill
from aftercare.alerts.models.letters import Letter

__all__ = [
    "LEVEL_ORDER",
    "NEEDS_ACTION",
    "Alert",
    "ContactAttempt",
    "ContactStep",
    "Dispatch",
    "Drill",
    "Letter",
]
