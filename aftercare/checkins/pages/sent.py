"""The check-in of a result, read together with what else its page has to read.

Most check-ins open no alert and are followed by nothing, so that their page is drawn from this one read.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, QuerySet, Subquery

from aftercare.checkins.follow_up.non_response import newest
from aftercare.checkins.models import CheckIn, Photo
from aftercare.checkins.pages.lead import alerts_of, may_lead
from aftercare.checkins.pages.result import later
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.people.models import Patient


def sent(check_in: UUID, patient: UUID) -> QuerySet[CheckIn]:
    """The check-in with its procedure, correction and companion, annotated with what there is to read beside it.

    `newest_id`: the newest check-in by submission. `may_lead`: an alert may lead the patient's pages. `has_alerts`: of
    this check-in; `is_judged_again`: a later evaluation found more; `has_photos`.
    """
    own = CheckIn.objects.filter(pk=check_in, patient=patient)
    return own.select_related("procedure", "superseded_by", "companion").annotate(
        newest_id=Subquery(newest(patient).values("pk")),
        may_lead=Exists(may_lead(patient)),
        has_alerts=Exists(alerts_of(check_in)),
        is_judged_again=Exists(later(check_in)),
        has_photos=Exists(Photo.objects.kept().filter(check_in=check_in)),
    )


find_sent = CompiledQuery(sent, check_in=UUID(int=2), patient=SAMPLE)


def sent_check_in(patient: Patient, pk: UUID) -> CheckIn | None:
    """Return a check-in of the patient's as `sent` reads it, or None."""
    for check_in in find_sent(check_in=pk, patient=patient.pk):
        check_in.patient = patient
        return check_in
    return None
