"""Messages to patients by SMS and push: only by ways that they have proved and said yes to.

Where a message waits for one of them, its e-mail waits behind it, and leaves unless the other was handed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from aftercare.outbox.actions import attend_failures
from aftercare.outbox.channels import is_set_up
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.models import ContactPoint, Patient

Kind = ContactPoint.Kind
KINDS = (Kind.PUSH, Kind.SMS)
# The e-mail waits this long for a message that is sent instead of it.
MAIL_AFTER = timedelta(minutes=10)


def write_to_patient(
    *,
    kind: str,
    subject: UUID,
    patient: Patient,
    now: datetime,
    expires_at: datetime,
    is_pressing: bool,
) -> None:
    """Write a message to a patient: by SMS and push where the patient said yes, and by e-mail.

    What is pressing goes by all of them at once. Of the rest the e-mail leaves only if no other was handed over.
    """
    points = [one for one in agreed_points(patient.user_id) if is_set_up(one.kind)]
    mail_at = now if is_pressing or not points else now + MAIL_AFTER
    ways: list[tuple[str, UUID | None, datetime]] = [(Message.Channel.EMAIL, None, mail_at)]
    ways += [(point.kind, point.pk, now) for point in points]
    Message.objects.bulk_create(
        (
            Message(
                kind=kind,
                subject=subject,
                sender=patient.clinic_id,
                recipient_id=patient.user_id,
                channel=channel,
                point=point,
                created_at=now,
                next_attempt_at=due,
                expires_at=expires_at,
            )
            for channel, point, due in ways
        ),
        ignore_conflicts=True,
    )
    nudge_after_commit()


def agreed_points(user_id: int) -> list[ContactPoint]:
    """Return the telephones and browsers that count, and that the person said yes to as a patient."""
    points = ContactPoint.objects.filter(user=user_id, kind__in=KINDS, agreed_at__isnull=False)
    return list(points.usable())


def is_told_otherwise(message: Message) -> bool:
    """Return True for an e-mail that waited for another message, which was handed over meanwhile."""
    if message.channel != Message.Channel.EMAIL or message.repeat:
        return False
    others = Message.objects.filter(
        kind=message.kind, subject=message.subject, recipient=message.recipient_id, state=Message.State.SENT
    )
    return others.exclude(channel=Message.Channel.EMAIL).exists()


def fall_back(messages: Sequence[Message], now: datetime) -> None:
    """Send the e-mail at once where an SMS or push was given up: nobody has to look into that failure."""
    others = [message for message in messages if message.channel != Message.Channel.EMAIL]
    if not others:
        return
    attend_failures(others, now)
    for message in others:
        mails = Message.objects.waiting().filter(
            kind=message.kind,
            subject=message.subject,
            recipient=message.recipient_id,
            channel=Message.Channel.EMAIL,
            next_attempt_at__gt=now,
        )
        mails.update(next_attempt_at=now)


def number_from_clinic(patient: Patient, now: datetime) -> ContactPoint | None:
    """Return the telephone that the clinic has of a patient, as a point to send the invitation to; None for none.

    It carries other messages only once the patient has proved it and said yes.
    """
    number = patient.call_back_telephone
    if not number or not number.is_valid():
        return None
    own = patient.user.contact_points.filter(kind=Kind.SMS)
    point: ContactPoint | None = next((one for one in own if one.address == number.kept), None)
    return point or patient.user.contact_points.create(kind=Kind.SMS, address=number.kept, created_at=now)
