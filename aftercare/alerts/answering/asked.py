"""What a message asks its recipient to take on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, TextChoices

from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Alert, Dispatch, Drill
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, StaffMember, User


class State(TextChoices):
    """Whether somebody has what is asked, as its recipient sees it."""

    WAITING = "waiting"
    YOURS = "yours"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The alerts of one patient, or the drill, of which a message told its recipient.

    `dispatches`: one, or several where one SMS stood for several messages. `alerts`: highest first.
    """

    clinic: Clinic
    recipient: User
    dispatches: list[Dispatch]
    alerts: list[Alert]
    drill: Drill | None = None

    @property
    def number(self) -> int | None:
        """The number of the highest alert, or of the drill."""
        return self.drill.number if self.drill else self.alerts[0].number

    @property
    def decided_at(self) -> datetime:
        """When the newest of the dispatches was decided."""
        return max(dispatch.decided_at for dispatch in self.dispatches)

    @property
    def waiting(self) -> list[Alert]:
        """The alerts that nobody has, or that nobody has called about in time."""
        return [alert for alert in self.alerts if is_for_taking(alert, self.recipient)]

    @property
    def is_waiting(self) -> bool:
        """True while somebody is needed."""
        return self.drill.ended_at is None if self.drill else bool(self.waiting)

    @property
    def first(self) -> Alert:
        """The highest alert that somebody is needed for, else the highest."""
        return next(iter([*self.waiting, *self.alerts]))

    @property
    def state(self) -> State:
        """Whether it waits, who has it, or whether it is over."""
        if self.is_waiting:
            return State.WAITING
        if self.drill:
            return State.YOURS if self.owner == self.recipient else State.CLOSED
        if any(is_owned(alert, self.recipient) for alert in self.alerts):
            return State.YOURS
        return State.TAKEN if any(alert.is_open for alert in self.alerts) else State.CLOSED

    @property
    def owner(self) -> User | None:
        """Who has it, or who ended it."""
        if self.drill:
            return self.drill.acknowledged_by
        return self.first.owner or self.first.acknowledged_by if self.first.is_open else self.first.closed_by


def is_owned(alert: Alert, by: User) -> bool:
    """Return True if the user has the alert."""
    return alert.status == Alert.Status.ACKNOWLEDGED and alert.owner_id == by.pk


def is_for_taking(alert: Alert, by: User) -> bool:
    """Return True if the alert is unacknowledged, unconfirmed, or forgotten by somebody else."""
    return alert.is_waiting or (alert.is_forgotten and alert.acknowledged_by_id != by.pk)


def asked_by(message: Message) -> Asked | None:
    """Return what a message asks; None if that is a list of several patients, or was erased."""
    same = Q(pk=message.pk)
    if message.bundle and message.thread:
        bundle = {"bundle": message.bundle, "thread": message.thread}
        same |= Q(**bundle, recipient=message.recipient_id, channel=message.channel)
    subjects = Message.objects.filter(same, kind=KIND).values_list("subject", flat=True)
    dispatches = list(Dispatch.objects.filter(pk__in=list(subjects)).select_related("clinic"))
    if not dispatches:
        return None
    first = dispatches[0]
    if first.reason == Dispatch.Reason.DRILL:
        drill = Drill.objects.select_related("clinic", "acknowledged_by").get(pk=first.event)
        return Asked(
            clinic=first.clinic,
            recipient=message.recipient,
            dispatches=dispatches,
            alerts=[],
            drill=drill,
        )
    alerts = alerts_of(dispatches)
    if not alerts or first.patient_id is None:
        return None
    return Asked(clinic=first.clinic, recipient=message.recipient, dispatches=dispatches, alerts=alerts)


def alerts_of(dispatches: Iterable[Dispatch]) -> list[Alert]:
    """Return the alerts of these dispatches as they are now, highest first; none of a patient who was erased."""
    ids = Dispatch.alerts.through.objects.filter(dispatch__in=dispatches).values("alert")
    rows = Alert.objects.filter(pk__in=ids, patient__user__erased_as="").worst_first()
    return list(rows.select_related("clinic", "patient", "acknowledged_by", "owner", "closed_by"))


def may_answer(asked: Asked) -> bool:
    """Return True if the recipient works for the clinic."""
    return StaffMember.objects.active().filter(clinic=asked.clinic, user=asked.recipient).exists()
