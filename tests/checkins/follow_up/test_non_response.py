"""Patients from whom nothing comes."""

from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from aftercare.alerts.actions.closing import close
from aftercare.alerts.models import Dispatch
from aftercare.checkins.follow_up import non_response
from aftercare.checkins.follow_up.non_response import (
    non_responders,
    record_missed_check_ins,
    record_silence_after_alerts,
)
from aftercare.checkins.models import NonResponse
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember, User
from aftercare.triage import missed_check_ins
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db


def told_of_silence() -> list[Dispatch]:
    return list(Dispatch.objects.filter(reason=Dispatch.Reason.SILENT))


def test_silence_after_an_alert_is_told_once_for_a_check_in(patient: Patient, procedure: Procedure) -> None:
    newest = check_in(patient, 1, signs=["lumps"]).check_in

    assert [record_silence_after_alerts(at(h)) for h in (24.9, 25, 25.1, 50)] == [0, 1, 0, 0]

    [dispatch] = told_of_silence()
    assert (dispatch.event, dispatch.due_at, dispatch.step) == (newest.pk, at(25), 0)
    alert = patient.alerts.get()
    assert alert.silent_since == at(25)
    event = Event.objects.get(verb=Event.Verb.NOTED_SILENCE)
    assert (event.subject, event.actor) == (alert.pk, User.objects.system())


def test_silence_that_falls_in_the_night_is_told_when_the_clinic_opens(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 12, signs=["lumps"])

    record_silence_after_alerts(at(36))

    # Tuesday 22:00; the clinic opens on Wednesday at 08:00.
    assert told_of_silence()[0].due_at == at(46)


def test_another_report_and_another_silence_are_told_again(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 1, signs=["lumps"])
    record_silence_after_alerts(at(25))
    check_in(patient, 26, signs=["lumps"])

    assert record_silence_after_alerts(at(50)) == 1
    assert len(told_of_silence()) == 2


def test_a_closed_alert_ends_it(patient: Patient, procedure: Procedure, nurse: StaffMember) -> None:
    check_in(patient, 1, signs=["lumps"])
    close(alert=patient.alerts.get(), by=nurse.user, now=at(2), outcome="advice_given", note="Seen.")

    assert record_silence_after_alerts(at(30)) == 0


def test_one_patients_fault_keeps_no_other_silence_from_being_told(
    patient: Patient, stranger: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for person in (patient, stranger):
        check_in(person, 1, signs=["lumps"])
    silent_alerts = non_response.silent_alerts

    def fails_for_the_patient(person: Patient, *rest: object) -> object:
        if person == patient:
            raise ValueError("a fault")
        return silent_alerts(person, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(non_response, "silent_alerts", fails_for_the_patient)

    assert record_silence_after_alerts(at(30)) == 1
    assert [dispatch.patient for dispatch in told_of_silence()] == [stranger]
    assert str(patient.pk) in caplog.text


def test_who_misses_check_ins_comes_on_the_list_once(patient: Patient, procedure: Procedure) -> None:
    assert [record_missed_check_ins(at(h)) for h in (47.9, 48, 48.1)] == [0, 1, 0]

    row = non_responders([patient.clinic_id]).get()
    assert (row.patient, row.procedure, row.silent_since, row.noted_at) == (patient, procedure, at(0), at(48))


def test_one_patients_fault_keeps_no_other_off_the_list(
    patient: Patient, stranger: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for h, person in enumerate((patient, stranger)):
        ProcedureFactory.create(patient=person, performed_at=at(h))

    def fails_for_the_first(*, performed_at: datetime, **rest: object) -> bool:
        if performed_at == at(0):
            raise ValueError("a fault")
        return missed_check_ins(performed_at=performed_at, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(non_response, "missed_check_ins", fails_for_the_first)

    assert record_missed_check_ins(at(60)) == 1
    assert NonResponse.objects.get().patient == stranger
    assert str(patient.pk) in caplog.text


def test_a_check_in_takes_the_patient_off_the_list(patient: Patient, procedure: Procedure) -> None:
    record_missed_check_ins(at(48))
    check_in(patient, 50)

    assert not non_responders([patient.clinic_id]).exists()
    assert record_missed_check_ins(at(97.9)) == 0
    assert record_missed_check_ins(at(98)) == 1
    assert [row.silent_since for row in non_responders([patient.clinic_id])] == [at(50)]


def test_a_new_procedure_takes_the_patient_off_the_list(patient: Patient, procedure: Procedure) -> None:
    record_missed_check_ins(at(48))
    ProcedureFactory.create(patient=patient, performed_at=at(60))

    assert not non_responders([patient.clinic_id]).exists()


def test_the_longest_silent_comes_first_and_other_clinics_are_left_out(
    clinic: Clinic, patient: Patient, stranger: Patient
) -> None:
    later = PatientFactory.create(clinic=clinic)
    for person, h in ((later, 10), (patient, 0), (stranger, 0)):
        ProcedureFactory.create(patient=person, performed_at=at(h))

    assert record_missed_check_ins(at(60)) == 3

    assert [row.patient for row in non_responders([clinic.pk])] == [patient, later]


@pytest.mark.parametrize(("h", "listed"), [(168, 1), (168.01, 0)])
def test_after_a_week_nobody_is_put_on_the_list(
    patient: Patient, procedure: Procedure, h: float, listed: int
) -> None:
    assert record_missed_check_ins(at(h)) == listed


def test_without_a_procedure_nobody_is_missed(patient: Patient) -> None:
    check_in(patient, 0)

    assert record_missed_check_ins(at(100)) == 0
    assert not NonResponse.objects.exists()


def test_a_procedure_that_is_still_to_come_is_not_counted_from(patient: Patient) -> None:
    ProcedureFactory.create(patient=patient, performed_at=at(0))
    ProcedureFactory.create(patient=patient, performed_at=at(50))

    assert record_missed_check_ins(at(49)) == 1


def test_of_two_procedures_at_one_instant_the_silence_counts_once(patient: Patient) -> None:
    for _area in range(2):
        ProcedureFactory.create(patient=patient, performed_at=at(0))

    assert record_missed_check_ins(at(48)) == 1


class TestManyPatients:
    """The walk is bounded: no statement looks at more than one batch, and old procedures are not looked at."""

    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(non_response, "BATCH", 3)

    @staticmethod
    def treat(clinic: Clinic, number: int, h: float = 0) -> None:
        for one in range(number):
            ProcedureFactory.create(
                patient=PatientFactory.create(clinic=clinic), performed_at=at(h, seconds=one // 2)
            )

    def test_everybody_is_found_whatever_the_batch(self, clinic: Clinic) -> None:
        self.treat(clinic, 10)

        assert record_missed_check_ins(at(49)) == 10
        assert record_missed_check_ins(at(50)) == 0
        assert NonResponse.objects.values("patient").distinct().count() == 10

    @pytest.mark.parametrize(("treated", "queries"), [(2, 3), (3, 4), (7, 9)])
    def test_each_batch_costs_three_queries(
        self, clinic: Clinic, treated: int, queries: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        self.treat(clinic, treated)

        # Two to read and one to write for each batch, and one that finds the end where the last one was full.
        with django_assert_num_queries(queries):
            assert record_missed_check_ins(at(49)) == treated

    def test_patients_treated_long_ago_or_just_now_cost_nothing(
        self, clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        self.treat(clinic, 7, h=-200)
        self.treat(clinic, 7, h=30)

        with django_assert_num_queries(1):
            assert record_missed_check_ins(at(49)) == 0
