"""A clinic with many signed-in patients, in the database of this process's settings."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare.checkins.models import Assessment, CheckIn
from aftercare.guidance.actions.courses import publish_default_courses
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from aftercare.triage import RULESET_VERSION, Answers
from bench.support.sessions import signed_in

PERFORMED_H = 30.0  # hours between the procedure and the check-in measured
QUIET = Answers.from_json(
    {
        "emergency": [],
        "redness": 1,
        "pain": 2,
        "painkiller": "helped",
        "swelling": 1,
        "itch": 1,
        "came_back": "no",
        "signs": [],
        "unwell": [],
        "want_contact": False,
    }
)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A clinic, its nurse, and its expected courses."""

    clinic: Clinic
    nurse: User
    courses: ExpectedCourseSet


def open_practice(now: datetime, slug: str = "riverside") -> Practice:
    """Create a clinic with the shipped expected courses, a nurse and a clinician."""
    clinic = Clinic.objects.create(
        name="Riverside Skin Clinic",
        slug=slug,
        telephone="0161 496 0123",
        out_of_hours_telephone="0161 496 0999",
        emergency_number="999",
        opening_hours=ALWAYS_OPEN | {"sat": [["09:00", "13:00"]], "sun": []},
        time_zone="Europe/London",
    )
    member = add_staff_member(
        clinic=clinic,
        email=f"nurse@{slug}.example",
        role=StaffMember.Role.NURSE,
        first_name="Nora",
        last_name="Lind",
    )
    add_staff_member(
        clinic=clinic,
        email=f"clinician@{slug}.example",
        role=StaffMember.Role.CLINICIAN,
        first_name="Dan",
        last_name="Okoro",
    )
    courses = publish_default_courses(clinic=clinic, by=member.user, now=now)
    return Practice(clinic=clinic, nurse=member.user, courses=courses)


def hire(clinic: Clinic, count: int) -> None:
    """Add nurses to a clinic."""
    users = User.objects.bulk_create(
        User(
            email=f"nurse.{number}@{clinic.slug}.example",
            first_name="Nurse",
            last_name=f"No {number}",
            password="!",
        )
        for number in range(count)
    )
    StaffMember.objects.bulk_create(
        StaffMember(user=user, clinic=clinic, role=StaffMember.Role.NURSE) for user in users
    )


def enrol(practice: Practice, now: datetime, *, patients: int, earlier: int) -> list[str]:
    """Create patients treated 30 h ago with `earlier` quiet check-ins each. Returns their session keys."""
    group = uuid.uuid4().hex[:8]
    users = User.objects.bulk_create(
        User(email=f"{group}.{number}@example.org", first_name="Pat", last_name=f"No {number}", password="!")
        for number in range(patients)
    )
    enrolled = Patient.objects.bulk_create(
        Patient(
            user=user,
            clinic=practice.clinic,
            time_zone="Europe/London",
            enrolled_at=now,
            consent_version=practice.clinic.consent_version,
            consented_at=now,
        )
        for user in users
    )
    performed_at = now - timedelta(hours=PERFORMED_H)
    procedures = Procedure.objects.bulk_create(
        Procedure(
            patient=patient,
            kind=Procedure.Kind.MICRONEEDLING,
            area="face",
            performed_at=performed_at,
            recorded_at=now,
            recorded_by=practice.nurse,
        )
        for patient in enrolled
    )
    report(practice, procedures, now, check_ins=earlier)
    return signed_in(users)


def report(practice: Practice, procedures: Iterable[Procedure], now: datetime, *, check_ins: int) -> None:
    """Create quiet check-ins of each procedure, evenly spaced over the day before `now`."""
    step = timedelta(hours=24) / (check_ins + 1)
    times = [now - timedelta(hours=24) + step * (number + 1) for number in range(check_ins)]
    answers = QUIET.to_json()
    rows = CheckIn.objects.bulk_create(
        CheckIn(
            patient_id=procedure.patient_id,
            procedure=procedure,
            course_set=practice.courses,
            number=number,
            token=uuid.uuid4(),
            submitted_at=at,
            submitted_by_id=procedure.patient.user_id,
            observed_at=at,
            answers=answers,
            level="expected",
        )
        for procedure in procedures
        for number, at in enumerate(times)
    )
    Assessment.objects.bulk_create(
        Assessment(
            check_in=row,
            caused_by=row,
            reason=Assessment.Reason.SUBMITTED,
            at=row.submitted_at,
            level=row.level,
            ruleset_version=RULESET_VERSION,
        )
        for row in rows
    )
