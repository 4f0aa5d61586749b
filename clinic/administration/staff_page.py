"""The rows of the staff pages: sign-ins, invitations, and who is in a contact step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from aftercare.alerts.models import ContactStep
from aftercare.outbox.models import Message
from aftercare.people.actions.staff_invitations import KIND
from aftercare.people.models import Clinic, StaffInvitation, StaffMember
from clinic.labels import STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvitationStatus:
    """The newest invitation of a staff member, and the message that carries it."""

    invitation: StaffInvitation
    mail: Message | None
    now: datetime

    @property
    def words(self) -> str:
        """The state of the invitation, for staff."""
        if self.invitation.used_at:
            return _("Signed in with it")
        if self.invitation.stopped_at:
            return _("Stopped: its link no longer works")
        return (
            _("Mail: %(state)s") % {"state": STATES[Message.State(self.mail.state)]}
            if self.mail
            else _("Written")
        )

    @property
    def at(self) -> datetime | None:
        """The instant of that state, or None."""
        sent = self.mail.finished_at if self.mail else None
        return self.invitation.used_at or self.invitation.stopped_at or sent

    @property
    def has_failed(self) -> bool:
        return self.mail is not None and self.mail.state == Message.State.FAILED

    @property
    def is_address_wrong(self) -> bool:
        """True if the mailbox does not exist, so that another try cannot help."""
        return self.mail is not None and self.mail.failure == Message.Failure.PERMANENT

    @property
    def is_out(self) -> bool:
        """True if the link can still sign in."""
        return self.invitation.is_usable(self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """One staff member. `is_proved`: signed in by a mail to the current address; `is_told`: in a contact step."""

    member: StaffMember
    invited: StaffInvitationStatus | None
    is_proved: bool
    is_told: bool

    @property
    def has_come_in(self) -> bool:
        return self.is_proved or self.member.user.last_login is not None

    @property
    def wants_care(self) -> bool:
        """True if the member never signed in and has no usable invitation."""
        if self.has_come_in or self.invited is None or not self.member.is_active:
            return False
        return self.invited.has_failed or not self.invited.is_out

    @property
    def stands_in_no_step(self) -> bool:
        return self.member.is_active and not self.is_told


def staff_rows(clinic: Clinic, members: Collection[StaffMember], now: datetime) -> list[StaffRow]:
    """Return the rows of the members, in a constant number of queries."""
    notified = reached_by_steps(clinic, now)
    invited = invitations_of(members, now)
    users = [member.user_id for member in members]
    verified = EmailAddress.objects.filter(user__in=users, verified=True).values_list("user_id", "email")
    proved = set(verified)
    return [
        StaffRow(
            member=member,
            invited=invited.get(member.pk),
            is_proved=(member.user_id, member.user.email) in proved,
            is_told=notified is None or member.pk in notified,
        )
        for member in members
    ]


def invitations_of(members: Collection[StaffMember], now: datetime) -> dict[int, StaffInvitationStatus]:
    """Return the newest invitation of each invited member, by the member's id."""
    newest: dict[int, StaffInvitation] = {}
    for one in StaffInvitation.objects.filter(member__in=members).select_related("made_by"):
        newest.setdefault(one.member_id, one)
    subjects = [one.pk for one in newest.values()]
    mails = {
        mail.subject: mail
        for mail in Message.objects.filter(kind=KIND, subject__in=subjects).order_by("repeat")
    }
    return {
        pk: StaffInvitationStatus(invitation=one, mail=mails.get(one.pk), now=now)
        for pk, one in newest.items()
    }


def reached_by_steps(clinic: Clinic, now: datetime) -> set[int] | None:
    """Return the ids of members in a contact step, or on the rota if a step notifies whoever is on duty.

    None if the clinic has no step: then everybody is notified.
    """
    steps = list(clinic.contact_steps.values_list("pk", "on_duty"))
    if not steps:
        return None
    named = ContactStep.members.through.objects.filter(contactstep__clinic=clinic)
    notified = set(named.values_list("staffmember_id", flat=True))
    if any(on_duty for _pk, on_duty in steps):
        places = clinic.shifts.filter(ends_at__gt=now, member__isnull=False)
        notified |= set(places.values_list("member_id", flat=True))
    return notified
