"""Actions on staff invitations. They are mailed only, so using one proves the address."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.actions.events import record_event
from aftercare.people.actions.invitations import require_few_mails
from aftercare.people.models import Event, StaffInvitation, StaffMember, User

KIND = "staff_invitation"


class NotWorkingError(ValueError):
    """The person does not work for the clinic."""


def signs_in_anyway(member: StaffMember) -> bool:
    """Return True if the account opens more than this clinic: then the mail asks to sign in by code."""
    user = member.user
    return (
        user.is_staff
        or user.is_superuser
        or user.groups.exists()
        or user.staff_memberships.exclude(pk=member.pk).exists()
        or user.patients.exists()
    )


@transaction.atomic
def invite_staff(*, member: StaffMember, by: User, now: datetime) -> StaffInvitation:
    """Mail an invitation, in place of any earlier one.

    Raise NotWorkingError for a person who has left, InvitedLatelyError where another mail would be one too many.
    """
    locked = StaffMember.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    if not (locked.is_active and locked.user.is_active):
        raise NotWorkingError
    require_few_mails(locked.invitations.all(), KIND, now)
    failed = Message.objects.unattended_failures().filter(kind=KIND, recipient=locked.user_id)
    failed.filter(subject__in=locked.invitations.values("pk")).update(attended_at=now)
    locked.invitations.live().update(stopped_at=now)
    await_proof(locked.user)
    made: StaffInvitation = StaffInvitation.objects.create(member=locked, made_at=now, made_by=by)
    Message.objects.create(
        kind=KIND,
        subject=made.pk,
        sender=locked.clinic_id,
        recipient_id=locked.user_id,
        priority=Message.Priority.ROUTINE,
        created_at=now,
        next_attempt_at=now,
        expires_at=made.ends_at,
    )
    data = {"user": locked.user_id}
    record_event(
        verb=Event.Verb.INVITED_STAFF, actor=by, now=now, clinic=locked.clinic, subject=made.pk, data=data
    )
    nudge_after_commit()
    return made


def await_proof(user: User) -> None:
    """Mark the address as unproven; a typed sign-in code proves it too."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})


def has_proved(user: User) -> bool:
    """Return True if the person has used anything mailed to the address."""
    proved: bool = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    return proved


def invitation_of(token: str) -> StaffInvitation | None:
    """Return the invitation of a token, with its person."""
    found = StaffInvitation.objects.of_token(token).select_related("member__user", "member__clinic")
    return found.first()


def note_opened(invitation: StaffInvitation, now: datetime) -> None:
    """Record when its page was first opened."""
    StaffInvitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now)


@transaction.atomic
def use(*, invitation: StaffInvitation, now: datetime) -> bool:
    """Use up the invitation, which proves the address; return False if it was used or stopped meanwhile."""
    if not StaffInvitation.objects.live().filter(pk=invitation.pk).update(used_at=now):
        return False
    member = invitation.member
    await_proof(member.user)
    EmailAddress.objects.filter(user=member.user, email=member.user.email).update(verified=True)
    record_event(
        verb=Event.Verb.CAME_IN, actor=member.user, now=now, clinic=member.clinic, subject=invitation.pk
    )
    return True


def render(message: Message, now: datetime) -> Content | None:
    """The words of an invitation; None once it is used, stopped or too old, or the person works there no more."""
    invitation = StaffInvitation.objects.select_related("member__clinic", "member__user").get(
        pk=message.subject
    )
    member = invitation.member
    if not (invitation.is_usable(now) and member.is_active):
        return None
    link = "" if signs_in_anyway(member) else f"{settings.SITE_URL}{invitation.path}"
    words = {"clinic": member.clinic, "link": link, "site": settings.SITE_URL, "ends_at": invitation.ends_at}
    with timezone.override(member.clinic.zone):
        body = render_to_string("people/clinics/email/staff_invitation_message.txt", words)
    return Content(
        subject=_("You can now work for %(clinic)s") % {"clinic": member.clinic.name}, body=body.strip()
    )
