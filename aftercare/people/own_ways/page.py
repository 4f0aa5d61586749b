"""The ways to reach a patient beside e-mail, as the patient's account page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aftercare.outbox.channels import is_set_up
from aftercare.outbox.channels.push import public_key
from aftercare.people.contact_points.addresses import where
from aftercare.people.models import ContactPoint, User
from aftercare.people.patient_channels.messages import KINDS

Kind = ContactPoint.Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class WayRow:
    """One telephone or browser. `state`: "on", "wait" (not confirmed), "stopped", or "off" (takes no messages)."""

    point: ContactPoint
    where: str
    state: str


def ways_of(user: User) -> dict[str, Any]:
    """Return what the account page shows of the ways, and which can be added."""
    points = user.contact_points.filter(kind__in=KINDS)
    has_push = is_set_up(Kind.PUSH)
    return {
        "ways": [WayRow(point=point, where=where(point), state=state_of(point)) for point in points],
        "has_sms": is_set_up(Kind.SMS),
        "has_push": has_push,
        "push_key": public_key() if has_push else "",
    }


def state_of(point: ContactPoint) -> str:
    """Return the state of a way."""
    if point.disabled_at is not None or not is_set_up(point.kind):
        return "off"
    if point.verified_at is None:
        return "wait"
    return "on" if point.agreed_at else "stopped"
