"""What the message of a reminder says, decided when it is sent: no name of a patient, nothing about health."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from aftercare.checkins.models import Reminder, ReminderPlan
from aftercare.checkins.reminders.links import path_of
from aftercare.checkins.reminders.rows import with_facts
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.models import Clinic
from aftercare.people.patient_channels.messages import is_told_otherwise


def render(message: Message, now: datetime) -> Content | None:
    """Render a reminder; None if it is not needed any more.

    It asks to call instead, while nobody has reached the patient about an emergency or urgent alert.
    """
    reminder = Reminder.objects.get(pk=message.subject)
    plan = with_facts(ReminderPlan.objects.filter(patient=reminder.patient_id), now).get()
    clinic = plan.patient.clinic
    if not plan.is_on or reminder.expires_at <= now:
        return None
    if getattr(plan, "must_call", False):
        return please_call(reminder, clinic, now)
    if has_checked_in(plan, reminder) or is_told_otherwise(message):
        return None
    path = path_of(reminder.pk)
    return Content(
        subject=_("Time for your check-in"),
        body="\n\n".join(
            [
                _("It is time for your check-in. It takes a minute."),
                f"{_('Open it here, without signing in:')}\n{settings.SITE_URL}{path}",
                _("Worried? Do not wait for an answer here. Call."),
                numbers(clinic, now),
                stop_line(reminder),
                clinic.name,
            ]
        ),
        short=_("Time for your check-in. It takes a minute."),
        path=path,
        unsubscribe=f"{path}stop/",
    )


def please_call(reminder: Reminder, clinic: Clinic, now: datetime) -> Content:
    """Return what is sent instead of a reminder while the patient still needs to call."""
    [first, *_others] = contact_at(clinic, now).phones
    return Content(
        subject=_("Please call the clinic"),
        body="\n\n".join(
            [
                _("Please call us. Your page says what it is about."),
                numbers(clinic, now),
                f"{_('Your page:')}\n{settings.SITE_URL}/",
                stop_line(reminder),
                clinic.name,
            ]
        ),
        short=_("Please call us: %(number)s.") % {"number": first.number},
        path="/",
        unsubscribe=f"{path_of(reminder.pk)}stop/",
    )


def numbers(clinic: Clinic, now: datetime) -> str:
    """Return whom to call, a line each."""
    lines = [phone.line for phone in contact_at(clinic, now).phones]
    return "\n".join([*lines, _("In an emergency call %(number)s.") % {"number": clinic.emergency_number}])


def stop_line(reminder: Reminder) -> str:
    """Return where reminders are put off, changed and stopped."""
    said = _("Later, another time, or no more reminders:")
    return f"{said}\n{settings.SITE_URL}{path_of(reminder.pk)}change/"


def has_checked_in(plan: ReminderPlan, reminder: Reminder) -> bool:
    """Return True if the patient has checked in on the day of the reminder or since."""
    last_at: datetime | None = getattr(plan, "last_at", None)
    return last_at is not None and last_at.astimezone(plan.zone).date() >= reminder.day
