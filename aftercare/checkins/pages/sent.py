"""The check-in of a result, read together with what else its page has to read.

Most check-ins open no alert and are followed by nothing, so that their page is drawn from this one read.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from aftercare.alerts.models import Alert
from aftercare.checkins.follow_up.non_response import newest
from aftercare.checkins.models import Assessment, CheckIn, Photo
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.people.models import Patient, Procedure


def sent(check_in: UUID, patient: UUID) -> QuerySet[CheckIn]:
    """The check-in with its procedure, annotated with what there is to read beside it.

    `newest_id`: the newest check-in by submission. `may_lead`: the patient has, or had, alerts of same_day or higher.
    `may_be_judged_again`: it was evaluated later. `is_corrected`; `has_photos`.
    `has_other_procedures`: the patient was treated more than once.
    """
    own = CheckIn.objects.filter(pk=check_in, patient=patient).select_related("procedure")
    others = Procedure.objects.filter(patient=patient).exclude(pk=OuterRef("procedure"))
    later = Assessment.objects.exclude(reason=Assessment.Reason.SUBMITTED)
    return own.annotate(
        newest_id=Subquery(newest(patient).values("pk")),
        may_lead=Exists(Alert.objects.filter(patient=patient).need_action()),
        may_be_judged_again=Exists(later.filter(check_in=check_in)),
        is_corrected=Exists(CheckIn.objects.filter(supersedes=check_in)),
        has_photos=Exists(Photo.objects.kept().filter(check_in=check_in)),
        has_other_procedures=Exists(others),
    )


find_sent = CompiledQuery(sent, check_in=UUID(int=2), patient=SAMPLE)


def sent_check_in(patient: Patient, pk: UUID) -> CheckIn | None:
    """Return a check-in of the patient's as `sent` reads it; None if there is none such."""
    for check_in in find_sent(check_in=pk, patient=patient.pk):
        check_in.patient = patient
        if check_in.procedure is not None:
            check_in.procedure.patient = patient
        return check_in
    return None
