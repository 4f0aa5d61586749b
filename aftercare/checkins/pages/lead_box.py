"""The box at the top of a patient's pages: what to do, whom to call, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import Alert
from aftercare.checkins.advice.deadlines import TOO_LATE, closed_words, not_tomorrow
from aftercare.checkins.pages.lead import CLOSED, REACHED, Lead, Report, report_behind
from aftercare.people.clinics.clinic_phones import Phone, clock_word, contact_at
from aftercare.people.models import Clinic, Patient
from aftercare.triage import Level

# An emergency sign reported longer ago is asked about: it may have passed, or help may have come.
EMERGENCY_IS_FRESH = timedelta(hours=6)

LOOKED_AT = gettext_lazy("A sign still there? Call.")
# Outcomes of closed alerts, in the patient's words.
OUTCOMES: dict[str, Promise] = {
    Alert.Outcome.ADVICE_GIVEN: gettext_lazy("The clinic gave you advice. Do as they told you."),
    Alert.Outcome.SEEN_IN_CLINIC: gettext_lazy("The clinic saw you. Do as they told you."),
    Alert.Outcome.PRESCRIBED: gettext_lazy("The clinic gave you a prescription. Use it as they told you."),
    Alert.Outcome.EMERGENCY_CARE: gettext_lazy(
        "The clinic sent you to emergency care. Do as they told you there."
    ),
    Alert.Outcome.EXPECTED_COURSE: gettext_lazy("The clinic thinks that this can be part of healing."),
    Alert.Outcome.MISTAKE: gettext_lazy("This was entered by mistake."),
}


class Kind(models.TextChoices):
    """Form of the box."""

    EMERGENCY = "emergency", "emergency"  # call the emergency number now
    EARLIER = "earlier", "earlier"  # reported some hours ago, or corrected since
    CALL = "call", "call"  # the patient has to call, or the clinic has to
    SPOKEN = "spoken", "spoken"  # staff have reached the patient
    CLOSED = "closed", "closed"  # the clinic has closed the alert


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadBox:
    """Content of the box. `at`: of the report; `sentence`: below the heading; `outcomes`: for closed alerts.

    `area`: set if more than one area was treated. `is_promised`: the clinic's call is announced and still
    ahead.
    """

    kind: Kind
    level: Level
    now: datetime
    at: datetime
    report: Report | None = None
    area: str = ""
    sentence: str = ""
    is_promised: bool = False
    phones: tuple[Phone, ...] = ()
    call_back: str = ""
    seen_at: datetime | None = None
    said_called_at: datetime | None = None
    spoken_at: datetime | None = None
    outcomes: tuple[str, ...] = ()

    @property
    def is_loud(self) -> bool:
        """True until staff have spoken with the patient."""
        return self.kind in (Kind.EMERGENCY, Kind.EARLIER, Kind.CALL)

    def title(self, clinic: Clinic) -> str:
        """Title of a page with this lead."""
        if self.kind is Kind.SPOKEN:
            return _("You spoke with the clinic")
        if self.kind is Kind.CLOSED:
            return _("The clinic has looked at this")
        if self.level is Level.EMERGENCY:
            return _("Call %(number)s") % {"number": clinic.emergency_number}
        return _("Call the clinic") if self.level is Level.URGENT else _("Speak to the clinic")


def box_of(patient: Patient, lead: Lead) -> LeadBox | None:
    """Return the box of a lead; None if only the newest check-in's level leads."""
    if lead.is_action:
        return action_box(patient, lead)
    if lead.word == REACHED:
        return spoken_box(patient, lead.alerts, lead.now)
    return closed_box(patient, lead.alerts, lead.now) if lead.word == CLOSED else None


