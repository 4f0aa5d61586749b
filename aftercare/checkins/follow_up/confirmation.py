"""What a patient may believe about the clinic: saved, sent, seen, or that nobody has confirmed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from aftercare.alerts.models import NEEDS_ACTION, Alert, ContactAttempt, Dispatch
from aftercare.alerts.notifying.notifications import KIND
from aftercare.checkins.models import SEEING, CheckIn, Finding
from aftercare.outbox.models import Message
from aftercare.people.clinics.clinic_phones import Contact, clock_word, contact_at
from aftercare.people.models import Clinic, Event
from aftercare.triage import Level


class State(models.TextChoices):
    SAVED = "saved", "saved"
    SENT = "sent", "sent"
    SEEN = "seen", "seen"
    UNCONFIRMED = "unconfirmed", "unconfirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """How it stands with one check-in of same day or higher. `seen_at`: when the clinic had seen all of it."""

    state: State
    level: Level
    submitted_at: datetime
    seen_at: datetime | None
    contact: Contact
    opens: str

    @property
    def is_settled(self) -> bool:
        """Whether nothing will change any more."""
        return self.state == State.SEEN


def confirmation_of(check_in: CheckIn, clinic: Clinic, now: datetime) -> Confirmation | None:
    """What to say about one check-in now; None below same day, where nobody is told at once."""
    if check_in.triage_level < Level.SAME_DAY:
        return None
    alerts = alerts_of(check_in)
    seen_at = seen_by_clinic(check_in, alerts)
    if seen_at is not None:
        state = State.SEEN
    elif check_in.confirm_by is not None and check_in.confirm_by <= now:
        state = State.UNCONFIRMED
    else:
        state = State.SENT if is_sent(alerts) else State.SAVED
    return Confirmation(
        state=state,
        level=check_in.triage_level,
        submitted_at=check_in.submitted_at,
        seen_at=seen_at,
        contact=contact_at(clinic, now),
        opens=opening_words(check_in, clinic, now),
    )


def alerts_of(check_in: CheckIn) -> list[Alert]:
    """The alerts of same day and higher that it opened or was appended to, closed or not.

    Each with `reported_at`, when its sign was reported: a correction that keeps it is no newer report; and with
    `first_seen_at`: when staff first acted on it since.
    """
    reported = Finding.objects.reported_by(check_in)
    own = reported.filter(alert=OuterRef("pk")).annotate(at=Coalesce("kept_since", check_in.submitted_at))
    seen = Event.objects.filter(subject=OuterRef("pk"), verb__in=SEEING, at__gte=OuterRef("reported_at"))
    alerts = Alert.objects.filter(pk__in=reported.values("alert"), level__in=NEEDS_ACTION)
    return list(
        alerts.annotate(reported_at=Subquery(own.order_by("-at").values("at")[:1])).annotate(
            first_seen_at=Subquery(seen.order_by("at").values("at")[:1])
        )
    )


def seen_by_clinic(check_in: CheckIn, alerts: list[Alert]) -> datetime | None:
    """When staff had seen each of its alerts after it came, or somebody tried to call; None while that is open."""
    firsts = [at for alert in alerts if (at := getattr(alert, "first_seen_at", None))]
    since = max(
        (getattr(alert, "reported_at", None) or check_in.submitted_at for alert in alerts), default=None
    )
    tried = ContactAttempt.objects.filter(
        patient_id=check_in.patient_id, at__gte=since or check_in.submitted_at
    )
    called: datetime | None = tried.aggregate(first=Min("at"))["first"]
    each = max(firsts) if alerts and len(firsts) == len(alerts) else None
    return min((at for at in (each, called) if at is not None), default=None)


def is_sent(alerts: list[Alert]) -> bool:
    """Whether a message about one of the alerts was handed over."""
    dispatches = Dispatch.objects.filter(alerts__in=alerts).values("pk")
    return Message.objects.filter(kind=KIND, subject__in=dispatches, state=Message.State.SENT).exists()


def opening_words(check_in: CheckIn, clinic: Clinic, now: datetime) -> str:
    """When the clinic is told: "tomorrow 09:00"; empty where it is told at once."""
    if check_in.triage_level is not Level.SAME_DAY or clinic.hours.current(now):
        return ""
    upcoming = clinic.hours.next_opening(now)
    local = now.astimezone(clinic.zone)
    return clock_word(upcoming.opens.astimezone(clinic.zone), local) if upcoming else ""
