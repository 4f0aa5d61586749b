"""The file of a patient's own data: who gets it, and what is in it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.checkins.own_data.document import own_data
from aftercare.people.models import Clinic, Event, Invitation, Patient, SignInLink, StaffMember
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from tests.checkins.posting import signed_in, text_of
from tests.clinic.erasure.lives import TRACES, TYPED, patient_with_a_life
from tests.clinic.staff_client import proved_client
from tests.clock import frozen_at
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

PATH = "/your-data/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("course_set")]
# What stands in sessions of browsers, what is made of the record number for the search, and the key of a picture.
NOT_IN_THE_FILE = {TYPED["cluster"], TYPED["draft"], TYPED["held"], TYPED["photo"], "qf7731"}


def test_a_proof_is_asked_for_before_the_page_and_before_the_file(patient: Patient) -> None:
    client = signed_in(patient.user)
    for response in (client.get(PATH), client.post(PATH)):
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not Event.objects.filter(verb="fetched_own_data").exists()


def test_the_file_is_sent_as_a_download_and_is_an_event(patient: Patient) -> None:
    client = proved_client(patient)
    assert 'href="/your-data/"' in client.get("/accounts/").content.decode()
    assert "Get the file" in text_of(client.get(PATH))
    assert not Event.objects.filter(verb="fetched_own_data").exists()
    response = client.post(PATH)
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    event = Event.objects.get(verb="fetched_own_data")
    assert (event.actor, event.patient) == (patient.user, patient)
    assert json.loads(response.content)["events"][-1]["verb"] == "fetched_own_data"


@pytest.mark.frozen_at(at(26))
def test_answers_have_words_and_instants_the_offset_of_the_clinic(
    patient: Patient, nurse: StaffMember
) -> None:
    ProcedureFactory.create(patient=patient)
    check_in(patient, 25, signs=["pus"], pain=None, note="Sore.")
    send_letter(patient=patient, template="visit", by=nurse.user, now=at(25.5))
    content = own_data(patient, at(26))
    assert content["about"] | {"only_of_clinic": ""} == {
        "format": "aftercare-own-data",
        "version": 1,
        "made_at": "2026-01-13T12:00:00+00:00",
        "time_zone": "Europe/London",
        "only_of_clinic": "",
    }
    [treatment] = content["treatments"]
    assert (treatment["kind_in_words"], treatment["area_in_words"]) == ("Microneedling", "face")
    assert treatment["performed_at"] == "2026-01-12T10:00:00+00:00"
    [own] = content["check_ins"]
    assert own["answers"]["signs"] == ["pus"]
    assert {"question": "Pain", "answer": "Not known"} in own["answers_in_words"]
    assert (own["level"], own["level_in_words"], own["note"]) == ("urgent", "Urgent", "Sore.")
    assert own["advice"]["headline"] == "Call the clinic now. Today, not tomorrow."
    assert "pus" in {finding["rule"] for finding in own["assessments"][0]["findings"]}
    assert content["letters"][0]["text"].startswith("We would like to see you")
    assert content["letters"][0]["by"] == nurse.user.get_full_name()
    assert content["alerts"][0]["procedure"] == treatment["id"] == own["procedure"]


def test_treatments_have_who_treated_and_their_lots(patient: Patient, nurse: StaffMember) -> None:
    tip = LotEntry(kind="needle", number="AB-12", product="FineLine tip")
    first, second = (ProcedureFactory.create(patient=patient, area=area) for area in ("face", "neck"))
    record_details(first, TreatmentDetails(operator=str(nurse.user), lots=frozenset({tip})))

    content = own_data(patient, at(26))

    operators = {one["id"]: one["operator"] for one in content["treatments"]}
    assert operators == {str(first.pk): nurse.user.get_full_name(), str(second.pk): None}
    [lot] = content["lots"]
    assert lot == {
        "procedure": str(first.pk),
        "kind": "needle",
        "kind_in_words": "Needle cartridge or tip",
        "product": "FineLine tip",
        "number": "AB-12",
    }


@pytest.mark.usefixtures("empty_cache", "codes_wait")
def test_everything_that_a_person_leaves_is_in_the_file_and_nothing_that_opens_something(
    nurse: StaffMember, clinician: StaffMember
) -> None:
    patient, _clients = patient_with_a_life(nurse, clinician)
    patient.user.refresh_from_db()
    text = json.dumps(own_data(patient, timezone.now()), ensure_ascii=False)
    missing = {trace for trace in TRACES if trace.lower() not in text.lower()}
    assert missing == NOT_IN_THE_FILE
    secrets = [
        patient.user.password,
        *SignInLink.objects.filter(user=patient.user).values_list("token_hash", flat=True),
        *(str(one) for one in Invitation.objects.filter(patient=patient).values_list("pk", flat=True)),
        *(one.data["secret"] for one in Authenticator.objects.filter(user=patient.user)),
        *(str(one) for one in patient.check_ins.values_list("token", flat=True)),
        *UserSession.objects.filter(user=patient.user).values_list("session_key", flat=True),
    ]
    assert len(secrets) >= 5
    assert [secret for secret in secrets if secret in text] == []


def test_another_clinic_and_another_person_are_not_in_the_file(
    patient: Patient, stranger: Patient, other_clinic: Clinic
) -> None:
    elsewhere = PatientFactory.create(user=patient.user, clinic=other_clinic)
    for own, note in (
        (patient, "Of this one."),
        (elsewhere, "Of the other."),
        (stranger, "Of another person."),
    ):
        ProcedureFactory.create(patient=own)
        check_in(own, 20, signs=["pus"], note=note)
    content = own_data(patient, at(26))
    assert [one["note"] for one in content["check_ins"]] == ["Of this one."]
    assert len(content["alerts"]) == patient.alerts.count()
    text = json.dumps(content)
    for foreign in (elsewhere.pk, stranger.pk, *elsewhere.alerts.values_list("pk", flat=True)):
        assert str(foreign) not in text
    assert other_clinic.name not in text


def test_more_rows_cost_no_more_queries(patient: Patient, nurse: StaffMember) -> None:
    ProcedureFactory.create(patient=patient)

    def queries() -> int:
        loaded = Patient.objects.select_related("user", "clinic").get(pk=patient.pk)
        with CaptureQueriesContext(connection) as found:
            own_data(loaded, at(40))
        return len(found)

    check_in(patient, 20, signs=["pus"])
    send_letter(patient=patient, template="visit", by=nurse.user, now=at(20.5))
    few = queries()
    for hours in range(21, 27):
        with frozen_at(at(hours)):
            check_in(patient, hours, signs=["pus", "hives"], note="More.")
            send_letter(
                patient=patient, template="visit", by=nurse.user, now=timezone.now() + timedelta(seconds=1)
            )
    assert queries() == few
    assert few < 35
