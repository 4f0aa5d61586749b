"""Inviting a patient: by e-mail, on paper or as a link; and coming in with the invitation."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Invitation, Patient, User

KIND = "invitation"


class SignsInElsewhereError(ValueError):
    """The person's sign-in opens more than this clinic, so that a link in other hands would too."""


class WithdrawnError(ValueError):
    """The patient was withdrawn: nobody is invited in."""


def signs_in_elsewhere(patient: Patient) -> bool:
    """Whether the person is staff or an editor as well, or a patient of another clinic too.

    Such a person comes in by a code sent to the address, never by a link that staff of one clinic have made.
    """
    user = patient.user
    return (
        user.is_staff
        or user.is_superuser
        or user.groups.exists()
        or user.staff_memberships.exists()
        or user.patients.exclude(pk=patient.pk).exists()
    )


@transaction.atomic
def invite(*, patient: Patient, by: User, now: datetime) -> Invitation:
    """Send an invitation to the patient's address. One that is out already stops working."""
    attend_to_failures(patient, now)
    invitation = make_invitation(patient=patient, by=by, now=now, way=Invitation.Way.EMAIL)
    Message.objects.create(
        kind=KIND,
        subject=invitation.pk,
        sender=patient.clinic_id,
        recipient_id=patient.user_id,
        priority=Message.Priority.ROUTINE,
        created_at=now,
        next_attempt_at=now,
        expires_at=invitation.ends_at,
    )
    record_event(verb=Event.Verb.INVITED, actor=by, now=now, patient=patient, subject=invitation.pk)
    nudge_after_commit()
    return invitation


@transaction.atomic
def hand_over(*, patient: Patient, by: User, now: datetime, way: Invitation.Way) -> Invitation:
    """A link for staff to hand to the patient; SignsInElsewhereError where it would open too much.

    One that is out is handed over as it is: paper and mail carry the same link, and neither stops the other.
    """
    if signs_in_elsewhere(patient):
        raise SignsInElsewhereError
    if Patient.objects.select_for_update().get(pk=patient.pk).is_withdrawn:
        raise WithdrawnError
    invitation: Invitation | None = patient.invitations.live().first()
    if invitation is None or not invitation.is_usable(now):
        invitation = make_invitation(patient=patient, by=by, now=now, way=way)
    data = {"way": way.value}
    record_event(
        verb=Event.Verb.HANDED_OVER, actor=by, now=now, patient=patient, subject=invitation.pk, data=data
    )
    return invitation


def make_invitation(*, patient: Patient, by: User, now: datetime, way: Invitation.Way) -> Invitation:
    """A new invitation in place of the one that is out; WithdrawnError for a patient who was withdrawn."""
    stop_invitations(patient=patient, now=now)
    if Patient.objects.get(pk=patient.pk).is_withdrawn:
        raise WithdrawnError
    made: Invitation = Invitation.objects.create(patient=patient, way=way, made_at=now, made_by=by)
    return made


@transaction.atomic
def stop_invitations(*, patient: Patient, now: datetime) -> bool:
    """Let no invitation of the patient sign anybody in any more. Whether there was one."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    return bool(patient.invitations.live().update(stopped_at=now))


def attend_to_failures(patient: Patient, now: datetime) -> None:
    """Who sends anew has seen that the last one did not arrive."""
    failed = Message.objects.unattended_failures().filter(kind=KIND, recipient=patient.user_id)
    failed.filter(subject__in=patient.invitations.values("pk")).update(attended_at=now)


def invitation_of(token: str) -> Invitation | None:
    """The invitation behind a token, with whose it is."""
    found = Invitation.objects.of_token(token).select_related("patient__user", "patient__clinic")
    return found.first()


def note_opened(invitation: Invitation, now: datetime) -> None:
    """Keep when its page was first opened."""
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now)


@transaction.atomic
def use(*, invitation: Invitation, now: datetime) -> bool:
    """Use the invitation up; False where somebody was faster, or it has been stopped meanwhile."""
    if not Invitation.objects.live().filter(pk=invitation.pk).update(used_at=now):
        return False
    patient = invitation.patient
    record_event(verb=Event.Verb.CAME_IN, actor=patient.user, now=now, patient=patient, subject=invitation.pk)
    return True


def render(message: Message, now: datetime) -> Content | None:
    """The words of an invitation; None once it is used, stopped or too old."""
    invitation = Invitation.objects.select_related("patient__clinic", "patient__user").get(pk=message.subject)
    if not invitation.is_usable(now):
        return None
    patient = invitation.patient
    link = "" if signs_in_elsewhere(patient) else f"{settings.SITE_URL}{invitation.path}"
    words = {"clinic": patient.clinic, "link": link, "site": settings.SITE_URL, "ends_at": invitation.ends_at}
    with timezone.override(patient.zone):
        body = render_to_string("people/patients/email/invitation_message.txt", words)
    return Content(subject=f"An invitation from {patient.clinic.name}", body=body.strip())
