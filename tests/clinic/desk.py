"""Working at the clinic's desk: signing in, opening pages, pressing buttons."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, Procedure, StaffMember, User
from tests.people import PatientFactory, ProcedureFactory, UserFactory, at, check_in

# What every page of staff asks besides its own: whether everybody can be reached.
STANDING = 2

QUEUE = "/clinic/"
PATIENTS = "/clinic/patients/"
STAFF = "/clinic/staff/"
ENROL = "/clinic/patients/enrol/"


def desk(member: StaffMember | Patient) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(member.user)
    return client


def alert_url(alert: Alert, act: str = "") -> str:
    """The page of an alert, or where one of its buttons goes: "acknowledge", "close"."""
    return f"/clinic/alerts/{alert.pk}/{f'{act}/' if act else ''}"


def patient_url(patient: Patient, act: str = "") -> str:
    return f"/clinic/patients/{patient.pk}/{act}"


def words(response: Any) -> str:
    """What a page says, without its markup and with single spaces."""
    from django.utils.html import strip_tags

    assert isinstance(response, HttpResponse)
    return " ".join(strip_tags(response.content.decode().replace("<", " <")).replace("&#x27;", "'").split())


def someone(beside: Patient, name: str, **fields: Any) -> Patient:
    """Another patient of the same clinic, treated at MONDAY."""
    user = UserFactory.create(first_name=name, last_name="Other")
    patient = PatientFactory.create(clinic=beside.clinic, user=user, **fields)
    ProcedureFactory.create(patient=patient, recorded_by=UserFactory.create())
    return patient


def alert_of(patient: Patient, h: float, **answers: Any) -> Alert:
    """The worst alert that a check-in at `h` hours raises."""
    check_in(patient, h, **answers)
    worst: Alert = patient.alerts.filter(opened_at=at(h)).worst_first()[0]
    return worst


def treated(patient: Patient, by: User, h: float) -> Procedure:
    """A procedure of the patient at `h` hours."""
    return ProcedureFactory.create(patient=patient, performed_at=at(h), recorded_by=by)
