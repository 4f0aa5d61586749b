"""A check-in is a change of the queue only where it ends a silence; what it reports is one by its alerts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from aftercare.alerts.models import QueueChange
from aftercare.checkins.follow_up.non_response import record_missed_check_ins
from aftercare.checkins.models import NonResponse
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import at, check_in

PATIENCE = 10.0  # seconds


@pytest.mark.usefixtures("course_set")
def test_a_check_in_that_reports_nothing_is_no_change(patient: Patient, procedure: Procedure) -> None:
    before = QueueChange.objects.count()
    check_in(patient, 20)
    assert QueueChange.objects.count() == before
    check_in(patient, 21, signs=["pus"])
    assert QueueChange.objects.count() > before


@pytest.mark.usefixtures("course_set")
def test_a_check_in_that_ends_a_silence_is_seen_at_once(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    record_missed_check_ins(at(56))
    with frozen_at(at(56)):
        client = staff_client(nurse)
        assert "Amara" in words(client.get(QUEUE))
        check_in(patient, 56)
        assert "Amara" not in words(client.get(QUEUE))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("course_set")
def test_an_entry_of_the_same_moment_is_a_change_after_the_check_in(
    patient: Patient, procedure: Procedure
) -> None:
    began = threading.Event()

    def note() -> None:
        try:
            began.set()
            NonResponse.objects.create(
                patient=patient, silent_since=at(0), procedure=procedure, noted_at=at(56)
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            check_in(patient, 56)
            before = QueueChange.objects.count()
            noted = threads.submit(note)
            assert began.wait(PATIENCE)
            with pytest.raises(TimeoutError):
                noted.result(timeout=0.5)
        noted.result(PATIENCE)
    assert QueueChange.objects.count() > before
