"""The newest hash of the chain, mailed to the technical contact once a day, to be kept outside the portal."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from aftercare.outbox.heartbeats import claim_periodic_job, release_periodic_job
from aftercare.people.models import EventSeal

JOB, EVERY = "mail_newest_seal", timedelta(days=1)

logger = logging.getLogger(__name__)


def mail_newest_seal(now: datetime) -> bool:
    """Mail the newest hash if that is due; return True if a mail was sent. A failure is tried again."""
    seal = EventSeal.objects.last()
    if not settings.TECHNICAL_CONTACT or seal is None or not claim_periodic_job(JOB, EVERY, now):
        return False
    words = {"seal": seal, "site": settings.SITE_URL}
    mail = EmailMessage(
        subject=_("The newest seal of the events"),
        body=render_to_string("people/email/newest_seal_message.txt", words).strip(),
        to=[settings.TECHNICAL_CONTACT],
    )
    try:
        mail.send()
    except OSError as error:  # whatever SMTP raises
        release_periodic_job(JOB)
        logger.warning("the newest seal could not be mailed: %s", type(error).__name__)
        return False
    return True
