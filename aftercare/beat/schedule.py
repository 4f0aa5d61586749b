"""The periodic tasks, and how many seconds lie between two runs of each."""

from __future__ import annotations

from typing import Any

PERIODIC = {
    "sweep": ("aftercare.outbox.sweep", 2),
    "escalate": ("aftercare.alerts.escalate", 15),
    "follow_up": ("aftercare.alerts.follow_up", 15),
    "left_open": ("aftercare.alerts.left_open", 60),
    "nobody_to_tell": ("aftercare.alerts.nobody_to_tell", 60),
    "drill": ("aftercare.alerts.drill", 15),
    "return_to_pool": ("aftercare.alerts.return_to_pool", 60),
    "follow_rota": ("aftercare.alerts.follow_rota", 60),
    "follow_hours": ("aftercare.alerts.follow_hours", 60),
    "remind": ("aftercare.alerts.remind", 60),
    "purge_sessions": ("aftercare.people.purge_sessions", 60),
    "seal_events": ("aftercare.people.seal_events", 60),
    "end_removals": ("aftercare.people.end_removals", 60),
    "silence": ("aftercare.checkins.silence", 60),
    "unconfirmed": ("aftercare.checkins.tell_unconfirmed", 15),
    "missed": ("aftercare.checkins.missed_check_ins", 60),
    "check_in_reminders": ("aftercare.checkins.remind", 60),
    "plan_reminders": ("aftercare.checkins.plan_reminders", 60),
    "make_thumbnails": ("aftercare.checkins.make_thumbnails", 15),
    "delete_photos": ("aftercare.checkins.delete_photos", 60),
    "call_outside_watch": ("aftercare.alerts.call_outside_watch", 60),
    "find_clusters": ("aftercare.checkins.find_clusters", 60),
    "fold_queue_changes": ("aftercare.alerts.fold_queue_changes", 60),
    "audit": ("aftercare.checkins.audit", 60),
}
ARGUMENTS = {"sweep": {"from_beat": True}}


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the schedule for Celery beat.

    A run that waited longer than its period is dropped: the next one does the same work.
    """
    return {
        name: {
            "task": task,
            "schedule": float(seconds),
            "kwargs": ARGUMENTS.get(name, {}),
            "options": {"expires": seconds},
        }
        for name, (task, seconds) in PERIODIC.items()
    }
