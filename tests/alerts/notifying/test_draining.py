"""Many dispatches become messages in one transaction, which one that fails, or another worker, does not hold up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.models import ContactStep, Dispatch
from aftercare.alerts.notifying import notifications
from aftercare.alerts.notifying.notifications import drain
from aftercare.alerts.on_call.recipients import recipients_of
from aftercare.outbox.models import Message
from aftercare.people.models import Patient
from tests.at_once import PATIENCE, at_once
from tests.factories import (
    ClinicFactory,
    PatientFactory,
    ProcedureFactory,
    at,
    check_in,
    person,
)


def patients_of(clinics: int) -> list[Patient]:
    """Return a patient of each of so many new clinics, with a nurse, a rota and a first step of ten minutes."""
    made = []
    for number in range(clinics):
        clinic = ClinicFactory.create()
        step = ContactStep.objects.create(clinic=clinic, position=0, wait_min=10, on_duty=True)
        step.members.add(person(clinic, f"Nurse{clinic.pk}", "nurse"))
        made.append(PatientFactory.create(clinic=clinic))
        ProcedureFactory.create(patient=made[number])
    return made


def told() -> set[object]:
    """The ids of the patients about whom there is a message."""
    return set(Message.objects.values_list("thread", flat=True))


def ids(patients: list[Patient]) -> set[object]:
    return {patient.pk for patient in patients}


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_dispatches_and_clinics() -> None:
    (one,), several = patients_of(1), patients_of(4)
    check_in(one, 1, emergency=["eye"])
    few = queries_of(lambda: drain(at(1)))

    for patient in several:
        check_in(patient, 2, emergency=["eye"])
    many = queries_of(lambda: drain(at(2)))

    assert told() == ids([one, *several])
    assert many == few


@pytest.mark.django_db
def test_a_run_goes_on_until_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "BATCH", 2)
    patients = patients_of(5)
    for patient in patients:
        check_in(patient, 1, signs=["pus"])

    assert drain(at(1)) == 5

    assert told() == ids(patients)
    assert not Dispatch.objects.filter(drained_at=None).exists()


def fails_for(patient: Patient, act: Callable[[], object]) -> Callable[..., Any]:
    """Return `recipients_of`, with a fault for the dispatches about one patient."""

    def found(dispatch: Dispatch, *args: Any) -> list[int]:
        if dispatch.patient_id == patient.pk:
            act()
        return recipients_of(dispatch, *args)

    return found


def a_bug() -> None:
    raise ValueError("a fault")


def a_refusal_of_the_database() -> None:
    Dispatch.objects.update(decided_at=None)


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [a_bug, a_refusal_of_the_database])
def test_a_dispatch_that_fails_blocks_no_other_of_its_batch(
    fault: Callable[[], None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, poison, last = patients_of(3)
    for patient in (first, poison, last):
        check_in(patient, 1, signs=["pus"])
    monkeypatch.setattr(notifications, "recipients_of", fails_for(poison, fault))

    for _time in range(2):
        drain(at(1))

    assert told() == ids([first, last])
    (left,) = Dispatch.objects.filter(drained_at=None)
    assert left.patient == poison
    assert caplog.text.count(f"dispatch {left.pk} could not be expanded") == 2
    monkeypatch.undo()
    drain(at(1))
    assert poison.pk in told()


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_is_at_work_on_holds_up_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, *others = patients_of(3)
    check_in(first, 0.9, signs=["pus"])
    for patient in others:
        check_in(patient, 1, signs=["pus"])
    begun, done = threading.Event(), threading.Event()

    def wait_for_the_other() -> None:
        begun.set()
        # SQLite lets one writer in at a time: there the other goes on when this one is through.
        done.wait(PATIENCE if connection.vendor == "postgresql" else 0.5)

    monkeypatch.setattr(notifications, "BATCH", 1)
    monkeypatch.setattr(notifications, "recipients_of", fails_for(first, wait_for_the_other))

    def drain_meanwhile() -> int:
        assert begun.wait(PATIENCE)
        drained = drain(at(1))
        done.set()
        return drained

    one, other = at_once(lambda: drain(at(1)), drain_meanwhile)

    assert [one, other] == [1, 2] or connection.vendor != "postgresql"
    assert told() == ids([first, *others])
    assert Message.objects.count() == 3
    assert "could not be expanded" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_batch_of_a_worker_that_dies_is_drained_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    patients = patients_of(2)
    for patient in patients:
        check_in(patient, 1, signs=["pus"])

    class DeathError(BaseException):
        """The process ends in the midst of a batch."""

    def die() -> None:
        raise DeathError

    monkeypatch.setattr(notifications, "recipients_of", fails_for(patients[1], die))
    with pytest.raises(DeathError):
        drain(at(1))
    assert not Message.objects.exists()
    monkeypatch.undo()

    assert drain(at(2)) == 2
    assert told() == ids(patients)
