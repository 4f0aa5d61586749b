"""Actions on the second step of a person."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from aftercare.people.actions.events import record_at_clinics
from aftercare.people.actions.withdrawal import end_sessions
from aftercare.people.factors.notices import KIND, write_notice
from aftercare.people.models import Event, FactorChange, User

What = FactorChange.What
VERBS = {
    What.ADDED_APP: Event.Verb.ADDED_FACTOR,
    What.ADDED_PASSKEY: Event.Verb.ADDED_FACTOR,
    What.REMOVED_APP: Event.Verb.REMOVED_FACTOR,
    What.REMOVED_PASSKEY: Event.Verb.REMOVED_FACTOR,
    What.NEW_SPARE_CODES: Event.Verb.RENEWED_SPARE_CODES,
    What.RESET: Event.Verb.RESET_FACTORS,
}


@transaction.atomic
def note_factor_change(*, user: User, what: FactorChange.What, by: User, now: datetime) -> FactorChange:
    """Record that a second step was changed: sessions and links end, each clinic gets an event, the owner a mail."""
    end_sessions(user, now)
    changed = FactorChange.objects.create(user=user, what=what, changed_at=now, changed_by=by)
    data = {"user": user.pk, "what": what.value}
    record_at_clinics(user=user, verb=VERBS[what], actor=by, now=now, subject=changed.pk, data=data)
    write_notice(kind=KIND, subject=changed.pk, user=user, now=now)
    return changed


@transaction.atomic
def reset_second_step(*, user: User, by: User, now: datetime) -> FactorChange:
    """Remove the app, the passkeys and the spare codes of a person, who signs in by mailed code until the next."""
    Authenticator.objects.filter(user=user).delete()
    return note_factor_change(user=user, what=What.RESET, by=by, now=now)
