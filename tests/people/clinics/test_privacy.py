"""The public page on data and privacy."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client

from aftercare.people.models import Clinic, Patient, Procedure
from tests.checkins.posting import signed_in, text_of
from tests.factories import MONDAY, ClinicFactory

pytestmark = pytest.mark.django_db
PAGE = "/privacy/"
LINK = 'href="/privacy/"'


def test_anybody_reads_what_is_kept_who_sees_it_and_whom_to_call(clinic: Clinic) -> None:
    said = text_of(Client().get(PAGE))
    for sentence in (
        "Nobody watches it round the clock.",
        "it cannot tell you what is wrong",
        "Your check-ins, your notes, and what the portal advised.",
        "Each time one of them looks at your record, that is written down",
        f"{clinic.name} runs this portal and is responsible for your data.",
        "As long as the clinic keeps its patient records.",
        "You can leave the portal at any time",
        "Text 2.1, of 1 December 2026.",
        "Call 999 now",
    ):
        assert sentence in said
    for link in ("Who looked at my record", "Get your data as a file", "Leave the portal yourself"):
        assert link not in said


def test_the_words_of_the_clinic_stand_in_place_of_the_usual_ones(clinic: Clinic) -> None:
    own = ("Larkfield Ltd, 1 High Street", "data@larkfield.example", "Eight years after the last treatment.")
    Clinic.objects.update(data_controller=own[0], data_contact=own[1], data_kept=own[2])
    said = text_of(Client().get(PAGE))
    assert all(words in said for words in own)
    assert "is responsible for your data" not in said
    assert "Ask how long that is" not in said


def test_a_patient_reads_the_words_of_the_own_clinic_alone(patient: Patient, procedure: Procedure) -> None:
    other = ClinicFactory.create(name="Elsewhere", data_controller="Elsewhere Ltd")
    assert other.data_controller in text_of(Client().get(PAGE))
    page = signed_in(patient.user).get(PAGE)
    assert other.data_controller not in text_of(page)
    for path in ("/who-looked/", "/your-data/", "/leave/"):
        assert f'href="{path}"' in page.content.decode()


@pytest.mark.parametrize(
    ("months", "sentence"),
    [
        (None, "Pictures are kept as long as the rest, unless you remove them."),
        (1, "Pictures are deleted after a month, or later while the clinic"),
        (6, "Pictures are deleted after 6 months, or later while the clinic"),
    ],
)
def test_it_says_how_long_the_clinic_keeps_pictures(
    clinic: Clinic, months: int | None, sentence: str
) -> None:
    since = None if months is None else MONDAY
    Clinic.objects.update(photos_kept_months=months, photos_kept_since=since)
    assert sentence in text_of(Client().get(PAGE))


@pytest.mark.parametrize("path", ["/", "/check-in/", "/check-ins/", "/guidance/", "/accounts/"])
def test_each_page_of_a_patient_leads_there(patient: Patient, procedure: Procedure, path: str) -> None:
    assert LINK in signed_in(patient.user).get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/accounts/login/code/", "/guidance/", "/nowhere/"])
def test_each_page_before_the_sign_in_leads_there(clinic: Clinic, path: str) -> None:
    assert LINK in Client().get(path).content.decode()


def test_error_pages_lead_there_without_a_request() -> None:
    for template in ("413.html", "500.html", "503.html"):
        assert LINK in render_to_string(template, {"fields": []})
