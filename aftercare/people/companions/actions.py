"""Actions on companions: invite, accept, remove."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions.events import record_event
from aftercare.people.models import Companion, Event, Patient, User

KIND = "companion_invitation"
MOST = 3  # companions of a patient, invited ones included
# Invitations of a patient within a day, so that nobody's mailbox is filled from here.
INVITATIONS_A_DAY = 6
TOKEN_BYTES = 18


class TooManyCompanionsError(ValueError):
    """The patient has as many companions as may be."""


class InvitedTooOftenError(ValueError):
    """The patient has invited as often as may be within a day."""


class InvitedAlreadyError(ValueError):
    """The address is that of a companion, or of an invitation."""


class OwnAddressError(ValueError):
    """The address is the patient's own."""


class NoInvitationError(ValueError):
    """The invitation was used or taken back, is too old, or opens nothing for whoever reads the address."""


def token_of(companion_id: uuid.UUID) -> str:
    """Return the token of an invitation: the same each time its mail is sent."""
    digest = salted_hmac("aftercare.people.companion", str(companion_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def path_of(companion_id: uuid.UUID) -> str:
    """Return the path on which an invitation is accepted; to be shown to its reader only."""
    return f"/accounts/companion/{token_of(companion_id)}/"


def companion_of_token(token: str) -> Companion | None:
    """Return the companion whose invitation has this token, with the patient; None for an unknown token."""
    found = Companion.objects.filter(token_hash=Companion.hash_of(token))
    return found.select_related("patient__user", "patient__clinic").first()


@transaction.atomic
def invite_companion(*, patient: Patient, name: str, email: str, now: datetime) -> Companion:
    """Invite a companion by e-mail, for the patient.

    Raise OwnAddressError, InvitedAlreadyError, TooManyCompanionsError or InvitedTooOftenError.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    address = email.strip().lower()
    require_invitable(patient, address, now)
    pk = uuid.uuid4()
    companion: Companion = Companion.objects.create(
        pk=pk,
        patient=patient,
        name=name,
        email=address,
        token_hash=Companion.hash_of(token_of(pk)),
        invited_at=now,
    )
    Message.objects.create(
        kind=KIND,
        subject=companion.pk,
        sender=patient.clinic_id,
        recipient_id=patient.user_id,
        priority=Message.Priority.ROUTINE,
        created_at=now,
        next_attempt_at=now,
        expires_at=companion.ends_at,
    )
    record_event(
        verb=Event.Verb.INVITED_COMPANION,
        actor=patient.user,
        now=now,
        patient=patient,
        subject=companion.pk,
    )
    nudge_after_commit()
    return companion


def require_invitable(patient: Patient, address: str, now: datetime) -> None:
    """Raise the reason why the patient may not invite this address now."""
    if address == patient.user.email:
        raise OwnAddressError
    own = list(patient.companions.not_removed().select_related("user"))
    if any(address in (one.email, one.user.email if one.user else "") for one in own):
        raise InvitedAlreadyError
    if len(own) >= MOST:
        raise TooManyCompanionsError
    invited = patient.events.filter(verb=Event.Verb.INVITED_COMPANION, at__gt=now - timedelta(days=1))
    if invited.count() >= INVITATIONS_A_DAY:
        raise InvitedTooOftenError


@transaction.atomic
def accept_companionship(*, companion: Companion, now: datetime) -> Companion:
    """Give the reader of the invited address a sign-in that opens the patient's recovery; sign nobody in.

    The user with this address is the same person, whatever else they are here. Raise NoInvitationError if the
    invitation opens nothing any more.
    """
    Patient.objects.select_for_update().get(pk=companion.patient_id)
    invited = Companion.objects.select_related("patient__user").filter(pk=companion.pk).first()
    if invited is None or not is_welcome(invited, now):
        raise NoInvitationError
    user = user_of(invited.email, invited.name)
    held = Companion.objects.not_removed().filter(patient=invited.patient_id, user=user)
    if not user.is_active or user.pk == invited.patient.user_id or held.exists():
        raise NoInvitationError
    invited.user, invited.accepted_at = user, now
    invited.save(update_fields=["user", "accepted_at"])
    record_event(
        verb=Event.Verb.JOINED_AS_COMPANION,
        actor=user,
        now=now,
        patient=invited.patient,
        subject=invited.pk,
    )
    return invited


def is_welcome(companion: Companion, now: datetime) -> bool:
    """Return True if the invitation can be accepted, and its patient takes part."""
    patient = companion.patient
    is_there = not (patient.is_withdrawn or patient.is_pending) and patient.user.is_active
    return is_there and companion.is_open(now)


def user_of(email: str, name: str) -> User:
    """Return the user with this address, or create one with the name that the patient wrote."""
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, first_name=name)


@transaction.atomic
def remove_companion(*, companion: Companion, by: User, now: datetime) -> bool:
    """End the access of a companion at once, or take the invitation back; False if that was done before.

    The patient's row is locked as by a submission: a check-in of the companion is stored before, or refused.
    """
    Patient.objects.select_for_update().get(pk=companion.patient_id)
    found = Companion.objects.not_removed().filter(pk=companion.pk)
    if not found.exists():
        return False
    record_event(
        verb=Event.Verb.REMOVED_COMPANION,
        actor=by,
        now=now,
        patient=companion.patient,
        subject=companion.pk,
    )
    found.end(now)
    waiting = Message.objects.waiting().filter(kind=KIND, subject=companion.pk)
    waiting.update(state=Message.State.WITHDRAWN, finished_at=now)
    return True
