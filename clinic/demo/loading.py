"""Brings the stories into the database through the real actions, each at its own instant."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from aftercare.alerts.actions import acknowledge
from aftercare.alerts.models import ContactStep
from aftercare.checkins.actions import submit_check_in
from aftercare.checkins.submission import Submission
from aftercare.guidance.actions import publish_default_courses
from aftercare.people.actions import add_staff_member, enrol_patient
from aftercare.people.models import Clinic, Patient, StaffMember, User
from clinic.actions import record_procedure
from clinic.demo.stories import Report, Story, stories

STAFF = (
    ("nurse", StaffMember.Role.NURSE, "Ruth", "Adeyemi"),
    ("clinician", StaffMember.Role.CLINICIAN, "Tom", "Hale"),
    ("manager", StaffMember.Role.MANAGER, "Ann", "Lowe"),
)
SHORT_DAY, LONG_DAY = [["09:00", "18:00"]], [["09:00", "20:00"]]
WEEK = {"mon": SHORT_DAY, "tue": LONG_DAY, "wed": SHORT_DAY, "thu": LONG_DAY, "fri": SHORT_DAY}
SLUG = "larkfield"


@transaction.atomic
def load_clinic(*, number: int, patients: int, chance: random.Random, now: datetime) -> Clinic:
    """The `number`th demo clinic, from 1, with its staff and its first `patients` stories."""
    clinic = make_clinic(number)
    staff = [add_staff(clinic, number, *member) for member in STAFF]
    for position, member in enumerate(staff):
        ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
    nurse = staff[0].user
    # A set must be older than every check-in that it judges.
    publish_default_courses(clinic=clinic, by=nurse, now=now - timedelta(days=60))
    for record_number, told in enumerate(stories(patients, chance), start=1):
        load_story(
            told,
            clinic=clinic,
            number=number,
            record_number=record_number,
            nurse=nurse,
            chance=chance,
            now=now,
        )
    return clinic


def slug_of(number: int) -> str:
    return SLUG if number == 1 else f"{SLUG}-{number}"


def address(local: str, number: int) -> str:
    """An address of the first clinic as it stands; of a later one with the clinic's number in it."""
    return local if number == 1 else local.replace("@", f".{number}@")


def make_clinic(number: int) -> Clinic:
    return Clinic.objects.create(
        name="Larkfield Skin Clinic" if number == 1 else f"Larkfield Skin Clinic {number}",
        slug=slug_of(number),
        telephone="0161 496 0123",
        out_of_hours_telephone="0161 496 0199",
        emergency_number="999",
        opening_hours=WEEK,
        time_zone="Europe/London",
    )


def add_staff(
    clinic: Clinic, number: int, name: str, role: str, first_name: str, last_name: str
) -> StaffMember:
    email = address(f"{name}@demo.example", number)
    return add_staff_member(clinic=clinic, email=email, role=role, first_name=first_name, last_name=last_name)


def load_story(
    told: Story,
    *,
    clinic: Clinic,
    number: int,
    record_number: int,
    nurse: User,
    chance: random.Random,
    now: datetime,
) -> None:
    """Enrol the patient, record the procedure, then let everything happen in order."""
    performed_at = now - timedelta(hours=told.performed_h)
    patient = enrol_patient(
        clinic=clinic,
        by=nurse,
        now=performed_at - timedelta(days=2),
        email=address(told.email, number),
        first_name=told.first_name,
        last_name=told.last_name,
        date_of_birth=date(chance.randint(1955, 2005), chance.randint(1, 12), chance.randint(1, 28)),
        record_number=f"L-{record_number:05}",
        # From the range of numbers that are given to nobody, kept for drama.
        call_back_telephone=f"07700 900{record_number % 1000:03}",
        intake=list(told.intake),
    )
    act_out(told, patient=patient, performed_at=performed_at, nurse=nurse, chance=chance)


def act_out(
    told: Story, *, patient: Patient, performed_at: datetime, nurse: User, chance: random.Random
) -> None:
    """The procedure, recorded ten minutes later, and the check-ins after it."""
    recorded_at = performed_at + timedelta(minutes=10)
    record_procedure(
        patient=patient, by=nurse, now=recorded_at, kind=told.kind, area=told.area, performed_at=performed_at
    )
    for report in told.reports:
        token = UUID(int=chance.getrandbits(128), version=4)
        load_report(report, patient=patient, performed_at=performed_at, token=token, nurse=nurse)


def load_report(
    report: Report, *, patient: Patient, performed_at: datetime, token: UUID, nurse: User
) -> None:
    """Submit one check-in; the nurse takes on what it raised, where the story says so."""
    at = performed_at + timedelta(hours=report.h)
    submit_check_in(
        patient=patient, by=patient.user, submission=Submission(token=token, answers=report.answers), now=at
    )
    if report.acknowledged_after_min is not None:
        later = at + timedelta(minutes=report.acknowledged_after_min)
        for alert in patient.alerts.filter(opened_at=at):
            acknowledge(alert=alert, by=nurse, now=later)
