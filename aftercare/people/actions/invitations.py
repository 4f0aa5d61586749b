"""Actions on patient invitations: by mail, on paper or as a link."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.actions.events import record_event
from aftercare.people.actions.withdrawal import end_sessions
from aftercare.people.models import Event, Invitation, Patient, StaffInvitation, User
from aftercare.people.patient_channels.messages import number_from_clinic

KIND = "invitation"
# A second mail within this time is a second press; within a day the mailbox gets no more than so many.
REPEAT_WINDOW = timedelta(minutes=5)
MAILS_PER_DAY = 5


class SignsInElsewhereError(ValueError):
    """The account opens more than this clinic, so a link handed over by its staff would too."""


class WithdrawnError(ValueError):
    """The patient was withdrawn and is not invited."""


class InvitedLatelyError(ValueError):
    """A mail went within the last five minutes, or five went within a day."""


def signs_in_elsewhere(patient: Patient) -> bool:
    """Return True if the person is also staff, an editor, a companion, or a patient of another clinic.

    Then the person signs in by mailed code, never by a link made by staff of one clinic. What another clinic
    has enrolled counts once the person has accepted it.
    """
    user = patient.user
    others = user.patients.exclude(pk=patient.pk)
    if not patient.is_pending:
        others = others.filter(pending_since=None)
    return (
        user.is_staff
        or user.is_superuser
        or user.groups.exists()
        or user.staff_memberships.exists()
        or user.companionships.active().exists()
        or others.exists()
    )


@transaction.atomic
def invite(*, patient: Patient, by: User, now: datetime, by_sms: bool = False) -> Invitation:
    """Mail an invitation, in place of any earlier one; `by_sms`: by SMS too, the patient has said yes to it.

    Raise WithdrawnError for a withdrawn patient, InvitedLatelyError where another mail would be one too many.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    require_few_mails(patient.invitations.filter(way=Invitation.Way.EMAIL), KIND, now)
    mark_failures_handled(patient, now)
    invitation = make_invitation(patient=patient, by=by, now=now, way=Invitation.Way.EMAIL)
    point = number_from_clinic(patient, now) if by_sms else None
    for channel, to in [(Message.Channel.EMAIL, None)] + ([(Message.Channel.SMS, point.pk)] if point else []):
        Message.objects.create(
            kind=KIND,
            subject=invitation.pk,
            sender=patient.clinic_id,
            recipient_id=patient.user_id,
            channel=channel,
            point=to,
            priority=Message.Priority.ROUTINE,
            created_at=now,
            next_attempt_at=now,
            expires_at=invitation.ends_at,
        )
    data = {"said_yes_to": "sms"} if point else {}
    record_event(
        verb=Event.Verb.INVITED, actor=by, now=now, patient=patient, subject=invitation.pk, data=data
    )
    nudge_after_commit()
    return invitation


@transaction.atomic
def hand_over(*, patient: Patient, by: User, now: datetime, way: Invitation.Way) -> Invitation:
    """Return a link for staff to hand over; raise SignsInElsewhereError if it would open more than this clinic.

    A usable invitation is handed over as it is: paper and mail carry the same link.
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


def require_few_mails(
    mailed: QuerySet[Invitation] | QuerySet[StaffInvitation], kind: str, now: datetime
) -> None:
    """Raise InvitedLatelyError if too many of these invitations were mailed lately.

    One that was stopped, such as by another address, or that could not be delivered, may be followed at once.
    """
    made = {invitation.pk: invitation for invitation in mailed.filter(made_at__gt=now - timedelta(days=1))}
    failed = set(
        Message.objects.filter(kind=kind, subject__in=made, state=Message.State.FAILED).values_list(
            "subject", flat=True
        )
    )
    waiting = [one for one in made.values() if one.stopped_at is None and one.pk not in failed]
    if any(one.made_at > now - REPEAT_WINDOW for one in waiting) or len(made) >= MAILS_PER_DAY:
        raise InvitedLatelyError


def make_invitation(*, patient: Patient, by: User, now: datetime, way: Invitation.Way) -> Invitation:
    """Create an invitation in place of earlier ones; raise WithdrawnError for a withdrawn patient."""
    stop_invitations(patient=patient, now=now)
    if Patient.objects.get(pk=patient.pk).is_withdrawn:
        raise WithdrawnError
    made: Invitation = Invitation.objects.create(patient=patient, way=way, made_at=now, made_by=by)
    return made


@transaction.atomic
def stop_invitations(*, patient: Patient, now: datetime) -> bool:
    """Stop all invitations of the patient; return True if there was a usable one."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    return bool(patient.invitations.live().update(stopped_at=now))


def mark_failures_handled(patient: Patient, now: datetime) -> None:
    """Mark failures of earlier invitations as handled: sending a new one shows that they were seen."""
    failed = Message.objects.unattended_failures().filter(kind=KIND, recipient=patient.user_id)
    failed.filter(subject__in=patient.invitations.values("pk")).update(attended_at=now)


def invitation_of(token: str) -> Invitation | None:
    """Return the invitation of a token, with its person."""
    found = Invitation.objects.of_token(token).select_related("patient__user", "patient__clinic")
    return found.first()


def note_opened(invitation: Invitation, now: datetime) -> None:
    """Record when its page was first opened."""
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now)


@transaction.atomic
def accept(*, invitation: Invitation, default: Patient | None, now: datetime) -> bool:
    """Let the person's sign-in open the pending record; return False if the invitation is used or stopped.

    `default`: the record that the person has used so far, which stays the default. All sessions end, since some
    may have begun with a link that staff of another clinic handed over.
    """
    if not Invitation.objects.live().filter(pk=invitation.pk).update(used_at=now):
        return False
    patient = invitation.patient
    Patient.objects.filter(pk=patient.pk).update(pending_since=None)
    if default is not None:
        Patient.objects.filter(pk=default.pk).update(chosen_at=now)
    end_sessions(patient.user, now)
    record_event(verb=Event.Verb.JOINED, actor=patient.user, now=now, patient=patient, subject=invitation.pk)
    return True


@transaction.atomic
def use(*, invitation: Invitation, now: datetime) -> bool:
    """Use up the invitation; return False if it was used or stopped meanwhile."""
    if not Invitation.objects.live().filter(pk=invitation.pk).update(used_at=now):
        return False
    patient = invitation.patient
    record_event(verb=Event.Verb.CAME_IN, actor=patient.user, now=now, patient=patient, subject=invitation.pk)
    return True


def render(message: Message, now: datetime) -> Content | None:
    """Render the mail; None if the invitation is used, stopped or expired."""
    invitation = Invitation.objects.select_related("patient__clinic", "patient__user").get(pk=message.subject)
    if not invitation.is_usable(now):
        return None
    patient = invitation.patient
    has_link = patient.is_pending or not signs_in_elsewhere(patient)
    words = {
        "clinic": patient.clinic,
        "is_pending": patient.is_pending,
        "link": f"{settings.SITE_URL}{invitation.path}" if has_link else "",
        "site": settings.SITE_URL,
        "ends_at": invitation.ends_at,
    }
    with timezone.override(patient.zone):
        body = render_to_string("people/patients/email/invitation_message.txt", words)
    return Content(
        subject=_("An invitation from %(clinic)s") % {"clinic": patient.clinic.name},
        body=body.strip(),
        short=_("You are invited. For you alone:"),
        path=invitation.path if has_link else "/",
    )
