"""The link in an SMS."""

from __future__ import annotations

from django.utils import timezone

from aftercare.alerts.answering.links import own_links
from aftercare.outbox.models import Message
from aftercare.people.models import StaffMember


def link_to(member: StaffMember) -> str:
    """Return the path of the link in the newest SMS to the member."""
    sent = Message.objects.filter(kind="alert_dispatch", channel="sms", recipient=member.user)
    message = sent.latest("created_at")
    return own_links([message], timezone.now())[message.pk]
