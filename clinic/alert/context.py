"""The template context of an alert's page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from aftercare.alerts.models import Alert
from aftercare.checkins.models import Assessment
from aftercare.checkins.pages.recovery_chart import STAFF, charts_of
from aftercare.checkins.photos.page import photos_of
from aftercare.people.models import StaffMember
from clinic.access import roster_of
from clinic.alert.call_panel import panel_of
from clinic.alert.forms import AssignForm, LetterForm, ReopenForm
from clinic.alert.history import history_of
from clinic.alert.intake_facts import intake_of
from clinic.alert.next_contact import next_contact_of
from clinic.alert.page import compare, evidence_of, others_of, readings_of, told_check_in
from clinic.labels import age_words
from clinic.permissions import may_change_intake, may_close
from clinic.queue.deadlines import clock_of


def context_of(
    member: StaffMember, found: Alert, now: datetime, news: Collection[Assessment] = ()
) -> dict[str, Any]:
    """Return the context, in a constant number of queries. `news`: evaluations to mark as new."""
    patient, hours = found.patient, member.clinic.hours
    open_alerts = list(patient.alerts.open().worst_first().select_related("acknowledged_by", "owner"))
    evidence = evidence_of(found, now, news)
    panel = panel_of(patient, member, alert=found, alerts=open_alerts)
    treated, photos = [found.own_procedure] if found.own_procedure else [], photos_of(patient)
    return {
        "alert": found,
        "patient": patient,
        "age": age_words(patient, now),
        "intake": intake_of(patient),
        "may_change_intake": may_change_intake(member),
        "clock": clock_of(found, hours, now),
        "evidence": evidence,
        "comparison": compare(evidence.check_in) if evidence.check_in else None,
        "photos": photos,
        "charts": charts_of(patient, treated, now, words=STAFF, photos=photos),
        "told": told_check_in(evidence.of_this_alert),
        "readings": readings_of(patient, now),
        "others": others_of(found, open_alerts, evidence, hours, now),
        "may_close": may_close(member, [found]),
        "history": history_of(found, evidence.of_this_alert, panel.tries),
        "panel": panel,
        "assign_form": AssignForm(alert=found, member=member),
        "letter_form": LetterForm(clinic=member.clinic),
        "reopen_form": ReopenForm(),
        "news": news,
        "next_contact": next_contact_of(found, roster_of(member, now), now),
        "now": now,
    }
