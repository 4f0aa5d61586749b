"""Delivery channels: one class each, whose errors say whether a retry can help."""

from django.conf import settings

from aftercare.outbox.channels.base import (
    Channel,
    DeliveryError,
    OutageError,
    OutgoingMail,
    Session,
)
from aftercare.outbox.channels.chat import Chat, Pager
from aftercare.outbox.channels.email import Email, email_message
from aftercare.outbox.channels.push import Push
from aftercare.outbox.channels.sms import Sms
from aftercare.outbox.channels.voice import Voice
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
    Message.Channel.VOICE: Voice(),
    Message.Channel.PAGER: Pager(),
    Message.Channel.CHAT: Chat(),
    Message.Channel.EMAIL: Email(),
}
# Channels of which each person brings the service, so that few portals need a thread for them all the time.
BROUGHT_ALONG = (Message.Channel.CHAT, Message.Channel.PAGER)


def is_set_up(channel: str) -> bool:
    """Return True if the operator has set up the channel; e-mail always is, and what people bring themselves."""
    needed = {
        Message.Channel.PUSH: settings.VAPID_PRIVATE_KEY,
        Message.Channel.SMS: settings.SMS_URL,
        Message.Channel.VOICE: settings.VOICE_URL,
    }
    return bool(needed.get(Message.Channel(channel), True))


def channels_in_use() -> list[str]:
    """Return the channels to sweep: those that the operator has set up, and others for which something waits."""
    waiting = Message.objects.waiting().exclude(channel=Message.Channel.EMAIL).order_by()
    rare = [channel for channel in CHANNELS if channel in BROUGHT_ALONG or not is_set_up(channel)]
    found = set(waiting.filter(channel__in=rare).values_list("channel", flat=True).distinct())
    return [channel for channel in CHANNELS if channel not in rare or channel in found]
