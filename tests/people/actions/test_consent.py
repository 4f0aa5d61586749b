"""The consent of a patient to the text on data and privacy."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from aftercare.people.actions.patients import agree, enrol_patient
from aftercare.people.models import Clinic, Event, Patient, StaffMember, clinics
from aftercare.people.models.patients import AT_ENROLMENT
from tests.factories import at

pytestmark = pytest.mark.django_db


def fresh(patient: Patient) -> Patient:
    found: Patient = Patient.objects.select_related("clinic").get(pk=patient.pk)
    return found


def test_consent_is_kept_with_its_instant_and_version_and_recorded_once(patient: Patient) -> None:
    Patient.objects.update(consent_version="", consented_at=None)
    assert not fresh(patient).has_agreed
    assert agree(patient=patient, now=at(1))
    assert not agree(patient=patient, now=at(2))
    kept = fresh(patient)
    assert (kept.consent_version, kept.consented_at, kept.has_agreed) == ("2.1", at(1), True)
    event = Event.objects.get(verb=Event.Verb.AGREED)
    assert (event.actor, event.patient, event.at) == (patient.user, patient, at(1))
    assert event.data == {"portal_text": 2, "clinic_text": 1}


def test_another_version_of_the_clinics_words_asks_again(patient: Patient) -> None:
    Patient.objects.update(consent_version="", consented_at=None)
    agree(patient=patient, now=at(1))
    Clinic.objects.update(data_text_version=2)
    assert not fresh(patient).has_agreed
    assert agree(patient=fresh(patient), now=at(2))
    assert fresh(patient).consent_version == "2.2"
    assert Event.objects.filter(verb=Event.Verb.AGREED).count() == 2


def test_consent_noted_at_enrolment_counts_for_the_first_version_alone(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    Patient.objects.update(consent_version=AT_ENROLMENT, consented_at=None)
    assert not fresh(patient).has_agreed
    monkeypatch.setattr(clinics, "DATA_TEXT_VERSION", 1)
    assert fresh(patient).has_agreed
    Clinic.objects.update(data_text_version=2)
    assert not fresh(patient).has_agreed


def test_whoever_is_enrolled_from_now_on_is_asked(clinic: Clinic, nurse: StaffMember) -> None:
    patient = enrol_patient(
        clinic=clinic,
        by=nurse.user,
        now=at(),
        email="joan@test.example",
        first_name="Joan",
        last_name="Test",
        consent=True,
    )
    assert not fresh(patient).has_agreed


def test_a_row_of_the_previous_release_counts_as_agreed_at_enrolment(
    patient: Patient, nurse: StaffMember
) -> None:
    """The previous release writes a row without the column while the new one is rolled out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_patient (id, user_id, clinic_id, record_number, call_back_telephone,"
            " call_back_hours, time_zone, search_text, guardian_name, at_risk, enrolled_at)"
            " SELECT %s, %s, clinic_id, 'before', '', '', time_zone, '', '', at_risk, enrolled_at"
            " FROM people_patient",
            ["0" * 31 + "1", nurse.user_id],
        )
    assert Patient.objects.get(record_number="before").consent_version == AT_ENROLMENT


def test_a_version_never_stands_without_its_instant(patient: Patient) -> None:
    for wrong in ({"consented_at": None}, {"consent_version": AT_ENROLMENT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Patient.objects.update(**wrong)
