"""A signed-in test client, the addresses of the pages of staff, and helpers to read them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, Procedure, StaffMember, User
from tests.people import PatientFactory, ProcedureFactory, UserFactory, at, check_in

# Queries that every page of staff makes for its banners.
BANNER_QUERIES = 2

QUEUE = "/clinic/"
PATIENTS = "/clinic/patients/"
STAFF = "/clinic/staff/"
ENROL = "/clinic/patients/enrol/"


def staff_client(member: StaffMember | Patient) -> Client:
    """Return a test client with this person signed in."""
    client = Client()
    client.force_login(member.user)
    return client


def alert_url(alert: Alert, act: str = "") -> str:
    """Return the path of an alert, or of one of its actions: "acknowledge", "close"."""
    return f"/clinic/alerts/{alert.pk}/{f'{act}/' if act else ''}"


def patient_url(patient: Patient, act: str = "") -> str:
    return f"/clinic/patients/{patient.pk}/{act}"


def words(response: Any) -> str:
    """Return the text of a page without markup, white space collapsed."""
    from django.utils.html import strip_tags

    assert isinstance(response, HttpResponse)
    return " ".join(strip_tags(response.content.decode().replace("<", " <")).replace("&#x27;", "'").split())


def someone(beside: Patient, name: str, **fields: Any) -> Patient:
    """Create another patient of the same clinic, treated at MONDAY."""
    user = UserFactory.create(first_name=name, last_name="Other")
    patient = PatientFactory.create(clinic=beside.clinic, user=user, **fields)
    ProcedureFactory.create(patient=patient, recorded_by=UserFactory.create())
    return patient


def alert_of(patient: Patient, h: float, **answers: Any) -> Alert:
    """Submit a check-in at `h` hours and return the highest alert that it raises."""
    check_in(patient, h, **answers)
    worst: Alert = patient.alerts.filter(opened_at=at(h)).worst_first()[0]
    return worst


def treated(patient: Patient, by: User, h: float) -> Procedure:
    """Create a procedure of the patient at `h` hours."""
    return ProcedureFactory.create(patient=patient, performed_at=at(h), recorded_by=by)
