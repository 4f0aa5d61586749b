"""The call panel of the alert page and the patient's page: numbers, tries, and the form of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.alerts.actions.closing import UNDO_WITHIN
from aftercare.alerts.actions.contact_attempts import longest_wait
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import Assessment
from aftercare.people.models import Event, Patient, StaffMember
from aftercare.triage import Level
from clinic.alert.call_forms import ALL, ONE, OPEN, CallForm, first_name
from clinic.permissions import may_close, may_set_next_try

TRIES_SHOWN = 5
TRIES_KEPT = 50  # attempts on the page; older attempts are kept in the record
TRIES_BEFORE_NEXT = 2  # with the one being recorded, three


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A contact attempt as a line of the panel."""

    attempt: ContactAttempt

    @property
    def words(self) -> str:
        return attempt_words(self.attempt)


def attempt_words(attempt: ContactAttempt) -> str:
    """Return the result of an attempt: "No answer", "Daniel called us"."""
    if attempt.kind == ContactAttempt.Kind.PATIENT_CALLED:
        return _("%(name)s called us") % {"name": first_name(attempt.patient)}
    return str(attempt.get_result_display())


def attempt_clause(attempt: ContactAttempt) -> str:
    """Return the result of an attempt as a clause after the patient's name: "no answer", "called us"."""
    if attempt.kind == ContactAttempt.Kind.PATIENT_CALLED:
        return _("called us")
    return str(attempt.get_result_display()).lower()


