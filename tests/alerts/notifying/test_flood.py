"""Flood control, from check-ins to mails: every event is covered by a mail, and nobody is flooded."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db


def sent(now: datetime) -> list[EmailMessage]:
    """The mails that leave with a sweep."""
    before = len(mail.outbox)
    sweep(lambda: now)
    return mail.outbox[before:]


def covered() -> set[UUID]:
    """The ids of all messages that the mails stand for."""
    headers = [str(each.extra_headers["X-Aftercare-Message"]) for each in mail.outbox]
    return {UUID(part) for header in headers for part in header.split(", ")}


@pytest.fixture
def newcomers(clinic: Clinic, nurse: StaffMember) -> Callable[[], Patient]:
    """Further patients of the clinic, treated at MONDAY."""

    def newcomer() -> Patient:
        patient: Patient = PatientFactory.create(clinic=clinic)
        ProcedureFactory.create(patient=patient, recorded_by=nurse.user)
        return patient

    return newcomer


def test_two_check_ins_of_one_patient_at_once_are_one_mail(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, at(1), signs=["pus"])
    check_in(patient, at(1, seconds=5), emergency=["eye"])

    mails = sent(at(1, seconds=6))

    assert len(mails) == 1
    assert f"/clinic/alerts/{patient.alerts.get(rule='eye_involved').pk}/" in str(mails[0].body)
    assert covered() == set(Message.objects.values_list("pk", flat=True))


def test_an_emergency_after_a_lesser_alert_is_told_at_once(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, at(1), signs=["pus"])
    assert len(sent(at(1))) == 1
    check_in(patient, at(1, seconds=5), emergency=["eye"])

    assert len(sent(at(1, seconds=5))) == 1


def test_what_follows_within_the_minute_is_told_when_it_is_over(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, at(1), emergency=["eye"])
    assert len(sent(at(1))) == 1
    check_in(patient, at(1, seconds=5), emergency=["airway_swelling"])

    assert sent(at(1, seconds=30)) == []
    assert len(sent(at(1, seconds=60))) == 1
    assert covered() == set(Message.objects.values_list("pk", flat=True))


def test_what_was_acknowledged_meanwhile_is_not_told_again(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, at(1), emergency=["eye"])
    sent(at(1))
    check_in(patient, at(1, seconds=5), emergency=["airway_swelling"])
    sent(at(1, seconds=6))
    for alert in patient.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=at(1, seconds=20))

    assert sent(at(1, seconds=60)) == []
    assert set(Message.objects.values_list("state", flat=True)) == {"sent", "withdrawn"}


def test_a_burst_is_one_mail_after_the_first_five_and_emergencies_go_singly(
    newcomers: Callable[[], Patient],
) -> None:
    for _number in range(20):
        check_in(newcomers(), at(1), signs=["pus"])
    emergencies = [newcomers() for _number in range(3)]
    for patient in emergencies:
        check_in(patient, at(1), emergency=["eye"])

    mails = sent(at(1))

    assert len(mails) == 3 + 5 + 1
    first = "".join(str(each.body) for each in mails[:3])
    for patient in emergencies:
        assert f"/clinic/alerts/{patient.alerts.get(rule='eye_involved').pk}/" in first
    digest = mails[-1]
    assert digest.subject == "Urgent: 15 check-ins need a person"
    assert "/clinic/\n" in f"{digest.body}\n"
    for detail in ("pus", "urgent", "Robin", "Person-"):
        assert detail not in f"{digest.subject} {digest.body}"
    assert covered() == set(Message.objects.values_list("pk", flat=True))


def test_a_drill_is_never_mixed_with_what_is_real(
    newcomers: Callable[[], Patient], clinic: Clinic, manager: StaffMember
) -> None:
    for _number in range(20):
        check_in(newcomers(), at(1), signs=["pus"])
    start_drill(clinic=clinic, by=manager.user, now=at(1))

    mails = sent(at(1))

    drills = [each for each in mails if each.subject.startswith("DRILL")]
    assert len(drills) == 2
    for each in drills:
        assert "," not in str(each.extra_headers["X-Aftercare-Message"])
