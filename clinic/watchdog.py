"""The watchdog: reports undelivered messages, and works without worker, beat and broker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from aftercare.alerts.actions.drills import escalate_drills
from aftercare.alerts.following_up.escalation import escalate, follow_up
from aftercare.alerts.on_call.no_recipients import mail_technical_contacts
from aftercare.checkins.follow_up.non_response import record_silence_after_alerts
from aftercare.checkins.follow_up.unconfirmed import tell_unconfirmed
from aftercare.outbox import delivery_health
from aftercare.outbox.delivery import sweep
from aftercare.outbox.heartbeats import beat_heart, last_beats
from aftercare.people.models import Clinic
from aftercare.ui.times import spoken_age

logger = logging.getLogger(__name__)

# The shortest interval between mails about lasting problems.
MAIL_EVERY = timedelta(hours=1)
MAILED = "watchdog mail"
# Rules that must run even while beat is down.
RULES: tuple[Callable[[datetime], object], ...] = (
    escalate,
    follow_up,
    mail_technical_contacts,
    escalate_drills,
    record_silence_after_alerts,
    tell_unconfirmed,
)


def problems(state: delivery_health.DeliveryHealth) -> list[str]:
    """Return the problems of delivery, one sentence each."""
    found = [_("The %(part)s shows no sign of life.") % {"part": part} for part in state.silent]
    if state.is_late:
        waited = spoken_age(timedelta(seconds=state.oldest_due_seconds))
        found.append(_("One message has been waiting for %(waited)s.") % {"waited": waited})
    if state.failed:
        found.append(_("Messages we stopped trying to send: %(failed)s.") % {"failed": state.failed})
    return found


def send_overdue(now: datetime) -> int:
    """Run the timed rules and send due messages, with the worker's claims. Returns the number of mails sent."""
    for rule in RULES:
        try:
            rule(now)
        except Exception:
            # A failing rule must not stop the other rules, nor the sending.
            logger.exception("%s failed", rule.__name__)
    return sweep(seconds=60)


def mail_contacts(found: list[str], now: datetime) -> int:
    """Mail the technical contacts, at most once an hour. Returns the number of mails sent."""
    last = last_beats().get(MAILED)
    if last is not None and last <= now < last + MAIL_EVERY:
        return 0
    addresses = Clinic.objects.exclude(technical_contact="").values_list("technical_contact", flat=True)
    mailed = 0
    for address in sorted(set(addresses)):
        try:
            mailed += EmailMessage(
                _("Aftercare: messages may not arrive"), mail_body(found), to=[address]
            ).send()
        except OSError as error:
            logger.error("the technical contact could not be mailed: %s", type(error).__name__)
    if mailed:
        beat_heart(MAILED, now)
    return mailed


def mail_body(found: list[str]) -> str:
    """Return the text of the mail to the technical contacts."""
    lines = "\n".join(found)
    return _(
        "%(lines)s\n\nPatients can check in, and the queue of every clinic is complete. What "
        "is wrong by name: %(site_url)s/readyz\n"
    ) % {"lines": lines, "site_url": settings.SITE_URL}