class CallPanel:
    """The call panel of a patient, about one alert or none."""

    def __init__(
        self,
        *,
        patient: Patient,
        member: StaffMember,
        alerts: list[Alert],
        now: datetime,
        alert: Alert | None = None,
        posted: QueryDict | None = None,
    ) -> None:
        """`alerts`: the patient's open alerts, highest first. `posted`: the form to show again."""
        self.patient, self.member, self.alerts, self.now, self.alert = patient, member, alerts, now, alert
        self.posted = posted
        seen = set(posted.getlist("seen")) if posted is not None else set()
        # Offer only the alerts that the page showed: the others come as news.
        self.offered = [one for one in alerts if not seen or str(one.pk) in seen]

    def offer_current_alerts(self) -> None:
        """Offer every alert that is open now, not only those that the posted page showed."""
        self.offered = self.alerts
        for name in ("form", "then"):
            self.__dict__.pop(name, None)

    @property
    def name(self) -> str:
        return str(self.patient.user)

    @property
    def first_name(self) -> str:
        return first_name(self.patient)

    @property
    def action(self) -> str:
        if self.alert:
            return reverse("clinic:record_attempt", args=[self.alert.pk])
        return reverse("clinic:record_call", args=[self.patient.pk])

    @cached_property
    def form(self) -> CallForm:
        return CallForm(
            self.posted, patient=self.patient, then=self.then, longest_wait=self.longest_next_try()
        )

    @property
    def is_shown(self) -> bool:
        """True if the form is shown: on a closed alert only if a posted form comes back."""
        return self.alert is None or self.alert.is_open or self.posted is not None

    @cached_property
    def then(self) -> list[tuple[str, str]]:
        """The choices after a call: keep open or close. Empty if no alert is open, or the member may close none."""
        may_all = may_close(self.member, self.offered)
        several = len(self.offered) > 1
        choices = []
        if self.alert and self.alert.is_open and may_close(self.member, [self.alert]):
            choices.append((ONE, _("Close only this") if several else _("Close it")))
        asked_for_all = self.posted is not None and self.posted.get("all") == "1"
        if self.offered and may_all and (several or not self.alert or asked_for_all):
            choices.append(
                (ALL, _("Close all %(count)s") % {"count": len(self.offered)} if several else _("Close it"))
            )
        return [(OPEN, _("Keep open")), *choices] if choices else []

    @property
    def count(self) -> int:
        return len(self.alerts)

    @property
    def needs_a_clinician(self) -> bool:
        """True if the member may not close the alerts, because one is an emergency."""
        return bool(self.alerts) and not may_close(self.member, self.alerts)

    def longest_next_try(self) -> Any:
        """Return the latest next try from now, or None if the member cannot set one."""
        tired = [one for one in self.alerts if one.failed_tries >= TRIES_BEFORE_NEXT and not one.is_reached]
        tired = [one for one in tired if one.triage_level >= Level.URGENT]
        if not tired or not may_set_next_try(self.member):
            return None
        return min(longest_wait(one) for one in tired)

    @cached_property
    def waiting(self) -> list[Alert]:
        """The alerts to acknowledge or confirm, the page's alert first."""
        return self.this_first([one for one in self.alerts if one.is_waiting])

    @cached_property
    def own(self) -> list[Alert]:
        """The alerts that the member owns, the page's alert first."""
        mine = [one for one in self.alerts if one.status == Alert.Status.ACKNOWLEDGED]
        return self.this_first([one for one in mine if one.owner_id == self.member.user_id])

    def this_first(self, alerts: list[Alert]) -> list[Alert]:
        return sorted(alerts, key=lambda one: one != self.alert)

    @property
    def can_take_over(self) -> bool:
        """True if a colleague acknowledged the alert and recorded no call in time."""
        alert = self.alert
        return bool(alert and alert.is_forgotten and alert.acknowledged_by_id != self.member.user_id)

    @property
    def can_undo(self) -> bool:
        """True if the member closed the alert within `UNDO_WITHIN`."""
        alert = self.alert
        if alert is None or alert.closed_at is None:
            return False
        return alert.closed_by_id == self.member.user_id and self.now - alert.closed_at <= UNDO_WITHIN

    @cached_property
    def tries(self) -> list[Try]:
        """The contact attempts, newest first, without those that were corrected."""
        calls = self.patient.contact_attempts.filter(corrected_by=None).select_related("by")
        if self.alert:
            calls = calls.filter(at__gte=self.alert.opened_at)
        if self.alert and self.alert.closed_at:
            calls = calls.filter(at__lte=self.alert.closed_at)
        found = list(calls[:TRIES_KEPT])
        for attempt in found:
            attempt.patient = self.patient
        return [Try(attempt=attempt) for attempt in found]

    @property
    def newest_tries(self) -> list[Try]:
        return self.tries[:TRIES_SHOWN]

    @property
    def older_tries(self) -> list[Try]:
        return self.tries[TRIES_SHOWN:]

    @property
    def asked_at(self) -> datetime | None:
        """The instant of the patient's latest request for a call, or None."""
        asked = [one.last_reported_at for one in self.alerts if one.rule == "contact_requested"]
        return max(asked, default=None)

    @cached_property
    def wrong_since(self) -> datetime | None:
        """The instant at which the number turned out to be wrong, or None if it was replaced since."""
        newest = self.tries[0].attempt if self.tries else None
        if newest is None or newest.result != ContactAttempt.Result.WRONG_NUMBER:
            return None
        changed = self.patient.events.filter(verb=Event.Verb.CHANGED_DETAILS, at__gte=newest.at)
        fields = [field for event in changed for field in event.data.get("fields", [])]
        return None if "call_back_telephone" in fields else newest.at

    @cached_property
    def reports(self) -> int:
        """The number of evaluations of the patient's check-ins."""
        return Assessment.objects.filter(check_in__patient=self.patient).count()


def panel_of(
    patient: Patient,
    member: StaffMember,
    *,
    alert: Alert | None = None,
    alerts: list[Alert] | None = None,
    posted: QueryDict | None = None,
) -> CallPanel:
    """Return the panel of a patient as of now."""
    if alerts is None:
        alerts = list(patient.alerts.open().worst_first().select_related("acknowledged_by", "owner"))
    now = timezone.now()
    return CallPanel(patient=patient, member=member, alerts=alerts, now=now, alert=alert, posted=posted)
