"""The state of a patient's invitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import KIND
from aftercare.people.models import Invitation, Patient
from clinic.labels import STATES

MAIL = ("state", "failure", "error", "finished_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The delivery state of an invitation's message: fields of the outbox row."""

    state: str
    failure: str
    error: str
    finished_at: datetime | None

    @property
    def words(self) -> str:
        """The state for staff."""
        return _("Mail: %(state)s") % {"state": STATES[Message.State(self.state)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationStatus:
    """The newest invitation, and its message if it was sent by e-mail."""

    invitation: Invitation
    mail: Mail | None
    now: datetime

    @property
    def is_over(self) -> bool:
        """True if the invitation expired unused."""
        return self.invitation.used_at is None and self.now >= self.invitation.ends_at

    @property
    def is_out(self) -> bool:
        """True if the link can still sign in."""
        return self.invitation.is_usable(self.now)

    @property
    def has_failed(self) -> bool:
        return self.mail is not None and self.mail.state == Message.State.FAILED

    @property
    def is_address_wrong(self) -> bool:
        """True if the mailbox does not exist, so that another try cannot help."""
        return self.mail is not None and self.mail.failure == Message.Failure.PERMANENT

    @property
    def wants_care(self) -> bool:
        """True if staff should send a new invitation, because this one cannot be used."""
        if self.invitation.used_at is not None or self.invitation.patient.is_withdrawn:
            return False
        return self.has_failed or not self.is_out


def invitations(patient: UUID) -> QuerySet[Invitation]:
    """The invitations of a patient, newest first, each with the fields of its message."""
    messages = Message.objects.filter(kind=KIND, subject=OuterRef("pk"), channel=Message.Channel.EMAIL)
    newest = messages.order_by("-repeat")
    rows = {f"mail_{name}": Subquery(newest.values(name)[:1]) for name in MAIL}
    own: QuerySet[Invitation] = Invitation.objects.filter(patient=patient).select_related("made_by")
    return own.annotate(**rows)


find_newest = CompiledQuery(lambda patient: invitations(patient)[:1], patient=SAMPLE)


def invitation_status_of(patient: Patient, now: datetime) -> InvitationStatus | None:
    """Return the state of the newest invitation, in one query; None if there is no invitation."""
    for invitation in find_newest(patient=patient.pk):
        invitation.patient = patient
        kept = {name: getattr(invitation, f"mail_{name}") for name in MAIL}
        return InvitationStatus(invitation=invitation, mail=Mail(**kept) if kept["state"] else None, now=now)
    return None
