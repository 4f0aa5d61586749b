"""What the page says: what is asked, who has it, who was told, and what the recipient can do.

It names staff only, and says nothing about the patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from aftercare.alerts.actions.drills import MAX_DURATION
from aftercare.alerts.answering.actions import can_escalate, next_people
from aftercare.alerts.answering.asked import Asked, State
from aftercare.alerts.models import Alert
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.transitions import follow_up_deadline
from aftercare.people.models import Event, User
from aftercare.ui.times import spoken_age
from clinic.alert.next_contact import NextContact, next_contact_of
from clinic.have_it.told import Told, names_for, who_was_told, who_was_told_of_taking


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """The time until an instant: "3 min left"."""

    until: datetime
    words: str


class NightPage:
    """The page about an alert or a drill, for the recipient of a message, at one instant."""

    def __init__(self, asked: Asked, now: datetime) -> None:
        self.asked, self.now = asked, now

    @cached_property
    def roster(self) -> Roster:
        return Roster.of(self.asked.clinic, self.now)

    @cached_property
    def alert(self) -> Alert | None:
        """The highest alert that somebody is needed for, else the highest; None for a drill."""
        return None if self.asked.drill else self.asked.first

    @cached_property
    def state(self) -> State:
        return self.asked.state

    @cached_property
    def owner(self) -> User | None:
        """Who has it, or who closed it."""
        return self.asked.owner

    @property
    def since(self) -> datetime | None:
        """Since when somebody has it, or when it was closed."""
        if self.asked.drill:
            return self.asked.drill.ended_at
        assert self.alert is not None
        return self.alert.acknowledged_at if self.alert.is_open else self.alert.closed_at

    @property
    def raised_at(self) -> datetime:
        """Start of the waiting, or of the drill."""
        if self.asked.drill:
            return self.asked.drill.started_at
        assert self.alert is not None
        return self.alert.waiting_since

    @cached_property
    def next_contact(self) -> NextContact | None:
        """Who is told next if nobody does anything."""
        if self.asked.drill:
            return self.next_of_drill()
        return next_contact_of(self.alert, self.roster, self.now) if self.alert else None

    def next_of_drill(self) -> NextContact | None:
        drill = self.asked.drill
        if drill is None or drill.ended_at or drill.next_escalation_at >= drill.started_at + MAX_DURATION:
            return None
        step = min(drill.escalations + 1, self.roster.last_position(self.now))
        people = self.roster.recipients(step, max(drill.next_escalation_at, self.now))
        return NextContact(at=drill.next_escalation_at, people=people, for_want_of="acknowledgement")

    @property
    def next_names(self) -> str:
        """Who is told next, within a sentence."""
        return names_for(self.next_contact.people, self.asked.recipient) if self.next_contact else ""

    @property
    def call_by(self) -> datetime | None:
        """By when whoever takes it on calls the patient, or the recipient, who has it."""
        if self.alert is None or self.alert.is_reached:
            return None
        if self.state == State.WAITING:
            return follow_up_deadline(self.alert, self.asked.clinic.hours, self.now)
        return self.alert.follow_up_at

    @property
    def countdown(self) -> Countdown | None:
        """The time until the next is told, or until the recipient is to have called."""
        until = self.call_by
        if self.state == State.WAITING:
            until = self.next_contact.at if self.next_contact else None
        return Countdown(until=until, words=left_words(until - self.now)) if until else None

    @cached_property
    def told(self) -> list[Told]:
        """Who was told that somebody is needed; once the recipient has it, who was told that."""
        return who_was_told_of_taking(self.asked) if self.state == State.YOURS else who_was_told(self.asked)

    @property
    def others_are_told(self) -> bool:
        """True if somebody else is told of a press: who was woken."""
        return any(line.is_woken for line in self.told)

    @cached_property
    def people_to_pass_to(self) -> str:
        """Whom passing on would tell, by name; empty if nobody."""
        if self.asked.drill:
            return ""
        alerts = [alert for alert in self.asked.alerts if can_escalate(alert)]
        return names_for(next_people(self.asked, alerts, self.roster, self.now), self.asked.recipient)

    @cached_property
    def own_act(self) -> Event | None:
        """The newest passing on, or giving back, by the recipient since this message."""
        subjects = [alert.pk for alert in self.asked.alerts]
        verbs = [Event.Verb.PASSED_ON, Event.Verb.GAVE_BACK]
        own = Event.objects.filter(subject__in=subjects, actor=self.asked.recipient, verb__in=verbs)
        return own.filter(at__gte=self.asked.decided_at).first()

    @cached_property
    def has_passkey(self) -> bool:
        """True if the recipient signs in with a touch."""
        kind = Authenticator.Type.WEBAUTHN
        own = Authenticator.objects.filter(user=self.asked.recipient, type=kind)
        return bool(own.exists())


def left_words(left: timedelta) -> str:
    """Return "3 min left"; the script of the page says the same."""
    if left <= timedelta():
        return _("Time is up")
    return (
        _("Under 1 min") if left < timedelta(minutes=1) else _("%(span)s left") % {"span": spoken_age(left)}
    )
