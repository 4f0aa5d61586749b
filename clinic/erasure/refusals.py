"""Reasons not to erase a person yet, with what to do first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.urls import reverse

from aftercare.alerts.models import Alert
from aftercare.people.models import Clinic, Patient, User
from aftercare.people.models.users import SYSTEM_EMAIL


class NotErasableError(ValueError):
    """The person cannot be erased yet; the message says what to do first."""


def require_erasable(user: User, patients: Sequence[Patient]) -> None:
    """Raise NotErasableError, with every reason, while somebody still has to act on this person."""
    if reasons := list(reasons_against(user, patients)):
        raise NotErasableError("\n".join(reasons))


def reasons_against(user: User, patients: Sequence[Patient]) -> Iterator[str]:
    if user.email == SYSTEM_EMAIL:
        yield "This is the portal's own user, and nobody."
    if user.erased_as:
        yield f"{user.email} is erased already. Nothing is left to erase."
    for patient in patients:
        number = Alert.objects.open().filter(patient=patient).count()
        if number:
            page = f"{settings.SITE_URL}{reverse('clinic:patient', args=[patient.pk])}"
            yield (
                f"{alerts_words(number)} at {patient.clinic}. Staff close {'it' if number == 1 else 'them'} first, "
                f"so that nobody who needs an answer is forgotten: {page}"
            )
    for clinic in Clinic.objects.filter(technical_contact__iexact=user.email):
        yield (
            f"{clinic} mails this address when messages do not leave. A manager puts another technical contact "
            f"into its details first: {settings.SITE_URL}{reverse('clinic:details')}"
        )
    if settings.TECHNICAL_CONTACT.lower() == user.email.lower():
        yield "TECHNICAL_CONTACT is this address. Put another into the environment, and restart."


def alerts_words(number: int) -> str:
    return "An alert is open" if number == 1 else f"{number} alerts are open"
