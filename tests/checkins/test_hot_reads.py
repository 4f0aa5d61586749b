"""The compiled reads of check-ins find what their query sets find."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model, QuerySet

from aftercare.alerts import raising
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import KIND
from aftercare.checkins.follow_up import confirmation, non_response
from aftercare.checkins.form.page import FormPage
from aftercare.checkins.models import CheckIn, hot_reads
from aftercare.checkins.pages import lead, result
from aftercare.checkins.pages.sent import sent_check_in
from aftercare.database.compiled_queries import CompiledQuery
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import PatientFactory, ProcedureFactory, at, check_in, someone, treated
from tests.people.test_hot_reads import columns


@pytest.fixture
def patients(patient: Patient, nurse: StaffMember) -> list[Patient]:
    """Patients without a procedure, with several, with corrections and with check-ins about several areas."""
    chance = random.Random(11)
    everybody = [patient, someone(patient, "Ann"), PatientFactory.create(clinic=patient.clinic)]
    everybody += [someone(patient, f"Bo {number}") for number in range(5)]
    for one in everybody:
        for area in chance.choice([[], ["face"], ["face", "neck"]]):
            ProcedureFactory.create(
                patient=one,
                area=area,
                performed_at=at(chance.choice([-400, -100, 2])),
                recorded_by=nurse.user,
            )
        written: list[CheckIn] = []
        for day in range(chance.randint(0, 5)):
            h = 24 * day + chance.randint(3, 20)
            corrected = written.pop() if written and chance.random() < 0.3 else None
            receipt = check_in(
                one,
                h,
                redness=chance.randint(0, 3),
                signs=chance.choice([[], [], ["pus"], ["lumps", "spreading"]]),
                note=chance.choice(["", "sore"]),
                described=corrected.observed_at if corrected else None,
                supersedes=corrected,
            )
            written.append(receipt.check_in)
    for one in (everybody[1], everybody[3], everybody[4]):
        check_in(one, 126, redness=3)
        check_in(one, 127, described=at(106), redness=0)  # reveals that it came back
    return everybody


OF_A_PATIENT: dict[str, CompiledQuery[Any]] = {
    "check-ins": hot_reads.find_check_ins,
    "newest in a series": hot_reads.find_newest,
    "newest": non_response.find_newest,
    "alerts that may lead": lead.find_alerts,
    "open alerts, locked": raising.find_open,
}
OF_A_CHECK_IN: dict[str, CompiledQuery[Any]] = {
    "own alerts": lead.find_own_alerts,
    "later evaluations": result.find_later,
    "alerts reported": confirmation.find_alerts,
    "messages sent": confirmation.find_sent,
}


@pytest.mark.parametrize("name", OF_A_PATIENT)
def test_each_finds_the_rows_of_its_query_set_for_a_patient(name: str, patients: list[Patient]) -> None:
    read, found = OF_A_PATIENT[name], 0
    for one in patients:
        rows = read(patient=one.pk)
        assert [columns(row) for row in rows] == [columns(row) for row in read.build(patient=one.pk)]
        found += len(rows)
    assert found > 2


@pytest.mark.parametrize("name", OF_A_CHECK_IN)
def test_each_finds_the_rows_of_its_query_set_for_a_check_in(
    name: str, patients: list[Patient], nurse: StaffMember
) -> None:
    for alert in Alert.objects.all()[::2]:
        acknowledge(alert=alert, by=nurse.user, now=at(140))
    for dispatch in Dispatch.objects.all()[::2]:
        sent = {
            "state": Message.State.SENT,
            "created_at": at(140),
            "next_attempt_at": at(140),
            "finished_at": at(140),
        }
        Message.objects.create(kind=KIND, subject=dispatch.pk, recipient=nurse.user, **sent)
    read, found = OF_A_CHECK_IN[name], 0
    for one in CheckIn.objects.all():
        rows = read(check_in=one.pk)
        assert by_id(rows) == by_id(read.build(check_in=one.pk))
        found += len(rows)
    assert found > 0


def test_a_result_is_the_same_whether_one_read_says_what_there_is_or_all_is_read(
    patients: list[Patient], nurse: StaffMember
) -> None:
    for alert in Alert.objects.all()[::3]:
        acknowledge(alert=alert, by=nurse.user, now=at(140))
    kinds = set()
    for one in CheckIn.objects.select_related("patient__clinic"):
        read = sent_check_in(one.patient, one.pk)
        assert read is not None
        for now in (one.submitted_at, at(141)):
            assert result.result_context(read, one.patient, now) == result.result_context(
                one, one.patient, now
            )
        said = ("may_lead", "may_be_judged_again", "is_corrected", "has_other_procedures")
        kinds.add((result.is_newest(read), *(getattr(read, name) for name in said)))
    # Each has been true and false.
    assert [{kind[place] for kind in kinds} for place in range(5)] == [{True, False}] * 5


def test_nobody_reads_the_check_in_of_another(patients: list[Patient]) -> None:
    own = CheckIn.objects.filter(patient=patients[1]).first()
    assert own is not None
    assert sent_check_in(patients[1], own.pk) == own
    assert sent_check_in(patients[0], own.pk) is None


def test_a_result_with_nothing_beside_it_takes_one_read(
    patient: Patient, procedure: Procedure, django_assert_num_queries: Any
) -> None:
    receipt = check_in(patient, 30, redness=1)
    with django_assert_num_queries(1):
        found = sent_check_in(patient, receipt.check_in.pk)
        assert found is not None
        result.result_context(found, patient, at(30))


def by_id(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return sorted(map(columns, rows), key=lambda row: str(row["id"]))


def test_the_report_behind_few_and_many_alerts_is_the_same(patients: list[Patient]) -> None:
    for one in patients:
        alerts = list(one.alerts.all())
        for some in (alerts[:1], alerts[:2], alerts):
            rows: Iterable[Any] = lead.behind([alert.pk for alert in some])
            plain = [row.told_with for row in rows]
            report = lead.report_behind(some)
            assert ([report.check_in_id] if report else []) == plain
    assert lead.report_behind([]) is None


def test_the_lock_gives_the_risk_and_the_newest_expected_courses(
    patients: list[Patient], course_set: ExpectedCourseSet
) -> None:
    Patient.objects.filter(pk=patients[0].pk).update(at_risk=True)

    with transaction.atomic():
        assert hot_reads.lock_patient(patients[0]) == (True, course_set.pk)
        assert hot_reads.lock_patient(patients[1]) == (False, course_set.pk)
        with pytest.raises(Patient.DoesNotExist):
            hot_reads.lock_patient(PatientFactory.build())


def test_the_form_finds_the_last_check_in_of_the_series(patients: list[Patient], nurse: StaffMember) -> None:
    answered = 0
    for number, one in enumerate(patients):
        if number % 2:
            treated(one, nurse.user, 125)  # a newer treatment of the same area, without a check-in yet
        page = FormPage(one, at(130))
        in_order: QuerySet[CheckIn] = page.earlier.newest_first()
        assert page.last_entry == in_order.first()
        answered += page.last_entry is not None
    assert answered > 1
