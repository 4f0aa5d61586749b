"""Questions before a procedure is stored: the risk, an early year, a child."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.clinic.enrolment.test_enrolment import TREATMENT, TYPED
from tests.clinic.staff_client import ENROL, patient_url, staff_client, words
from tests.factories import at, someone, treated

# The clock stands at Friday 16 January, 10:00 at the clinic.
pytestmark = [pytest.mark.usefixtures("clinic", "course_set"), pytest.mark.frozen_at(at(96))]
ASK = "Ask the questions that raise the risk, or say why they were not asked."
LABEL = "Weak immune system, diabetes or a blood disease such as sickle cell"


def record(client: Client, patient: Patient, **typed: Any) -> Any:
    return client.post(patient_url(patient, "procedures/new/"), {**TREATMENT, "rest_no": "", **typed})


class TestTheRisk:
    def test_it_is_asked_before_a_procedure_and_the_answers_are_kept(
        self, patient: Patient, clinician: StaffMember
    ) -> None:
        client = staff_client(clinician)
        refused = record(client, patient)
        assert refused.status_code == 422
        assert ASK in words(refused)
        assert not patient.procedures.exists()

        assert record(client, patient, iq7="yes", iq4="no", iq8="no", iq10="no").status_code == 302
        patient.refresh_from_db()
        assert (patient.intake, patient.intake_asked) == (["iq7"], ["iq4", "iq7", "iq8", "iq10"])
        assert patient.at_risk
        event = Event.objects.get(verb=Event.Verb.CHANGED_INTAKE)
        assert event.details["reason"] == "Asked when a procedure was recorded."
        assert not Event.objects.filter(verb=Event.Verb.SKIPPED_INTAKE).exists()

    def test_it_can_be_skipped_with_a_reason_that_is_kept(
        self, patient: Patient, clinician: StaffMember
    ) -> None:
        client = staff_client(clinician)
        assert record(client, patient, skip_reason="Recorded from the paper list.").status_code == 302
        event = Event.objects.get(verb=Event.Verb.SKIPPED_INTAKE)
        assert (event.actor, event.subject) == (clinician.user, patient.procedures.get().pk)
        page = words(client.get(patient_url(patient)))
        assert "recorded a procedure without asking about the risk. “Recorded from the paper list.”" in page
        assert "Risk not asked" in page

    def test_enrolling_can_skip_it_with_a_reason_too(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        typed = {**TYPED, "iq7": "", "iq2": "yes", "rest_no": ""}
        assert ASK in words(client.post(ENROL, typed))
        client.post(ENROL, {**typed, "skip_reason": "Asleep."})
        patient = Patient.objects.get()
        assert (patient.intake, patient.intake_asked, patient.is_risk_asked) == (["iq2"], ["iq2"], False)
        assert Event.objects.get(verb=Event.Verb.SKIPPED_INTAKE).details == {"reason": "Asleep."}

    def test_all_eleven_answers_stand_beside_and_cold_sores_and_allergy_stand_out(
        self, patient: Patient, clinician: StaffMember
    ) -> None:
        Patient.objects.update(intake=["iq2", "iq7", "iq11"], intake_asked=None)
        response = staff_client(clinician).get(patient_url(patient, "procedures/new/"))
        page = words(response)
        assert LABEL in page
        assert response.content.decode().count("<dt>") == 11
        assert len(re.findall(r'<dd>\s*<b class="lv-same-day al">', response.content.decode())) == 2
        assert "Has had cold sores Yes" in page
        assert "Pregnant No" in page
        assert "Risk not asked" not in page
        assert "Not asked yet" not in page

    def test_somebody_else_was_first(self, patient: Patient, clinician: StaffMember) -> None:
        """The page asked about what a colleague has answered since: the answers are looked at again."""
        form = {"iq4": "no", "iq7": "no", "iq8": "no", "iq10": "no"}
        Patient.objects.update(intake=["iq10"], intake_asked=["iq10"])
        assert record(staff_client(clinician), patient, **form).status_code == 302
        patient.refresh_from_db()
        assert patient.intake == ["iq10"], "a question that was answered meanwhile is not answered again"


QUESTIONS = [
    ({"performed_at": "2014-12-31T10:00"}, {}, "The treatment was on 31 December 2014. Is the year right?"),
    ({}, {"date_of_birth": date(2008, 1, 16)}, "the patient was 17 years old"),
]


class TestQuestions:
    @pytest.mark.parametrize(("typed", "fields", "said"), QUESTIONS)
    def test_a_treatment_is_questioned_and_what_was_typed_is_kept(
        self, patient: Patient, clinician: StaffMember, typed: Any, fields: Any, said: str
    ) -> None:
        Patient.objects.update(**fields)
        client = staff_client(clinician)
        typed = {**typed, "rest_no": "on", "guardian_name": "Ada Osei"}
        asked = record(client, patient, **typed)
        assert asked.status_code == 422
        assert said in words(asked)
        assert "Nothing has been saved yet" in words(asked)
        assert f'value="{typed.get("performed_at", TREATMENT["performed_at"])}"' in asked.content.decode()
        assert not Procedure.objects.exists()

        certain = asked.context["certain"]
        assert record(client, patient, **typed, certain=certain).status_code == 302
        assert Procedure.objects.count() == 1

    def test_a_tick_for_one_day_does_not_hold_for_another(
        self, patient: Patient, clinician: StaffMember
    ) -> None:
        client = staff_client(clinician)
        typed = {"performed_at": "2014-12-31T10:00", "rest_no": "on"}
        certain = record(client, patient, **typed).context["certain"]
        again = record(client, patient, **{**typed, "performed_at": "2013-12-31T10:00"}, certain=certain)
        assert again.status_code == 422
        assert not Procedure.objects.exists()

    def test_the_guardian_of_a_child_is_asked_and_kept(
        self, patient: Patient, clinician: StaffMember
    ) -> None:
        Patient.objects.update(date_of_birth=date(2008, 1, 16))
        client = staff_client(clinician)
        missing = record(client, patient, rest_no="on", certain="child:2026-01-15:2008-01-16")
        assert "Give the name of the guardian. The patient was a child." in words(missing)
        record(
            client,
            patient,
            rest_no="on",
            guardian_name="Ada Osei",
            certain="child:2026-01-15:2008-01-16",
        )
        patient.refresh_from_db()
        assert patient.guardian_name == "Ada Osei"
        assert "Guardian: Ada Osei" in words(client.get(patient_url(patient)))

    @pytest.mark.parametrize(
        ("born", "adult_age", "is_asked"),
        [("2008-01-15", 18, False), ("2008-01-16", 18, True), ("2008-01-16", 16, False)],
    )
    def test_the_age_limit_is_the_clinics(
        self, patient: Patient, clinician: StaffMember, born: str, adult_age: int, is_asked: bool
    ) -> None:
        Patient.objects.update(date_of_birth=date.fromisoformat(born))
        patient.clinic.adult_age = adult_age
        patient.clinic.save()
        response = record(staff_client(clinician), patient, rest_no="on", guardian_name="Ada Osei")
        assert (response.status_code == 422) == is_asked

    @pytest.mark.parametrize(
        "typed",
        [{"performed_at": "2014-12-31T10:00"}, {"date_of_birth": "2010-04-30", "guardian_name": "Ada Reyes"}],
    )
    def test_enrolling_asks_the_same(self, nurse: StaffMember, typed: dict[str, str]) -> None:
        client = staff_client(nurse)
        asked = client.post(ENROL, {**TYPED, **typed})
        assert asked.status_code == 422
        assert "Is this right?" in words(asked)
        assert not Patient.objects.exists()
        done = client.post(ENROL, {**TYPED, **typed, "certain": asked.context["certain"]})
        assert done.status_code == 302
        assert Patient.objects.get().guardian_name == typed.get("guardian_name", "")

    def test_correcting_asks_the_same(
        self, patient: Patient, procedure: Procedure, clinician: StaffMember
    ) -> None:
        client, url = staff_client(clinician), patient_url(patient, f"procedures/{procedure.pk}/correct/")
        typed = {"kind": "mn", "area": "face", "performed_at": "2011-01-12T10:00", "reason": "Wrong year."}
        typed["version"] = procedure.version
        asked = client.post(url, typed)
        assert asked.status_code == 422
        assert "Is the year right?" in words(asked)
        assert client.post(url, {**typed, "certain": asked.context["certain"]}).status_code == 302
        procedure.refresh_from_db()
        assert procedure.performed_at.year == 2011

    def test_moving_to_a_child_asks_and_keeps_the_guardian(
        self, patient: Patient, clinician: StaffMember
    ) -> None:
        child = someone(patient, "Ben", date_of_birth=date(2012, 5, 1))
        moved = treated(patient, clinician.user, 1)
        client, url = staff_client(clinician), patient_url(patient, f"procedures/{moved.pk}/move/")
        typed = {"to": str(child.pk), "act": "move", "reason": "It was Ben.", "version": moved.version}
        asked = client.post(url, {**typed, "guardian_name": "Ada Osei"})
        assert asked.status_code == 422
        assert "the patient was 13 years old" in words(asked)
        certain = asked.context["certain"]
        assert client.post(url, {**typed, "certain": certain}).status_code == 422, "the guardian is missing"
        done = client.post(url, {**typed, "guardian_name": "Ada Osei", "certain": certain})
        assert done.status_code == 302
        child.refresh_from_db()
        assert child.guardian_name == "Ada Osei"
        assert child.procedures.count() == 2
