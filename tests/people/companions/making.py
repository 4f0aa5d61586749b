"""Companions as patients make them."""

from __future__ import annotations

from datetime import datetime

from aftercare.people.companions.actions import accept_companionship, invite_companion
from aftercare.people.models import Companion, Patient

TOM = "tom@test.example"


def invited(patient: Patient, now: datetime, *, name: str = "Tom", email: str = TOM) -> Companion:
    return invite_companion(patient=patient, name=name, email=email, now=now)


def companion_of(patient: Patient, now: datetime, *, name: str = "Tom", email: str = TOM) -> Companion:
    """Invite and accept."""
    return accept_companionship(companion=invited(patient, now, name=name, email=email), now=now)
