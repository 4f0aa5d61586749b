"""Message to the patient when the clinic has not confirmed a check-in in time."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from aftercare.checkins.follow_up.confirmation import State, confirmation_of
from aftercare.checkins.models import CheckIn
from aftercare.logs.isolation import isolated
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.patient_channels.messages import write_to_patient

logger = logging.getLogger(__name__)

KIND = "unconfirmed_check_in"
# Sent later than this after the deadline, the message would only alarm; the page still shows the state.
WORTH_TELLING = timedelta(hours=12)


def tell_unconfirmed(now: datetime) -> int:
    """Notify each patient with check-ins that were not confirmed in time; return the number of patients."""
    told = Message.objects.filter(
        kind=KIND, recipient=OuterRef("patient__user"), created_at__gte=OuterRef("confirm_by")
    )
    overdue = (
        CheckIn.objects.filter(
            confirm_by__lte=now, confirm_by__gt=now - WORTH_TELLING, patient__withdrawn_at=None
        )
        .not_superseded()
        .unconfirmed()
        .exclude(Exists(told))
        .select_related("patient")
        .order_by("number")
    )
    # One message, about the newest: its page shows the current state.
    newest = {check_in.patient_id: check_in for check_in in overdue}
    patients = 0
    for check_in in newest.values():
        with isolated(logger, "check-in %s: the patient could not be told", check_in.pk):
            notify_patient(check_in, now)
            patients += 1
    return patients


def notify_patient(check_in: CheckIn, now: datetime) -> None:
    """Create the messages, once per check-in."""
    write_to_patient(
        kind=KIND,
        subject=check_in.pk,
        patient=check_in.patient,
        now=now,
        expires_at=expires_at(check_in),
        is_pressing=True,
    )


def expires_at(check_in: CheckIn) -> datetime:
    """Return when the message expires."""
    assert check_in.confirm_by is not None
    return check_in.confirm_by + WORTH_TELLING


def render(message: Message, now: datetime) -> Content | None:
    """Render the message; None if the check-in is confirmed or the message expired."""
    check_in = CheckIn.objects.select_related("patient__clinic").get(pk=message.subject)
    clinic = check_in.patient.clinic
    confirmation = confirmation_of(check_in, clinic, now)
    too_late = expires_at(check_in) <= now
    if confirmation is None or confirmation.state != State.UNCONFIRMED or too_late:
        return None
    numbers = contact_at(clinic, now).phones
    phones = [phone.line for phone in numbers]
    return Content(
        subject=_("Please call the clinic"),
        body="\n\n".join(
            [
                _("Nobody at the clinic has confirmed your check-in yet. Please call now."),
                "\n".join(phones),
                _("In an emergency call %(number)s.") % {"number": clinic.emergency_number},
                f"{_('Your page says what to do:')}\n{settings.SITE_URL}/check-ins/{check_in.pk}/",
            ]
        ),
        short=_("Please call us now: %(number)s.") % {"number": numbers[0].number},
        path=f"/check-ins/{check_in.pk}/",
    )
