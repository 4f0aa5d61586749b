"""Limits of a search for patients, and how short names are found."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from clinic.patient_search import find_patients
from tests.clinic.staff_client import PATIENTS, patient_url, staff_client

SEARCH = f"{PATIENTS}search/"


@pytest.mark.parametrize("typed", [" ".join(["word"] * 11), "word " * 2000, "ﷺ" * 20, "a" * 3_000_000])
def test_a_search_that_is_too_long_is_refused_before_anything_is_searched(
    typed: str, clinic: Clinic, nurse: StaffMember, django_assert_max_num_queries: Any
) -> None:
    client = staff_client(nurse)
    response = client.post(SEARCH, {"words": typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Type less: at most 10 words and 100 characters. A part of the name is enough." in page
    assert len(page) < 20_000
    with django_assert_max_num_queries(0):
        assert not find_patients([clinic], typed)


def test_a_search_for_another_patient_is_as_long_at_most(
    manager: StaffMember, patient: Patient, procedure: Procedure
) -> None:
    place = patient_url(patient, f"procedures/{procedure.pk}/move/")
    response = staff_client(manager).post(place, {"words": "word " * 11})
    assert response.status_code == 422
    assert "Type less: at most 10 words" in response.content.decode()


def test_a_short_name_is_found_by_how_its_words_begin(patient: Patient, nurse: StaffMember) -> None:
    """Amara Test."""
    for typed, is_found in (("am", True), ("te", True), ("ra", False), ("te am", True), ("t ama", True)):
        assert (patient in find_patients([nurse.clinic], typed)) == is_found, typed
