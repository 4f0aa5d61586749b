"""Enrolling a patient with the first procedure, and recording a later one that staff have confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aftercare.people.actions import enrol_patient
from aftercare.people.invitations import invite
from aftercare.people.models import Clinic, Patient, Procedure, User
from clinic.actions import record_procedure


class UnconfirmedError(ValueError):
    """`treated_over_open_alert` holds, and nobody has confirmed that the procedure is to be recorded."""


def enrol_with_procedure(
    *,
    clinic: Clinic,
    by: User,
    now: datetime,
    person: Mapping[str, Any],
    treatment: Mapping[str, Any],
    invited: bool = False,
) -> Patient:
    """Enrol a person, record the first procedure, and send the invitation: all of it, or nothing.

    ValidationError where it can't be.
    """
    try:
        with transaction.atomic():
            patient = enrol_patient(clinic=clinic, by=by, now=now, **person)
            record_procedure(patient=patient, by=by, now=now, **treatment)
            if invited:
                invite(patient=patient, by=by, now=now)
            return patient
    except IntegrityError as error:
        # Two enrolments at one moment: the form of each saw the address and the number still free.
        raise ValidationError(
            "Somebody has just enrolled a patient with this e-mail address or record number."
        ) from error


@transaction.atomic
def record_confirmed(
    *, patient: Patient, by: User, now: datetime, treatment: Mapping[str, Any], confirmed: bool
) -> Procedure:
    """Record a procedure; UnconfirmedError where staff must be warned first (S22, S26): then nothing is stored."""
    recorded = record_procedure(patient=patient, by=by, now=now, **treatment)
    if recorded.warned and not confirmed:
        raise UnconfirmedError
    return recorded.procedure
