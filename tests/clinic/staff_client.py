"""A signed-in test client, the paths of the pages of staff, and functions that read them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, StaffMember
from tests.people.proving import prove

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


def proved_client(member: StaffMember | Patient) -> Client:
    """Return a test client in which this person has signed in by a mailed code just now."""
    client = staff_client(member)
    prove(client, member.user)
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
