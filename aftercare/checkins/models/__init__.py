"""Check-ins with their assessments and findings, non-responders, clusters, reminders and pictures."""

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
from aftercare.checkins.models.clusters import Cluster, ClusterElsewhere, ClusterLook, ClusterReport
from aftercare.checkins.models.photos import (
    CONSENT_VERSION,
    MOST_PHOTOS,
    Photo,
    PhotoArea,
    PhotoConsent,
)
from aftercare.checkins.models.reminders import Reminder, ReminderPlan

__all__ = [
    "CONSENT_VERSION",
    "MOST_PHOTOS",
    "NOTE_LENGTH",
    "SEEING",
    "Assessment",
    "CheckIn",
    "Cluster",
    "ClusterElsewhere",
    "ClusterLook",
    "ClusterReport",
    "Finding",
    "FindingQuerySet",
    "LevelChoice",
    "NonResponse",
    "Photo",
    "PhotoArea",
    "PhotoConsent",
    "Reminder",
    "ReminderPlan",
]
