"""Recording of procedures."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient, Procedure, User
from aftercare.people.treatments.details import NOT_RECORDED, TreatmentDetails
from aftercare.people.treatments.recording import record_details


@transaction.atomic
def add_procedure(
    *,
    patient: Patient,
    by: User,
    now: datetime,
    kind: str,
    area: str,
    performed_at: datetime,
    details: TreatmentDetails = NOT_RECORDED,
) -> Procedure:
    """Record a procedure; raise ValidationError if it is in the future, or for details that say nothing.

    Clinics use `clinic.procedures`, which warns.
    """
    if performed_at > now:
        raise ValidationError(
            {"performed_at": _("This time is still to come. Give the time of the treatment.")}
        )
    if kind not in Procedure.Kind.values:
        raise ValidationError({"kind": _("Choose microneedling or RF microneedling.")})
    Patient.objects.select_for_update().get(pk=patient.pk)
    procedure = Procedure.objects.create(
        patient=patient, kind=kind, area=area, performed_at=performed_at, recorded_at=now, recorded_by=by
    )
    if details != NOT_RECORDED:
        record_details(procedure, details)
    record_event(verb=Event.Verb.RECORDED_PROCEDURE, actor=by, now=now, patient=patient, subject=procedure.pk)
    return procedure
