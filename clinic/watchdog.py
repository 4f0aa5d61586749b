"""The watchdog: runs beside worker and beat, needs neither them nor the broker, and says what is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage

from aftercare.alerts.following_up.drills import escalate_drills
from aftercare.alerts.following_up.escalation import escalate, follow_up
from aftercare.alerts.on_call.no_recipients import mail_technical_contacts
from aftercare.checkins.follow_up.non_response import note_silence_after_alerts
from aftercare.checkins.follow_up.unconfirmed import tell_unconfirmed
from aftercare.outbox import delivery_health
from aftercare.outbox.delivery import sweep
from aftercare.outbox.heartbeats import beat_heart, last_beats
from aftercare.people.models import Clinic
from aftercare.ui.times import spoken_age

logger = logging.getLogger(__name__)

# Trouble that lasts is mailed again this often, not with every run.
MAIL_EVERY = timedelta(hours=1)
MAILED = "watchdog mail"
# What must not wait for a beat that is down, besides sending itself.
RULES: tuple[Callable[[datetime], object], ...] = (
    escalate,
    follow_up,
    mail_technical_contacts,
    escalate_drills,
    note_silence_after_alerts,
    tell_unconfirmed,
)


def problems(state: delivery_health.State) -> list[str]:
    """What is wrong, a sentence each."""
    found = [f"The {part} shows no sign of life." for part in state.silent]
    if state.is_late:
        waited = spoken_age(timedelta(seconds=state.oldest_due_seconds))
        found.append(f"One message has been waiting for {waited}.")
    if state.failed:
        found.append(f"Messages we stopped trying to send: {state.failed}.")
    return found


def send_overdue(now: datetime) -> int:
    """Do what worker and beat would: decide what is due and send it, by the same claims. Returns how many mails."""
    for rule in RULES:
        try:
            rule(now)
        except Exception:
            # One rule that fails must not keep the others, nor the messages that wait.
            logger.exception("%s failed", rule.__name__)
    return sweep(seconds=60)


def mail_contacts(found: list[str], now: datetime) -> int:
    """Mail the technical contacts, once an hour while there is trouble. Returns how many were mailed."""
    last = last_beats().get(MAILED)
    if last is not None and last <= now < last + MAIL_EVERY:
        return 0
    addresses = Clinic.objects.exclude(technical_contact="").values_list("technical_contact", flat=True)
    mailed = 0
    for address in sorted(set(addresses)):
        try:
            mailed += EmailMessage(
                "Aftercare: messages may not arrive", mail_body(found), to=[address]
            ).send()
        except OSError as error:
            logger.error("the technical contact could not be mailed: %s", type(error).__name__)
    if mailed:
        beat_heart(MAILED, now)
    return mailed


def mail_body(found: list[str]) -> str:
    """The words to who runs the portal."""
    lines = "\n".join(found)
    return (
        f"{lines}\n\nPatients can check in, and the queue of every clinic is complete. "
        f"What is wrong by name: {settings.SITE_URL}/readyz\n"
    )
