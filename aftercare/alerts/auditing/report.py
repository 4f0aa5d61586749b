"""Report of what the auditor found: to managers by the outbox, to the technical contacts directly, to `/readyz`."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare.alerts.models import Omission
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.heartbeats import claim_periodic_job, last_beats, release_periodic_job
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.models import Clinic

logger = logging.getLogger(__name__)

KIND = "omission"
# The name of the auditor's heartbeat, and how often it runs.
AUDITOR, EVERY = "auditor", timedelta(minutes=1)
# `/readyz` names what was found for this long, and the technical contact is mailed this often.
REPORTED_FOR = timedelta(hours=1)
MAILED = "auditor mail"
WORTH_TELLING = timedelta(hours=12)


def report(omissions: Sequence[Omission], now: datetime) -> None:
    """Tell the managers of each clinic, and mail the technical contacts at most once an hour."""
    if not omissions:
        return
    first = {omission.clinic_id: omission for omission in reversed(omissions)}
    for clinic in Clinic.objects.filter(pk__in=first):
        tell_managers(clinic, first[clinic.pk], now)
    mail_technical_contacts(omissions, now)


def tell_managers(clinic: Clinic, omission: Omission, now: datetime) -> None:
    """Write a message to each manager of the clinic, about the first of what was found."""
    Message.objects.bulk_create(
        [
            Message(
                kind=KIND,
                subject=omission.pk,
                sender=clinic.pk,
                recipient_id=member.user_id,
                created_at=now,
                next_attempt_at=now,
                expires_at=now + WORTH_TELLING,
            )
            for member in Roster.of(clinic, now).managers(now)
        ],
        ignore_conflicts=True,
    )
    nudge_after_commit()


def render(message: Message, _now: datetime) -> Content:
    """Render the message to a manager; it holds no detail of the patient."""
    omission = Omission.objects.get(pk=message.subject)
    if omission.repaired_at:
        done = _("The portal has told the next person now.")
    else:
        done = _("The portal could not put this right by itself. Please look at the queue now.")
    where = f"/clinic/alerts/{omission.alert_id}/" if omission.alert_id else "/clinic/"
    paragraphs = [
        _("A check-in was waiting, and nobody would have been told of it any more."),
        done,
        f"{_('See it here:')}\n{settings.SITE_URL}{where}",
        _("Whoever runs the portal has been told too. For privacy this message holds no details."),
    ]
    return Content(subject=_("A check-in was nearly missed"), body="\n\n".join(paragraphs))


def mail_technical_contacts(omissions: Collection[Omission], now: datetime) -> int:
    """Mail whoever runs the portal, and the clinics' own contacts, unless done within the hour."""
    clinics = Clinic.objects.filter(pk__in={one.clinic_id for one in omissions}).exclude(technical_contact="")
    addresses = {*clinics.values_list("technical_contact", flat=True), settings.TECHNICAL_CONTACT} - {""}
    if not addresses or not claim_periodic_job(MAILED, REPORTED_FOR, now):
        return 0
    mailed = 0
    for address in sorted(addresses):
        try:
            mailed += EmailMessage(
                _("Aftercare: a check-in was nearly missed"), mail_body(omissions), to=[address]
            ).send()
        except OSError as error:
            logger.error("the technical contact could not be mailed: %s", type(error).__name__)
    if not mailed:
        release_periodic_job(MAILED)
    return mailed


def mail_body(omissions: Collection[Omission]) -> str:
    """Return the text of the mail to the technical contacts: nothing about a person. The log has the ids."""
    count = len(omissions)
    lead = ngettext(
        "The auditor found a check-in of which nobody would have been told any more.",
        "The auditor found %(count)s check-ins of which nobody would have been told any more.",
        count,
    ) % {"count": count}
    kinds = dict.fromkeys(one.get_kind_display() for one in omissions)
    unrepaired = sum(one.repaired_at is None for one in omissions)
    done = (
        _("Each was told of now.")
        if not unrepaired
        else _("Of %(count)s nobody could be told: please look now.") % {"count": unrepaired}
    )
    ask = _("Rows are missing, or a task stands still. See the log, and what is wrong by name:")
    return "\n\n".join([lead, "\n".join(kinds), done, f"{ask}\n{settings.SITE_URL}/readyz"]) + "\n"


def recent_omissions(now: datetime) -> int:
    """Return how much the auditor has found lately."""
    return Omission.objects.filter(found_at__gt=now - REPORTED_FOR).count()


def auditor_overdue_since(now: datetime) -> datetime | None:
    """Return since when the auditor is overdue; None if it never ran: what is new has no past."""
    last = last_beats().get(AUDITOR)
    # One run may be missed: at a start of the worker, or while another takes long.
    due = last + 2 * EVERY if last else None
    return due if due and due <= now else None
