"""Who closes what: the role is checked on every alert that would be closed, at the moment of closing."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections, transaction

from aftercare.alerts.actions.closing import close
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, StaffMember
from clinic.alert.actions import Call, ShownState, save_call, undo_close_together
from clinic.queue.actions import reopen, undo_close_row
from tests.at_once import PATIENCE
from tests.clinic.staff_client import alert_url, patient_url, staff_client
from tests.clock import frozen_at
from tests.factories import alert_of, at, check_in

pytestmark = pytest.mark.usefixtures("procedure", "course_set")

CLOSED = Call(outcome="mistake", note="x", closes_all=True)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with frozen_at(at(21)):
        yield


@pytest.fixture
def emergency(patient: Patient) -> Alert:
    return alert_of(patient, 20, emergency=["eye"])


@pytest.fixture
def lesser(patient: Patient, emergency: Alert) -> Alert:
    """An urgent alert of the same patient."""
    check_in(patient, 20.5, signs=["pus"])
    found: Alert = patient.alerts.get(rule="pus")
    return found


@pytest.mark.parametrize("seen", ["nothing", "lesser", "both", "neither"])
def test_a_nurse_closes_no_emergency_whatever_the_form_says_that_it_showed(
    nurse: StaffMember, emergency: Alert, lesser: Alert, seen: str
) -> None:
    shown = {"lesser": [lesser.pk], "both": [lesser.pk, emergency.pk], "neither": [uuid.uuid4()]}.get(
        seen, []
    )
    posted = {
        "result": "reached",
        "then": "all",
        "all": "1",
        "outcome": "mistake",
        "note": "x",
        "seen": shown,
    }
    for url in (
        alert_url(emergency, "close"),
        alert_url(lesser, "close"),
        alert_url(lesser, "attempts"),
        patient_url(lesser.patient, "calls/"),
    ):
        assert staff_client(nurse).post(url, posted).status_code in {302, 403, 409, 422}, url
        assert lesser.patient.alerts.open().count() == lesser.patient.alerts.count(), url


def test_the_role_counts_for_one_alert_and_for_all(
    nurse: StaffMember, clinician: StaffMember, emergency: Alert, lesser: Alert
) -> None:
    patient, nothing = lesser.patient, ShownState()
    for alert, call in ((emergency, Call(outcome="mistake", note="x")), (lesser, CLOSED), (None, CLOSED)):
        with pytest.raises(PermissionDenied):
            save_call(patient=patient, alert=alert, call=call, shown=nothing, by=nurse, now=at(21))
    assert not patient.alerts.filter(status=Alert.Status.CLOSED).exists()
    done = save_call(patient=patient, call=CLOSED, shown=nothing, by=clinician, now=at(21))
    assert len(done.closed) == patient.alerts.count()


def test_what_a_nurse_may_not_close_she_does_not_open_again(
    nurse: StaffMember, emergency: Alert, lesser: Alert
) -> None:
    # Closed by her: her role was another then.
    for alert in (emergency, lesser):
        close(alert=alert, by=nurse.user, now=at(21), outcome="mistake", note="x")
    shown = {alert.pk: alert.last_reported_at for alert in (emergency, lesser)}
    for refused in (
        lambda: undo_close_together(alert=lesser, by=nurse, now=at(21)),
        lambda: undo_close_row(patient=lesser.patient, shown=shown, by=nurse, now=at(21)),
        lambda: reopen(alert=emergency, why="x", by=nurse, now=at(21)),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert lesser.patient.alerts.filter(status=Alert.Status.CLOSED).count() == 2
    assert reopen(alert=lesser, why="x", by=nurse, now=at(21)).is_open


def test_a_nurse_sets_no_next_try_without_the_field_for_it(nurse: StaffMember, lesser: Alert) -> None:
    call = Call(result="no_answer", next_try_at=at(22), next_try_reason="x")
    with pytest.raises(PermissionDenied):
        save_call(patient=lesser.patient, alert=lesser, call=call, shown=ShownState(), by=nurse, now=at(21))


@pytest.mark.django_db(transaction=True)
def test_an_emergency_that_arrives_while_a_nurse_closes_all_stays_open(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus"])
    pus: Alert = patient.alerts.get()
    answers: list[Any] = []

    def press() -> None:
        try:
            told = {"result": "none", "then": "all", "outcome": "mistake", "note": "x"}
            answers.append(staff_client(nurse).post(patient_url(patient, "calls/"), told).status_code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=press)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        thread.start()
        wait_until_another_waits_for_the_lock()
        check_in(patient, 20.9, emergency=["eye"])
    thread.join(PATIENCE)

    assert patient.alerts.open().filter(level="emergency").exists()
    assert answers == [403]
    pus.refresh_from_db()
    assert pus.is_open


def wait_until_another_waits_for_the_lock() -> None:
    """Return once another connection waits for a row; on SQLite, which has no such locks, after a moment."""
    if connection.vendor != "postgresql":
        time.sleep(0.5)
        return
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waited for the lock")
