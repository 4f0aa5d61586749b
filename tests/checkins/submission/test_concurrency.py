"""Check-ins at the same moment: the patient's row is locked, so that each sees the other."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Dispatch
from aftercare.checkins.submission import actions
from aftercare.checkins.submission.actions import Receipt, Status
from aftercare.checkins.submission.placement import place
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.at_once import PATIENCE, at_once
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db(transaction=True)


class Paused:
    """The first submission stops after reading the history, until it is let go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.release = threading.Event()
        self.first = True
        self.place = place

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.first:
            self.first = False
            self.reached.set()
            assert self.release.wait(PATIENCE)
        return self.place(*args, **kwargs)


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paused]:
    pause = Paused()
    monkeypatch.setattr(actions, "place", pause)
    yield pause
    pause.release.set()


def in_its_own_connection(*args: Any, **said: Any) -> Receipt:
    try:
        return check_in(*args, **said)
    finally:
        connections.close_all()


def test_a_second_check_in_waits_for_the_first_and_sees_it(
    patient: Patient, procedure: Procedure, paused: Paused
) -> None:
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(in_its_own_connection, patient, 24, redness=0)
        assert paused.reached.wait(PATIENCE)
        second = threads.submit(in_its_own_connection, patient, 30, redness=2)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.5)
        paused.release.set()

        assert first.result(PATIENCE).rules == ()
        assert second.result(PATIENCE).rules == ("sudden_return.redness",)


def test_patients_do_not_wait_for_each_other(
    patient: Patient, stranger: Patient, paused: Paused, settings: Any
) -> None:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        # SQLite lets one writer in at a time, whoever the patient is: there is nothing to tell apart.
        paused.release.set()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(in_its_own_connection, patient, 24)
        assert paused.reached.wait(PATIENCE)

        assert threads.submit(in_its_own_connection, stranger, 24).result(PATIENCE).status == Status.STORED
        paused.release.set()
        assert first.result(PATIENCE).status == Status.STORED


def test_the_same_token_at_the_same_moment_is_stored_once_and_told_once(
    patient: Patient, procedure: Procedure
) -> None:
    token = uuid.uuid4()

    receipts = at_once(*[lambda: check_in(patient, 20, token=token, signs=["pus"])] * 4)

    assert [receipt for receipt in receipts if not isinstance(receipt, Receipt)] == []
    stored = [receipt for receipt in receipts if isinstance(receipt, Receipt)]
    assert sorted(str(receipt.status) for receipt in stored) == [
        "duplicate",
        "duplicate",
        "duplicate",
        "stored",
    ]
    assert len({receipt.check_in.pk for receipt in stored}) == 1
    assert patient.check_ins.count() == patient.alerts.count() == Dispatch.objects.count() == 1


def test_one_token_with_different_answers_at_the_same_moment_makes_a_line_of_corrections(
    patient: Patient, procedure: Procedure
) -> None:
    token = uuid.uuid4()

    receipts = at_once(
        lambda: check_in(patient, 20, token=token, redness=1),
        lambda: check_in(patient, 20, token=token, redness=2),
        lambda: check_in(patient, 20, token=token, redness=3),
    )

    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert patient.check_ins.count() == 3
    assert patient.check_ins.not_superseded().count() == 1


def test_the_same_flag_in_two_check_ins_at_once_opens_one_alert(
    patient: Patient, procedure: Procedure
) -> None:
    receipts = at_once(*[lambda: check_in(patient, 20, signs=["pus"])] * 2)

    assert sorted(receipt.dispatched for receipt in receipts if isinstance(receipt, Receipt)) == [False, True]
    assert patient.alerts.count() == 1
    assert patient.alerts.get().findings.count() == 2


def test_a_check_in_and_an_acknowledgement_at_once_do_not_block_each_other_for_good(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus"])
    alert = patient.alerts.get()

    done = at_once(
        lambda: check_in(patient, 21, signs=["pus", "hives"]).rules,
        lambda: acknowledge(alert=alert, by=nurse.user, now=at(21)).rule,
    )

    assert done == [("hives", "pus"), "pus"]
