"""Factories of the models, and functions that build the data of tests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import factory.declarations
import factory.django

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn
from aftercare.checkins.submission.actions import Receipt, submit_check_in
from aftercare.checkins.submission.submission import Submission
from aftercare.people.models import Clinic, Companion, Patient, Procedure, StaffMember, User
from aftercare.triage import Answers

# Its functions are not annotated; what they stand for is checked by the models' own types.
declare: Any = factory.declarations

# A Monday, two hours after the clinic opens; `at(h)` counts from it, and so does the procedure.
MONDAY = datetime(2026, 1, 12, 10, tzinfo=UTC)
WEEKDAYS = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}

# Every question answered, none of it of concern.
ORDINARY: dict[str, Any] = {
    "redness": 1,
    "pain": 0,
    "swelling": 0,
    "itch": 0,
    "came_back": "no",
    "signs": [],
    "unwell": [],
    "emergency": [],
    "want_contact": False,
}


def at(h: float = 0, *, minutes: float = 0, seconds: float = 0) -> datetime:
    """Return the instant so many hours, minutes and seconds after MONDAY."""
    return MONDAY + timedelta(hours=h, minutes=minutes, seconds=seconds)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = declare.Sequence(lambda number: f"person-{number}@test.example")
    first_name = "Robin"
    last_name = declare.Sequence(lambda number: f"Person-{number}")
    # No password: people sign in by e-mailed code.
    password = "!"


class ClinicFactory(factory.django.DjangoModelFactory[Clinic]):
    class Meta:
        model = Clinic

    name = declare.Sequence(lambda number: f"Clinic {number}")
    slug = declare.Sequence(lambda number: f"clinic-{number}")
    telephone = "0161 496 0123"
    out_of_hours_telephone = "0161 496 0199"
    emergency_number = "999"
    opening_hours = declare.LazyFunction(lambda: dict(WEEKDAYS))
    time_zone = "Europe/London"


class StaffMemberFactory(factory.django.DjangoModelFactory[StaffMember]):
    class Meta:
        model = StaffMember

    user = declare.SubFactory(UserFactory)
    clinic = declare.SubFactory(ClinicFactory)
    role = StaffMember.Role.NURSE


class PatientFactory(factory.django.DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    user = declare.SubFactory(UserFactory)
    clinic = declare.SubFactory(ClinicFactory)
    time_zone = "Europe/London"
    enrolled_at = MONDAY - timedelta(days=7)
    consent_version = declare.LazyAttribute(lambda patient: patient.clinic.consent_version)
    consented_at = declare.SelfAttribute("enrolled_at")


class ProcedureFactory(factory.django.DjangoModelFactory[Procedure]):
    class Meta:
        model = Procedure

    patient = declare.SubFactory(PatientFactory)
    kind = Procedure.Kind.MICRONEEDLING
    area = "face"
    performed_at = MONDAY
    recorded_at = declare.SelfAttribute("performed_at")
    recorded_by = declare.SubFactory(UserFactory)


def person(clinic: Clinic, name: str, role: str) -> StaffMember:
    """Create a staff member of `clinic`."""
    user = UserFactory.create(email=f"{name.lower()}@test.example", first_name=name, last_name="Test")
    return StaffMemberFactory.create(clinic=clinic, user=user, role=role)


def submission(
    *,
    token: uuid.UUID | None = None,
    described: datetime | None = None,
    procedure: Procedure | None = None,
    is_several: bool = False,
    supersedes: CheckIn | None = None,
    note: str = "",
    **answers: Any,
) -> Submission:
    """Return a filled-in form: ordinary answers but for those given. `described` None means now."""
    return Submission(
        token=token or uuid.uuid4(),
        answers=Answers.from_json({**ORDINARY, **answers}),
        note=note,
        observed_at=described,
        procedure_id=procedure.pk if procedure else None,
        is_several=is_several,
        supersedes_id=supersedes.pk if supersedes else None,
    )


def check_in(
    patient: Patient,
    h: float | datetime,
    *,
    by: User | None = None,
    companion: Companion | None = None,
    **said: Any,
) -> Receipt:
    """Submit through the real action at `h` hours after MONDAY, or at an instant; see `submission`."""
    now, by = h if isinstance(h, datetime) else at(h), by or patient.user
    filled = submission(**said)
    return submit_check_in(patient=patient, by=by, submission=filled, now=now, companion=companion)


def alert_of(patient: Patient, h: float, **answers: Any) -> Alert:
    """Submit a check-in at `h` hours and return the highest alert that it raises."""
    check_in(patient, h, **answers)
    worst: Alert = patient.alerts.filter(opened_at=at(h)).worst_first()[0]
    return worst


def someone(beside: Patient, name: str, **fields: Any) -> Patient:
    """Create another patient of the same clinic, treated at MONDAY."""
    user = UserFactory.create(first_name=name, last_name="Other")
    patient = PatientFactory.create(clinic=beside.clinic, user=user, **fields)
    ProcedureFactory.create(patient=patient, recorded_by=UserFactory.create())
    return patient


def treated(patient: Patient, by: User, h: float) -> Procedure:
    """Create a procedure of the patient at `h` hours."""
    return ProcedureFactory.create(patient=patient, performed_at=at(h), recorded_by=by)
