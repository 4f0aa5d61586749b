"""The mail that invites a companion. It names neither the patient nor anything of their health."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.companions.actions import is_welcome, path_of
from aftercare.people.models import Companion


def render(message: Message, now: datetime) -> Content | None:
    """Render the mail to the address that the patient gave; None once the invitation opens nothing."""
    found = Companion.objects.select_related("patient__clinic", "patient__user").filter(pk=message.subject)
    companion = found.first()
    if companion is None or not is_welcome(companion, now):
        return None
    clinic = companion.patient.clinic
    words = {
        "clinic": clinic,
        "link": f"{settings.SITE_URL}{path_of(companion.pk)}",
        "ends_at": companion.ends_at,
    }
    with timezone.override(clinic.zone):
        body = render_to_string("people/companions/email/invitation_message.txt", words)
    return Content(
        subject=_("Somebody wants you as their companion at %(clinic)s") % {"clinic": clinic.name},
        body=body.strip(),
        to=companion.email,
    )
