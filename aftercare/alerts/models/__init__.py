"""Alerts, dispatches, contact steps, drills, links and replies, changes to rota and queues, what the auditor found."""

from aftercare.alerts.models.alerts import LEVEL_ORDER, NEEDS_ACTION, Alert, ContactAttempt
from aftercare.alerts.models.dispatches import ContactStep, Dispatch, Drill
from aftercare.alerts.models.letters import Letter
from aftercare.alerts.models.links import AnswerLink
from aftercare.alerts.models.omissions import Omission
from aftercare.alerts.models.on_call import DutyConfirmation, Override, Swap
from aftercare.alerts.models.queue_changes import QueueChange
from aftercare.alerts.models.replies import Reply

__all__ = [
    "LEVEL_ORDER",
    "NEEDS_ACTION",
    "Alert",
    "AnswerLink",
    "ContactAttempt",
    "ContactStep",
    "Dispatch",
    "Drill",
    "DutyConfirmation",
    "Letter",
    "Omission",
    "Override",
    "QueueChange",
    "Reply",
    "Swap",
]
