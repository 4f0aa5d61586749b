"""Contact attempts: record a call, correct a recorded call, set the time of the next try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare.alerts.actions import recounting
from aftercare.alerts.dispatching.suppression import release_suppressed
from aftercare.alerts.errors import AlreadyClosedError, AlreadyCorrectedError, NotAcknowledgedError
from aftercare.alerts.following_up.chases import TRIES, advance_chase, notify_managers
from aftercare.alerts.locking import locked_open
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.alerts.notifying.taken import needed_since, tell_others
from aftercare.alerts.transitions import CHANGED, mark_acknowledged, mark_reached, record_failed_try, state_of
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient, User
from aftercare.triage import Level

Result, Kind = ContactAttempt.Result, ContactAttempt.Kind
# Latest time of the next try, from now, by level.
NEXT_TRY_WITHIN = {Level.EMERGENCY: timedelta(hours=2), Level.URGENT: timedelta(hours=12)}
NEXT_TRY_OTHERWISE = timedelta(hours=24)


@transaction.atomic
def record_contact_attempt(
    *,
    patient: Patient,
    by: User,
    now: datetime,
    result: str,
    kind: str = Kind.CALLED,
    note: str = "",
    alert: Alert | None = None,
) -> ContactAttempt:
    """Record a contact attempt and apply its result to every open alert of the patient.

    New alerts are acknowledged by the caller. If the patient was reached, newer reports are confirmed and the
    chase ends; otherwise the next try falls due. Raise ValueError for an unknown result or kind, for a patient
    who called and was not reached, and for an alert of another patient.
    """
    require_possible(result, kind, patient, alert)
    patient, alerts = locked_open(patient)
    before = {str(one.pk): state_of(one) for one in alerts}
    untended = {one.pk: since for one in alerts if (since := needed_since(one)) is not None}
    attempt = ContactAttempt.objects.create(
        patient=patient, alert=alert, by=by, at=now, result=result, kind=kind, note=note
    )
    seen = [one for one in alerts if apply_call(one, by=by, now=now, result=result)]
    Alert.objects.bulk_update(alerts, CHANGED)
    for one in seen:
        record_event(verb=Event.Verb.ACKNOWLEDGED, actor=by, now=now, patient=patient, subject=one.pk)
    record_call_event(Event.Verb.TRIED_CONTACT, attempt, now, before=before)
    notify_about_call(alerts, result, now)
    if seen:
        release_suppressed(patient, now)
    for one in alerts:
        if one.pk in untended and needed_since(one) is None:
            tell_others(one, by=by, since=untended[one.pk], now=now)
    return attempt


def record_call_event(verb: Event.Verb, attempt: ContactAttempt, now: datetime, **data: Any) -> None:
    """Record the call as an event; `data` holds further fields, such as the state of each open alert before it."""
    record_event(
        verb=verb,
        actor=attempt.by,
        now=now,
        patient=attempt.patient,
        subject=attempt.pk,
        data={"result": attempt.result, "kind": attempt.kind, **data},
    )


def require_possible(result: str, kind: str, patient: Patient, alert: Alert | None = None) -> None:
    """Raise ValueError for a combination that cannot be recorded."""
    if result not in Result.values:
        raise ValueError(f"unknown result: {result!r}")
    if kind not in Kind.values:
        raise ValueError(f"unknown kind: {kind!r}")
    if kind == Kind.PATIENT_CALLED and result != Result.REACHED:
        raise ValueError("a patient who called was reached")
    if alert is not None and alert.patient_id != patient.pk:
        raise ValueError("the alert is another patient's")


def apply_call(alert: Alert, *, by: User, now: datetime, result: str) -> bool:
    """Apply a call to one alert, unsaved; return True if that acknowledges or confirms it."""
    waited, hours = alert.is_waiting, alert.clinic.hours
    if alert.status == Alert.Status.NEW:
        mark_acknowledged(alert, by, hours, now)
    if result == Result.REACHED:
        mark_reached(alert, now)
    elif not alert.is_reached:
        record_failed_try(alert, hours, now, restarts=result != Result.WRONG_NUMBER)
    return waited and not alert.is_waiting


def notify_about_call(alerts: Sequence[Alert], result: str, now: datetime) -> None:
    """Notify the next contact step of a wrong number, and the managers after every third failed try."""
    if result == Result.REACHED:
        return
    chased = [one for one in alerts if one.triage_level >= Level.SAME_DAY and not one.is_reached]
    pressing = [one for one in chased if one.triage_level >= Level.URGENT]
    if result == Result.WRONG_NUMBER and pressing:
        advance_chase(pressing, Dispatch.Reason.WRONG_NUMBER, now)
    tired = [one for one in chased if one.failed_tries and one.failed_tries % TRIES == 0]
    if tired:
        notify_managers(tired, now)


@transaction.atomic
def correct_contact_attempt(
    *, attempt: ContactAttempt, by: User, now: datetime, result: str, kind: str = Kind.CALLED, note: str = ""
) -> ContactAttempt:
    """Correct a recorded contact attempt with a new row that has the time of the original call.

    In open alerts the effects of the wrong result are undone and those of the right result applied; an
    acknowledgement by the call stands. Raise AlreadyCorrectedError if the attempt was corrected before,
    ValueError as `record_contact_attempt`.
    """
    require_possible(result, kind, attempt.patient)
    patient, alerts = locked_open(attempt.patient)
    if ContactAttempt.objects.filter(corrects=attempt).exists():
        raise AlreadyCorrectedError
    corrected = ContactAttempt.objects.create(
        patient=patient,
        alert=attempt.alert,
        by=by,
        at=attempt.at,
        result=result,
        kind=kind,
        note=note,
        corrects=attempt,
    )
    before = recorded_states(attempt)
    recounting.recount(alerts, attempt, before)
    Alert.objects.bulk_update(alerts, CHANGED)
    record_call_event(Event.Verb.CORRECTED_CONTACT, corrected, now, was=attempt.result, before=before)
    if attempt.result == Result.REACHED or result == Result.WRONG_NUMBER:
        notify_about_call(alerts, result, now)
    # A report that the wrong call confirmed may wait again, of which nobody was told under a higher one.
    release_suppressed(patient, now)
    return corrected


def recorded_states(attempt: ContactAttempt) -> dict[str, dict[str, Any]]:
    """Return the state of each open alert before the call, by alert id; passed on to further corrections."""
    verbs = [Event.Verb.TRIED_CONTACT, Event.Verb.CORRECTED_CONTACT]
    event = Event.objects.filter(verb__in=verbs, subject=attempt.pk).first()
    kept: dict[str, dict[str, Any]] = event.data.get("before", {}) if event else {}
    return kept


@transaction.atomic
def set_next_try(*, alert: Alert, at: datetime, reason: str, by: User, now: datetime) -> Alert:
    """Set the time of the next try, after three failed tries; until then nobody is notified again.

    Applies to every alert of the patient with three failed tries. Raise ValidationError if `at` is past or more
    than 2 h (emergency), 12 h (urgent) or 24 h ahead, if `reason` is empty, or before three tries failed;
    AlreadyClosedError or NotAcknowledgedError if the alert is not being worked on.
    """
    patient, alerts = locked_open(alert.patient)
    current = next((one for one in alerts if one.pk == alert.pk), None)
    if current is None:
        raise AlreadyClosedError
    if current.status != Alert.Status.ACKNOWLEDGED:
        raise NotAcknowledgedError
    require_next_try(current, at, reason, now)
    chased = [one for one in alerts if needs_next_try(one) and at <= now + longest_wait(one)]
    for one in chased:
        one.next_try_at, one.next_try_by, one.next_try_reason = at, by, reason.strip()
        one.follow_up_at, one.forgotten_since = at, None
        record_event(
            verb=Event.Verb.SET_NEXT_TRY,
            actor=by,
            now=now,
            patient=patient,
            subject=one.pk,
            data={"at": at.isoformat()},
            details={"reason": reason.strip()},
        )
    Alert.objects.bulk_update(chased, CHANGED)
    return current


def needs_next_try(alert: Alert) -> bool:
    """Return True once three tries have failed, so that a clinician sets the next one."""
    chased = alert.status == Alert.Status.ACKNOWLEDGED and alert.triage_level >= Level.SAME_DAY
    return chased and not alert.is_reached and alert.failed_tries >= TRIES


def longest_wait(alert: Alert) -> timedelta:
    """Return how far ahead the next try of an alert may be."""
    return NEXT_TRY_WITHIN.get(alert.triage_level, NEXT_TRY_OTHERWISE)


def require_next_try(alert: Alert, at: datetime, reason: str, now: datetime) -> None:
    """Raise ValidationError unless the next try may be set to `at`."""
    longest = longest_wait(alert)
    if not needs_next_try(alert):
        raise ValidationError(_("The next try is set after three calls that did not reach the patient."))
    if at <= now:
        raise ValidationError(_("Give a time that is still to come."))
    if at > now + longest:
        hours = longest // timedelta(hours=1)
        said = ngettext(
            "Give a time within the next %(hours)s hour.",
            "Give a time within the next %(hours)s hours.",
            hours,
        )
        raise ValidationError(said % {"hours": hours})
    length = Alert._meta.get_field("next_try_reason").max_length
    if not reason.strip():
        raise ValidationError(_("Say why the patient is tried then."))
    if length and len(reason.strip()) > length:
        raise ValidationError(_("Give the reason in at most %(number)s characters.") % {"number": length})
