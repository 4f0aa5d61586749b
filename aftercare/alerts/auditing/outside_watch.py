"""A dead man's switch: each minute an outside service is called, only while somebody would be told of a check-in.

The service raises the alarm when the calls stop, and so notices the death of the whole machine too.
"""

from __future__ import annotations

import http.client
import logging
import urllib.request
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from aftercare.alerts.auditing.report import AUDITOR
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.outbox import delivery, delivery_health
from aftercare.outbox.heartbeats import last_beats
from aftercare.outbox.models import CLOCK_TOLERANCE, ChannelState, Message
from aftercare.people.models import Clinic, Patient, StaffMember

logger = logging.getLogger(__name__)

ESCALATION = "escalation"  # the name of its heartbeat
# By its heartbeat: how long a job may be silent, some times its period.
SILENT_AFTER = {ESCALATION: timedelta(seconds=90), AUDITOR: timedelta(minutes=3)}
# Outages of the mail server in a row after which it is not well.
OUTAGES = 3
PROVIDERS = {
    Message.Channel.EMAIL: "mail server",
    Message.Channel.SMS: "SMS gateway",
    Message.Channel.PUSH: "push services",
    Message.Channel.VOICE: "telephone service",
}
PATIENCE = 5.0  # seconds for each step of the call


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, so that nothing but the operator's address is ever called."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def call_outside_watch(now: datetime) -> bool:
    """Call the service if everything is well; return True if it answered."""
    if not settings.HEARTBEAT_URL:
        return False
    unwell = what_is_unwell(now)
    if unwell:
        logger.error("the outside watch is not called: %s", ", ".join(unwell))
        return False
    delivery.close_connections()
    return call(settings.HEARTBEAT_URL)


def call(url: str) -> bool:
    """Ask for the address, and send nothing with it; return True if the answer is a success."""
    request = urllib.request.Request(url, headers={"User-Agent": "Aftercare"})  # noqa: S310 (http or https: environment_values)
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=PATIENCE):
            return True
    except (OSError, http.client.HTTPException) as error:
        # The address is a secret.
        logger.warning("the outside watch could not be called: %s", type(error).__name__)
        return False


def what_is_unwell(now: datetime) -> list[str]:
    """Return the names of the parts without which somebody may stay untold."""
    state, beats = delivery_health.state(now), last_beats()
    unwell = [*state.silent, *state.late_work]
    for job, patience in SILENT_AFTER.items():
        at = beats.get(job)
        if at is None or not now - patience < at < now + CLOCK_TOLERANCE:
            unwell.append(job)
    away = ChannelState.objects.filter(outages__gte=OUTAGES).order_by("channel")
    unwell += [PROVIDERS[Message.Channel(state.channel)] for state in away]
    unwell += [f"clinic {clinic}" for clinic in clinics_without_contact(now)]
    return list(dict.fromkeys(unwell))


def clinics_without_contact(now: datetime) -> list[int]:
    """Return the ids of the clinics with patients at which no mailbox of anybody available takes messages."""
    treats = Patient.objects.taking_part().filter(clinic=OuterRef("pk"))
    clinics = Clinic.objects.filter(Exists(treats)).order_by("pk").values_list("pk", flat=True)
    people = StaffMember.objects.reachable(now).exclude(user__email="").values_list("clinic", "user")
    refusing = refusing_mailboxes()
    reached = {clinic for clinic, user in people if (clinic, user) not in refusing}
    return [clinic for clinic in clinics if clinic not in reached]


def refusing_mailboxes() -> set[tuple[int | None, int]]:
    """Return the clinic and user of messages that were given up, if none has arrived since."""
    later = Message.objects.filter(
        recipient=OuterRef("recipient"),
        channel=Message.Channel.EMAIL,
        state=Message.State.SENT,
        finished_at__gt=OuterRef("finished_at"),
    )
    mails = Message.objects.unattended_failures().filter(kind=KIND, channel=Message.Channel.EMAIL)
    failed = mails.exclude(Exists(later))
    return set(failed.values_list("sender", "recipient"))
