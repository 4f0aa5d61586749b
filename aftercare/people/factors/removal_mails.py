"""Mails about the removal of a second step: to its owner, and to colleagues who can agree."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.factors.notices import body_of
from aftercare.people.models import FactorRemoval, StaffMember

FOLDER = "people/factors/email"


def removal_of(message: Message) -> FactorRemoval:
    found: FactorRemoval = FactorRemoval.objects.select_related("user", "clinic").get(pk=message.subject)
    return found


def render_open(message: Message, _now: datetime) -> Content | None:
    """Render that removal was asked for, or agreed to, with the link that stops it; None once it has ended."""
    removal = removal_of(message)
    if removal.ended_at:
        return None
    words = {
        "clinic": removal.clinic,
        "removal_at": removal.removal_at,
        "link": f"{settings.SITE_URL}{removal.path}",
    }
    body = body_of(f"{FOLDER}/removal_open_message.txt", removal.user, words)
    return Content(subject=_("Your clinic asks to remove your second step at sign-in"), body=body)


def render_stopped(message: Message, _now: datetime) -> Content:
    """Render that nothing is removed."""
    body = body_of(f"{FOLDER}/removal_stopped_message.txt", removal_of(message).user, {})
    return Content(subject=_("Your second step at sign-in stays"), body=body)


def render_to_approve(message: Message, now: datetime) -> Content | None:
    """Render that a colleague's agreement is asked for; None once somebody agreed, or nobody is needed any more."""
    removal = removal_of(message)
    if removal.ended_at or removal.approved_at or now >= removal.lapses_at:
        return None
    words = {"link": f"{settings.SITE_URL}{path_at_clinic(removal)}", "clinic": removal.clinic}
    body = render_to_string(f"{FOLDER}/removal_to_approve_message.txt", words)
    return Content(subject=_("A colleague asks for your agreement"), body=body.strip())


def path_at_clinic(removal: FactorRemoval) -> str:
    """Return the path of the page of staff about a request."""
    member = StaffMember.objects.filter(user=removal.user, clinic=removal.clinic).first()
    if member:
        return f"/clinic/staff/{member.pk}/second-step/"
    return f"/clinic/patients/{removal.user.patients.get(clinic=removal.clinic).pk}/second-step/"
