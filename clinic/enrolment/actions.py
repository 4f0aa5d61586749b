"""Enrolling a patient with the first procedure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from aftercare.people.actions.invitations import invite
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.models import Clinic, Patient, User
from aftercare.people.treatments.details import NOT_RECORDED, TreatmentDetails
from clinic.procedures import note_skipped, record_procedure


def enrol_with_procedure(  # noqa: PLR0913 (the parts of the form)
    *,
    clinic: Clinic,
    by: User,
    now: datetime,
    person: Mapping[str, Any],
    treatment: Mapping[str, Any],
    details: TreatmentDetails = NOT_RECORDED,
    invited: bool = False,
    by_sms: bool = False,
    skip_reason: str = "",
) -> Patient:
    """Enrol a patient, record the first procedure, and send the invitation, atomically.

    Raises ValidationError if the patient or the procedure is invalid, or if the e-mail address or record
    number was taken meanwhile.
    """
    try:
        with transaction.atomic():
            patient = enrol_patient(clinic=clinic, by=by, now=now, **person)
            recorded = record_procedure(patient=patient, by=by, now=now, details=details, **treatment)
            note_skipped(recorded.procedure, patient=patient, reason=skip_reason, by=by, now=now)
            if invited:
                invite(patient=patient, by=by, now=now, by_sms=by_sms)
            return patient
    except IntegrityError as error:
        # Two concurrent enrolments: both forms saw the address and the number as free.
        raise ValidationError(
            _("Somebody has just enrolled a patient with this e-mail address or record number.")
        ) from error
