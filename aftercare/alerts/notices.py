"""From dispatches to messages: who is told, and in which words. No health detail, no name."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import StaffMember

logger = logging.getLogger(__name__)

KIND = "alert_dispatch"


def drain(now: datetime) -> None:
    """Turn every due dispatch into messages: one per recipient, however often and by whomever it is run."""
    for dispatch in Dispatch.objects.to_drain(now).select_related("clinic").order_by("due_at")[:500]:
        try:
            drain_one(dispatch, now)
        except Exception:
            # A dispatch that cannot be expanded must not keep the next one waiting; it stays undrained.
            logger.exception("dispatch %s could not be expanded", dispatch.pk)


@transaction.atomic
def drain_one(dispatch: Dispatch, now: datetime) -> None:
    """Write the messages of one dispatch, to the recipients of this moment."""
    Message.objects.bulk_create(
        (
            Message(
                kind=KIND,
                subject=dispatch.pk,
                recipient_id=member.user_id,
                channel=Message.Channel.EMAIL,
                created_at=now,
                next_attempt_at=now,
            )
            for member in recipients_of(dispatch)
        ),
        ignore_conflicts=True,
    )
    Dispatch.objects.filter(pk=dispatch.pk).update(drained_at=now)


def recipients_of(dispatch: Dispatch) -> list[StaffMember]:
    """The members of the dispatch's contact step; where it has nobody, everybody who works for the clinic."""
    active = StaffMember.objects.active().filter(clinic_id=dispatch.clinic_id).select_related("user")
    steps = ContactStep.objects.filter(clinic_id=dispatch.clinic_id, position__lte=dispatch.step)
    step = steps.order_by("-position").first()
    members = list(active.filter(contact_steps=step)) if step else []
    if not members:
        members = list(active)
    if not members:
        raise LookupError(f"clinic {dispatch.clinic_id} has no staff member to tell")
    return members


def render(message: Message, now: datetime) -> Content | None:
    """The words of a message about a dispatch; None once its alerts are acknowledged or closed."""
    dispatch = Dispatch.objects.prefetch_related("alerts").get(pk=message.subject)
    alerts = [alert for alert in dispatch.alerts.all() if still_matters(alert, dispatch)]
    if not alerts:
        return None
    worst = min(alerts, key=lambda alert: (-alert.triage_level.rank, alert.opened_at))
    link = f"{settings.SITE_URL}/clinic/alerts/{worst.pk}/"
    return Content(
        subject=SUBJECTS[Dispatch.Reason(dispatch.reason)],
        body="\n\n".join(
            [
                f"{LEADS[Dispatch.Reason(dispatch.reason)]} {deadline(worst, dispatch, now)}".strip(),
                f"Sign in to read and acknowledge it:\n{link}",
                "This message holds no details on purpose. It is sent again, to more people, "
                "until somebody acknowledges.",
            ]
        ),
    )


SUBJECTS = {
    Dispatch.Reason.OPENED: "A check-in needs a person",
    Dispatch.Reason.UNACKNOWLEDGED: "Nobody has acknowledged: a check-in needs a person",
    Dispatch.Reason.SILENT: "No new check-in: somebody should call",
}
LEADS = {
    Dispatch.Reason.OPENED: "A new check-in is waiting in the queue.",
    Dispatch.Reason.UNACKNOWLEDGED: "A check-in is waiting, and nobody has acknowledged it in time.",
    Dispatch.Reason.SILENT: "A check-in is still being worked on, and none has followed it for a day.",
}


def still_matters(alert: Alert, dispatch: Dispatch) -> bool:
    """Whether the alert still needs telling: silence until it is closed, the rest until acknowledged."""
    if dispatch.reason == Dispatch.Reason.SILENT:
        return alert.is_open
    return alert.status == Alert.Status.NEW


def deadline(alert: Alert, dispatch: Dispatch, now: datetime) -> str:
    """By when it should be acknowledged, on the clinic's clock."""
    by = alert.acknowledge_by
    if by is None or dispatch.reason != Dispatch.Reason.OPENED:
        return ""
    if by <= now:
        return "Please acknowledge it now."
    return f"Please acknowledge it by {by.astimezone(dispatch.clinic.zone):%H:%M}."
