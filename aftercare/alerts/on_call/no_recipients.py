"""Clinics without any recipient: dispatches stay open, and the technical contact is mailed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.heartbeats import claim_periodic_job, release_periodic_job
from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, User

logger = logging.getLogger(__name__)

# Interval between mails to the technical contact.
MAIL_EVERY = timedelta(hours=1)
NOBODY = gettext_lazy("Nobody at %(clinic)s can be told: nobody works there, or everybody is away.")
NO_STEP = gettext_lazy(
    "No contact step of %(clinic)s reaches anybody now. Messages go to everybody who works there."
)


def record_no_recipient(dispatch: Dispatch, now: datetime) -> None:
    """Record, once, that a dispatch has no recipient; it is sent as soon as there is one."""
    if not Dispatch.objects.filter(pk=dispatch.pk, nobody_since=None).update(nobody_since=now):
        return
    logger.error("clinic %s has nobody to tell of dispatch %s", dispatch.clinic_id, dispatch.pk)
    record_event(
        verb=Event.Verb.NOBODY_TO_TELL,
        actor=User.objects.system(),
        now=now,
        clinic=dispatch.clinic,
        patient=dispatch.patient,
        subject=dispatch.event,
        data={"reason": dispatch.reason},
    )


def mail_technical_contacts(now: datetime) -> int:
    """Mail the technical contact of each clinic without a recipient, hourly; return the number of mails."""
    mailed = 0
    for clinic, problem in clinics_without_recipients(now):
        try:
            mailed += mail_technical_contact(clinic, problem, now)
        except Exception as error:
            # A mail that fails must not affect other clinics.
            logger.error(
                "clinic %s: its technical contact could not be mailed: %s", clinic.pk, type(error).__name__
            )
    return mailed


def clinics_without_recipients(now: datetime) -> Iterator[tuple[Clinic, Promise]]:
    """Yield each clinic at which something waits and contact steps reach nobody, with the problem."""
    untold = Dispatch.objects.filter(clinic=OuterRef("pk"), drained_at=None, nobody_since__isnull=False)
    waiting = Alert.objects.need_action().waiting().filter(clinic=OuterRef("pk"))
    for clinic in Clinic.objects.annotate(untold=Exists(untold)).filter(Exists(untold) | Exists(waiting)):
        roster = Roster.of(clinic, now)
        if clinic.untold:
            yield clinic, NOBODY
        elif roster.steps and not roster.reaches_somebody(now):
            yield clinic, NO_STEP


def mail_technical_contact(clinic: Clinic, problem: Promise, now: datetime) -> int:
    """Mail one clinic's technical contact, unless mailed within the hour."""
    turn = f"nobody {clinic.pk}"
    if not clinic.technical_contact or not claim_periodic_job(turn, MAIL_EVERY, now):
        return 0
    name = {"clinic": clinic.name}
    subject = _("Aftercare: nobody at %(clinic)s can be told") % name
    see = _("Check-ins are waiting for a person. See who is told, and add somebody or end an absence:")
    paragraphs = [
        str(problem) % name,
        f"{see}\n{settings.SITE_URL}/clinic/contacts/",
        _("For privacy this message holds no details. It comes every hour until somebody can be told."),
    ]
    text = "\n\n".join(paragraphs) + "\n"
    try:
        return EmailMessage(subject, text, to=[clinic.technical_contact]).send()
    except Exception:
        release_periodic_job(turn)
        raise