def action_box(patient: Patient, lead: Lead) -> LeadBox:
    """Return the box of an open alert: what to do until staff have spoken with the patient."""
    clinic, now = patient.clinic, lead.now
    report, reported_at = report_behind(lead.alerts), lead.reported_at
    assert reported_at is not None  # an action always has alerts
    level = Level(lead.word)
    box = LeadBox(
        kind=Kind.CALL,
        level=level,
        now=now,
        at=report.at if report else reported_at,
        report=report,
        area=report.area if report else "",
        phones=phones_at(clinic, now),
        call_back=patient.call_back_telephone,
        seen_at=seen_at(lead.alerts),
        said_called_at=said_called_at(lead.alerts),
    )
    if level is Level.EMERGENCY:
        is_old = now - reported_at > EMERGENCY_IS_FRESH or (report is not None and report.is_corrected)
        return replace(box, kind=Kind.EARLIER if is_old else Kind.EMERGENCY)
    if level is Level.URGENT:
        return replace(box, sentence=urgent_words(clinic, now))
    promised = promised_by(patient, report, now)
    return replace(box, sentence=same_day_words(clinic, promised, now), is_promised=promised is not None)


def urgent_words(clinic: Clinic, now: datetime) -> str:
    """Return "today", or "tonight" at night; never tomorrow."""
    not_later = not_tomorrow(now.astimezone(clinic.zone))
    if clinic.hours.current(now):
        return not_later
    return f"{closed_words(clinic.hours, now)} {_('Call the out-of-hours line.')} {not_later}"


def promised_by(patient: Patient, report: Report | None, now: datetime) -> datetime | None:
    """Return the announced time of the clinic's call; None if it is past or not today."""
    opening, by = patient.clinic.hours.current(now), report.confirm_by if report else None
    if opening is None or by is None or not patient.call_back_telephone:
        return None
    return by if now < by <= opening.closes else None


def same_day_words(clinic: Clinic, promised: datetime | None, now: datetime) -> str:
    """Return the time of the clinic's call while ahead; then that the patient should call."""
    opening = clinic.hours.current(now)
    if opening is None:
        closed = closed_words(clinic.hours, now, _("The clinic is closed now."))
        return f"{closed} {_('Call the out-of-hours line today.')}"
    if promised:
        by, local = promised.astimezone(clinic.zone), now.astimezone(clinic.zone)
        return _("No call by %(time)s? Then call us.") % {"time": clock_word(by, local)}
    if opening.closes - now < TOO_LATE:
        return _("The clinic closes soon. No answer? Call the out-of-hours line today.")
    return _("Please call us now.")


def phones_at(clinic: Clinic, now: datetime) -> tuple[Phone, ...]:
    """Return the telephones, in the order for the time of day."""
    contact = contact_at(clinic, now)
    if not contact.is_open or len(contact.phones) == 1:
        return contact.phones
    first, second = contact.phones
    return (first, replace(second, who=_("No answer? Out-of-hours line")))


def seen_at(alerts: Iterable[Alert]) -> datetime | None:
    """Return when staff took on the last of these alerts; None while one waits."""
    alerts = list(alerts)
    if any(alert.is_waiting for alert in alerts):
        return None
    return max((alert.acknowledged_at for alert in alerts if alert.acknowledged_at), default=None)


def spoken_box(patient: Patient, alerts: Sequence[Alert], now: datetime) -> LeadBox:
    """Return the box after staff have reached the patient, with the alert still open."""
    reached = [alert.reached_at for alert in alerts if alert.reached_at]
    return LeadBox(
        kind=Kind.SPOKEN,
        level=max(alert.triage_level for alert in alerts),
        now=now,
        at=max(alert.last_reported_at for alert in alerts),
        phones=phones_at(patient.clinic, now)[:1],
        spoken_at=max(reached),
    )


def closed_box(patient: Patient, alerts: Sequence[Alert], now: datetime) -> LeadBox:
    """Return the box of closed alerts; if the patient was not reached, with the advice to call if it lasts."""
    said = (str(OUTCOMES[alert.outcome] if alert.is_reached else LOOKED_AT) for alert in alerts)
    return LeadBox(
        kind=Kind.CLOSED,
        level=max(alert.triage_level for alert in alerts),
        now=now,
        at=max(alert.last_reported_at for alert in alerts),
        phones=phones_at(patient.clinic, now)[:1],
        outcomes=tuple(dict.fromkeys(said)),
    )


def said_called_at(alerts: Iterable[Alert]) -> datetime | None:
    """Return when the patient last reported a call about all these alerts; None if one has a newer report."""
    said: list[datetime] = []
    for alert in alerts:
        at: datetime | None = getattr(alert, "said_called_at", None)
        if at is None or at < alert.last_reported_at:
            return None
        said.append(at)
    return max(said, default=None)
