"""Letters: fixed texts that staff send to a patient, without health detail and without a name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import Alert, Letter
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.actions.events import record_event
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.models import Clinic, Event, Patient, User
from aftercare.people.patient_channels.messages import is_told_otherwise, write_to_patient

KIND = "letter"
# Unsent after this long, a letter is stale: expire it.
EXPIRES_AFTER = timedelta(hours=24)
# Unopened letters are shown on the patient's pages for this long; the history keeps them.
SHOWN_FOR = timedelta(days=28)
# The same letter sent again within this time is refused: a double click, or two colleagues.
REPEAT_WINDOW = timedelta(minutes=5)
TEXTS = {
    Letter.Template.PLEASE_CALL: gettext_lazy("We would like to talk to you. Please call us today."),
    Letter.Template.COULD_NOT_REACH: gettext_lazy(
        "We tried to call you but could not reach you. Please call us back."
    ),
    Letter.Template.CHECK_IN: gettext_lazy("Please send us a new check-in. It takes about a minute."),
    Letter.Template.VISIT: gettext_lazy(
        "We would like to see you at the clinic. Please call us to find a time."
    ),
    Letter.Template.PHOTO: gettext_lazy(
        "Please send us a picture of the area. Your page shows how. It does not replace a call."
    ),
}
# Where the patient does what a letter asks for; the first page says whom to call.
PATHS = {Letter.Template.CHECK_IN: "/check-in/", Letter.Template.PHOTO: "/pictures/"}
# These go by every way at once; the others by e-mail only where no other way took them.
PRESSING = {Letter.Template.PLEASE_CALL, Letter.Template.COULD_NOT_REACH}


class SentLatelyError(ValueError):
    """The same letter was sent to this patient within the last five minutes."""


class WithdrawnError(ValueError):
    """The patient was withdrawn and gets no messages."""


class PendingError(ValueError):
    """The patient, who has not accepted the record yet, can send the clinic neither a check-in nor a picture."""


@transaction.atomic
def send_letter(
    *, patient: Patient, template: str, by: User, now: datetime, alert: Alert | None = None
) -> Letter:
    """Send a letter to the patient through the outbox.

    Raise SentLatelyError if it was sent within five minutes, WithdrawnError if the patient was withdrawn,
    PendingError if it asks for a check-in or a picture that the patient cannot send yet, ValueError for an unknown
    template or an alert of another patient.
    """
    if template not in Letter.Template.values:
        raise ValueError(f"unknown letter: {template!r}")
    if alert is not None and alert.patient_id != patient.pk:
        raise ValueError("the alert is another patient's")
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    if current.is_withdrawn:
        raise WithdrawnError
    if current.is_pending and template in PATHS:
        raise PendingError
    if patient.letters.filter(template=template, at__gt=now - REPEAT_WINDOW).exists():
        raise SentLatelyError
    letter = Letter.objects.create(patient=patient, alert=alert, at=now, by=by, template=template)
    write_to_patient(
        kind=KIND,
        subject=letter.pk,
        patient=patient,
        now=now,
        expires_at=now + EXPIRES_AFTER,
        is_pressing=template in PRESSING,
    )
    record_event(
        verb=Event.Verb.SENT_LETTER,
        actor=by,
        now=now,
        patient=patient,
        subject=letter.pk,
        data={"template": template},
    )
    return letter


def unopened_letters(patient: Patient, now: datetime) -> QuerySet[Letter]:
    """Return the patient's recent unopened letters, newest first."""
    opened = Event.objects.filter(subject=OuterRef("pk"), verb=Event.Verb.OPENED_LETTER)
    recent = patient.letters.filter(at__gte=now - SHOWN_FOR)
    unopened: QuerySet[Letter] = recent.exclude(Exists(opened)).order_by("-at", "-pk")
    return unopened


@transaction.atomic
def open_letter(*, letter: Letter, now: datetime) -> None:
    """Record that the patient opened a letter; only the first time counts."""
    Patient.objects.select_for_update().get(pk=letter.patient_id)
    if not Event.objects.filter(subject=letter.pk, verb=Event.Verb.OPENED_LETTER).exists():
        record_event(
            verb=Event.Verb.OPENED_LETTER,
            actor=letter.patient.user,
            now=now,
            patient=letter.patient,
            subject=letter.pk,
        )


def render(message: Message, now: datetime) -> Content | None:
    """Render the message to the patient, with the telephone numbers for the time of day.

    None for an e-mail that has waited for an SMS or a push, which was handed over.
    """
    letter = Letter.objects.select_related("patient__clinic").get(pk=message.subject)
    clinic = letter.patient.clinic
    template = Letter.Template(letter.template)
    if template not in PRESSING and is_told_otherwise(message):
        return None
    return Content(
        subject=str(template.label),
        body=letter_text(template, clinic, now),
        short=str(TEXTS[template]),
        path=path_of(template),
    )


def path_of(template: Letter.Template) -> str:
    """Return the path of the page to which a letter leads."""
    return PATHS.get(template, "/")


def letter_text(template: Letter.Template, clinic: Clinic, now: datetime) -> str:
    """Return the text of a letter."""
    page = f"{settings.SITE_URL}{path_of(template)}"
    return "\n\n".join(
        [
            str(TEXTS[template]),
            "\n".join(phone.line for phone in contact_at(clinic, now).phones),
            _("In an emergency call %(number)s.") % {"number": clinic.emergency_number},
            f"{_('Your page:')}\n{page}",
            clinic.name,
        ]
    )
