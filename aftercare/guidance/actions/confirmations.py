"""A clinic's confirmation of everyday answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aftercare.guidance.models import AnswerConfirmation
from aftercare.people.models import Clinic, StaffMember, User


@transaction.atomic
def confirm_answers(
    *, clinic: Clinic, statements: Collection[str], clinician: StaffMember, by: User, now: datetime
) -> int:
    """Let a clinic confirm exactly these statements; return how many began or ended.

    `clinician`: who has read and decided; `by`: who records it.
    """
    clinic = Clinic.objects.select_for_update().get(pk=clinic.pk)
    so_far = AnswerConfirmation.objects.confirmed(clinic)
    changed = so_far.symmetric_difference(statements)
    AnswerConfirmation.objects.bulk_create(
        AnswerConfirmation(
            clinic=clinic,
            statement=statement,
            is_confirmed=statement not in so_far,
            clinician=clinician,
            by=by,
            at=now,
        )
        for statement in sorted(changed)
    )
    return len(changed)
