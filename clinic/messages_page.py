"""Which messages of a clinic did not arrive, and which are still being tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from aftercare.alerts.models import Alert
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Patient

TRIED_OFTEN = 3  # attempts after which a message that is still being tried is shown
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message: to whom, about which alert (if it is one), and why it did not arrive."""

    message: Message
    alert: Alert | None
    is_to_patient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    failed: list[Row]
    trying: list[Row]
    attended: list[Row]


def messages_page(clinic: Clinic) -> Page:
    """The failures that nobody has looked into, what is still being tried, and the last that somebody looked into."""
    own = Message.objects.filter(sender=clinic.pk).select_related("recipient")
    trying = own.filter(state=Message.State.RETRYING, attempts__gte=TRIED_OFTEN).order_by("created_at")
    attended = own.filter(attended_at__isnull=False).order_by("-attended_at")
    failed = own.unattended_failures().order_by("-finished_at")
    return Page(
        failed=rows_of(failed[:SHOWN], clinic),
        trying=rows_of(trying[:SHOWN], clinic),
        attended=rows_of(attended[:20], clinic),
    )


def rows_of(messages: Iterable[Message], clinic: Clinic) -> list[Row]:
    """The rows of some messages, with the alert and the patient behind them."""
    messages = list(messages)
    alerts = alerts_behind([message.subject for message in messages], clinic)
    users = [message.recipient_id for message in messages]
    patients = set(Patient.objects.filter(clinic=clinic, user__in=users).values_list("user_id", flat=True))
    return [
        Row(
            message=message,
            alert=alerts.get(message.subject),
            is_to_patient=message.recipient_id in patients,
        )
        for message in messages
    ]


def alerts_behind(dispatches: list[UUID], clinic: Clinic) -> dict[UUID, Alert]:
    """The first alert of each dispatch, by the dispatch's id."""
    found = (
        clinic.alerts.filter(dispatches__in=dispatches).select_related("patient__user").order_by("opened_at")
    )
    pairs = Alert.dispatches.through.objects.filter(dispatch_id__in=dispatches)
    by_id = {alert.pk: alert for alert in found}
    return {
        pair.dispatch_id: by_id[pair.alert_id] for pair in pairs.order_by("-pk") if pair.alert_id in by_id
    }
