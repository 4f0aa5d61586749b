"""The watchdog: reports undelivered messages, and works without worker, beat and broker."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.actions.drills import escalate_drills
from aftercare.alerts.following_up.escalation import escalate, follow_up
from aftercare.alerts.on_call.no_recipients import mail_technical_contacts
from aftercare.checkins.follow_up.auditing import audit
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
# Its age says when the last mail left, where the database cannot.
NOTE_OF_MAIL = "watchdog_mailed"
# What is overdue, by its name in `/readyz`.
WORK = {
    delivery_health.UNEXPANDED: gettext_lazy("Telling somebody of an alert"),
    "escalations": gettext_lazy("Telling the next person of an alert that nobody has taken on"),
    "auditor": gettext_lazy("The auditor, which looks every minute for what nobody would be told of"),
}
# Faults that were found lately, by their name in `/readyz`.
FAULTS = {"omissions": gettext_lazy("Check-ins of which nobody would have been told, found in the last hour")}
# Rules that must run even while beat is down.
RULES: tuple[Callable[[datetime], object], ...] = (
    escalate,
    follow_up,
    mail_technical_contacts,
    escalate_drills,
    record_silence_after_alerts,
    tell_unconfirmed,
    audit,
)


def problems(state: delivery_health.DeliveryHealth) -> list[str]:
    """Return the problems of delivery, one sentence each."""
    quiet = (*state.silent, *state.dead_workers)
    found = [_("The %(part)s shows no sign of life.") % {"part": part} for part in quiet]
    if state.is_late:
        waited = spoken_age(timedelta(seconds=state.oldest_due_seconds))
        found.append(_("One message has been waiting for %(waited)s.") % {"waited": waited})
    for name, wait in state.late_work.items():
        words = {"work": WORK.get(name, name), "waited": spoken_age(wait)}
        found.append(_("%(work)s: overdue for %(waited)s.") % words)
    for name, number in state.faults.items():
        found.append(_("%(fault)s: %(number)s.") % {"fault": FAULTS.get(name, name), "number": number})
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


def technical_contacts() -> list[str]:
    """Return the addresses of whoever runs the portal, and of the clinics' own contacts."""
    of_clinics = Clinic.objects.exclude(technical_contact="").values_list("technical_contact", flat=True)
    return sorted({*of_clinics, *portal_contact()})


def portal_contact() -> list[str]:
    """Return the address of whoever runs the portal, if it is set."""
    return [settings.TECHNICAL_CONTACT] if settings.TECHNICAL_CONTACT else []


def missing_contact() -> list[str]:
    """Return the problem that nobody would be mailed; a demonstration needs nobody."""
    if settings.DEMO or technical_contacts():
        return []
    return [_("Nobody is mailed when something is wrong: set TECHNICAL_CONTACT.")]


def mail_contacts(found: list[str], now: datetime) -> int:
    """Mail the technical contacts, at most once an hour. Returns the number of mails sent."""
    last = last_beats().get(MAILED)
    if last is not None and last <= now < last + MAIL_EVERY:
        return 0
    mailed = send_mails(mail_body(found), technical_contacts())
    if mailed:
        beat_heart(MAILED, now)
    return mailed


def mail_without_database(found: list[str], now: datetime) -> int:
    """Mail whoever runs the portal, at most once an hour, while the database is away. Returns the number of mails.

    The hour is counted by a file. Where none can be written, a mail leaves each time.
    """
    note = settings.DATA_DIR / NOTE_OF_MAIL
    with contextlib.suppress(FileNotFoundError):
        since = now.timestamp() - note.stat().st_mtime
        if 0 <= since < MAIL_EVERY.total_seconds():
            return 0
    text = "\n".join(found) + "\n"
    mailed = send_mails(text, portal_contact())
    if mailed:
        try:
            note.touch()
        except OSError as error:
            logger.error("%s cannot be written: %s", note, type(error).__name__)
    return mailed


def send_mails(text: str, addresses: list[str]) -> int:
    """Send a mail to each address, directly: neither worker nor broker is asked. Returns the number of mails sent."""
    mailed = 0
    for address in addresses:
        try:
            mailed += EmailMessage(_("Aftercare: messages may not arrive"), text, to=[address]).send()
        except OSError as error:
            logger.error("the technical contact could not be mailed: %s", type(error).__name__)
    return mailed


def mail_body(found: list[str]) -> str:
    """Return the text of the mail to the technical contacts."""
    lines = "\n".join(found)
    return _(
        "%(lines)s\n\nPatients can check in, and the queue of every clinic is complete. What "
        "is wrong by name: %(site_url)s/readyz\n"
    ) % {"lines": lines, "site_url": settings.SITE_URL}
