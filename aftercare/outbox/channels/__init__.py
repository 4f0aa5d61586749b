"""Delivery channels: one class each, whose errors say whether a retry can help."""

from django.conf import settings

from aftercare.outbox.channels.base import (
    Channel,
    DeliveryError,
    OutageError,
    OutgoingMail,
    Session,
)
from aftercare.outbox.channels.email import Email, email_message
from aftercare.outbox.channels.push import Push
from aftercare.outbox.channels.sms import Sms
from aftercare.outbox.models import Message

__all__ = [
    "CHANNELS",
    "Channel",
    "DeliveryError",
    "Email",
    "OutageError",
    "OutgoingMail",
    "Push",
    "Session",
    "Sms",
    "channels_in_use",
    "email_message",
    "is_set_up",
]

# In the order in which a sweep begins with them: what wakes somebody first.
CHANNELS: dict[str, Channel] = {
    Message.Channel.PUSH: Push(),
    Message.Channel.SMS: Sms(),
    Message.Channel.EMAIL: Email(),
}


def is_set_up(channel: str) -> bool:
    """Return True if the operator has set up the channel; e-mail always is."""
    needed = {Message.Channel.PUSH: settings.VAPID_PRIVATE_KEY, Message.Channel.SMS: settings.SMS_URL}
    return bool(needed.get(Message.Channel(channel), True))


def channels_in_use() -> list[str]:
    """Return the channels to sweep: those that are set up, and those for which something waits all the same."""
    waiting = Message.objects.waiting().exclude(channel=Message.Channel.EMAIL).order_by()
    without = [channel for channel in CHANNELS if not is_set_up(channel)]
    left = set(waiting.filter(channel__in=without).values_list("channel", flat=True).distinct())
    return [channel for channel in CHANNELS if is_set_up(channel) or channel in left]
