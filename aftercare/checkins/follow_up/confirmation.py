"""Confirmation by the clinic, as shown to the patient: saved, sent, seen, or not confirmed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from aftercare.alerts.models import NEEDS_ACTION, Alert, ContactAttempt, Dispatch
from aftercare.alerts.notifying.notifications import KIND
from aftercare.checkins.models import SEEING, CheckIn, Finding
from aftercare.database.compiled_queries import SAMPLE, SAMPLE_INSTANT, CompiledQuery
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
    """Confirmation of a check-in of same_day or higher; `seen_at`: when staff had seen all its alerts."""

    state: State
    level: Level
    submitted_at: datetime
    seen_at: datetime | None
    contact: Contact
    opens: str

    @property
    def is_settled(self) -> bool:
        """True if the state is final."""
        return self.state == State.SEEN


def confirmation_of(check_in: CheckIn, clinic: Clinic, now: datetime) -> Confirmation | None:
    """Return the confirmation of a check-in; None below same_day, where nobody is notified at once."""
    if check_in.triage_level < Level.SAME_DAY:
        return None
    alerts = alerts_of(check_in)
    seen_at = seen_by_clinic(check_in, alerts)
    if seen_at is not None:
        state = State.SEEN
    elif check_in.confirm_by is not None and check_in.confirm_by <= now:
        state = State.UNCONFIRMED
    else:
        state = State.SENT if is_sent(check_in) else State.SAVED
    return Confirmation(
        state=state,
        level=check_in.triage_level,
        submitted_at=check_in.submitted_at,
        seen_at=seen_at,
        contact=contact_at(clinic, now),
        opens=opening_words(check_in, clinic, now),
    )


def alerts_of(check_in: CheckIn) -> list[Alert]:
    """Return the alerts of same_day and higher that the check-in opened or was appended to, closed ones included.

    Annotated with `reported_at`, the instant of the report (for a kept finding the original one), and
    `first_seen_at`, when staff first acted on it afterwards.
    """
    return find_alerts(check_in=check_in.pk)


def reported_alerts(check_in: UUID) -> QuerySet[Alert]:
    reported = Finding.objects.reported_by(check_in)
    own = reported.filter(alert=OuterRef("pk")).annotate(
        at=Coalesce("kept_since", "assessment__caused_by__submitted_at")
    )
    seen = Event.objects.filter(subject=OuterRef("pk"), verb__in=SEEING, at__gte=OuterRef("reported_at"))
    alerts = Alert.objects.filter(pk__in=reported.values("alert"), level__in=NEEDS_ACTION)
    return alerts.annotate(reported_at=Subquery(own.order_by("-at").values("at")[:1])).annotate(
        first_seen_at=Subquery(seen.order_by("at").values("at")[:1])
    )


def tries(patient: UUID, since: datetime) -> QuerySet[ContactAttempt]:
    """The first attempt to reach the patient."""
    return ContactAttempt.objects.filter(patient=patient, at__gte=since).order_by("at")[:1]


def sent(check_in: UUID) -> QuerySet[Message]:
    """A notification about the check-in's alerts that was sent."""
    alerts = Finding.objects.reported_by(check_in).filter(alert__level__in=NEEDS_ACTION).values("alert")
    dispatches = Dispatch.objects.filter(alerts__in=alerts).values("pk")
    messages = Message.objects.filter(kind=KIND, subject__in=dispatches, state=Message.State.SENT)
    return messages.only("pk")[:1]


find_sent = CompiledQuery(sent, check_in=SAMPLE)
find_alerts = CompiledQuery(reported_alerts, check_in=SAMPLE)
find_tries = CompiledQuery(tries, patient=SAMPLE, since=SAMPLE_INSTANT)


def seen_by_clinic(check_in: CheckIn, alerts: list[Alert]) -> datetime | None:
    """Return when staff had seen every alert of the check-in, or first tried to call; None until then."""
    firsts = [at for alert in alerts if (at := getattr(alert, "first_seen_at", None))]
    since = max(
        (getattr(alert, "reported_at", None) or check_in.submitted_at for alert in alerts), default=None
    )
    tried = find_tries(patient=check_in.patient_id, since=since or check_in.submitted_at)
    called = tried[0].at if tried else None
    each = max(firsts) if alerts and len(firsts) == len(alerts) else None
    return min((at for at in (each, called) if at is not None), default=None)


def is_sent(check_in: CheckIn) -> bool:
    """Return True if a notification about one of the check-in's alerts of same_day and higher was sent."""
    return bool(find_sent(check_in=check_in.pk))


def opening_words(check_in: CheckIn, clinic: Clinic, now: datetime) -> str:
    """Return when the clinic is notified, "tomorrow 09:00"; "" if at once."""
    if check_in.triage_level is not Level.SAME_DAY or clinic.hours.current(now):
        return ""
    upcoming = clinic.hours.next_opening(now)
    local = now.astimezone(clinic.zone)
    return clock_word(upcoming.opens.astimezone(clinic.zone), local) if upcoming else ""
