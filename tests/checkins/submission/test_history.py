"""The history of a patient, loaded in a fixed number of queries."""

import pytest
from pytest_django import DjangoAssertNumQueries

from aftercare.checkins.submission.history import History
from aftercare.people.models import Patient, Procedure, StaffMember
from aftercare.triage import DEFAULT_COURSES
from tests.factories import ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db


def history(patient: Patient) -> History:
    return History.of(patient, None)


def test_reading_takes_two_queries_however_long_the_history_is(
    patient: Patient, procedure: Procedure, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for h in range(1, 9):
        check_in(patient, h)

    with django_assert_num_queries(2):
        read = history(patient)
        assert len(read.series(procedure)) == 8


def test_the_series_of_a_procedure_holds_its_standing_entries_only(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    later = ProcedureFactory.create(patient=patient, performed_at=at(100), recorded_by=nurse.user)
    first = check_in(patient, 20).check_in
    corrected = check_in(patient, 21, described=at(20), supersedes=first).check_in
    check_in(patient, 22, described=at(60), emergency=["eye"])
    other = check_in(patient, 110).check_in

    read = history(patient)

    assert [entry.key for entry in read.series(procedure)] == [corrected.pk]
    assert [entry.key for entry in read.series(later)] == [other.pk]
    assert read.series(None) == []


def test_an_entry_carries_the_course_of_its_procedures_kind(patient: Patient, nurse: StaffMember) -> None:
    procedure = ProcedureFactory.create(patient=patient, kind="rf", recorded_by=nurse.user)
    check_in(patient, 20)

    [entry] = history(patient).series(procedure)

    assert (entry.at, entry.course) == (at(20), DEFAULT_COURSES["rf"])


@pytest.mark.parametrize(("h", "position"), [(-0.01, None), (0, 0), (99.99, 0), (100, 1), (500, 1)])
def test_the_procedure_at_an_instant_is_the_latest_at_or_before_it(
    patient: Patient, procedure: Procedure, h: float, position: int | None
) -> None:
    second = ProcedureFactory.create(patient=patient, performed_at=at(100))
    procedures = [procedure, second]

    found = history(patient).procedure_at(at(h))

    assert found == (None if position is None else procedures[position])


def test_of_two_areas_treated_at_one_time_the_one_recorded_last_is_the_latest(patient: Patient) -> None:
    neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(), recorded_at=at(minutes=9))
    ProcedureFactory.create(patient=patient, performed_at=at(), recorded_at=at(minutes=5))

    assert history(patient).procedure_at(at(20)) == neck
    assert check_in(patient, 20).check_in.procedure == neck


def test_another_patients_records_are_not_found(patient: Patient, stranger: Patient) -> None:
    theirs = check_in(stranger, 1).check_in
    procedure = ProcedureFactory.create(patient=stranger)

    read = history(patient)

    assert read.check_in(theirs.pk) is None
    assert read.procedure(procedure.pk) is None
