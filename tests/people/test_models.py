"""Constraints of the tables of people, and append-only rows."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from aftercare.people.actions.events import record_event
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import (
    AT_RISK_QUESTIONS,
    AppendOnlyError,
    Clinic,
    Event,
    IntakeQuestion,
    Patient,
    StaffMember,
    User,
)
from aftercare.ui.colour import accent_dark
from tests.factories import (
    ClinicFactory,
    PatientFactory,
    ProcedureFactory,
    StaffMemberFactory,
    UserFactory,
    at,
)

pytestmark = pytest.mark.django_db


class TestEvents:
    @pytest.fixture
    def event(self, patient: Patient, nurse: StaffMember) -> Event:
        return record_event(
            verb=Event.Verb.OPENED_ALERT, actor=nurse.user, now=at(), patient=patient, subject=patient.pk
        )

    def test_an_event_says_who_did_what_when_and_where(self, event: Event, patient: Patient) -> None:
        assert (event.at, event.clinic, event.patient) == (at(), patient.clinic, patient)
        assert str(event) == "opened_alert at 2026-01-12 10:00"

    def test_an_event_cannot_be_saved_again(self, event: Event) -> None:
        event.verb = Event.Verb.CLOSED
        with pytest.raises(AppendOnlyError):
            event.save()
        with pytest.raises(AppendOnlyError):
            Event.objects.get(pk=event.pk).save()

    def test_an_event_cannot_be_deleted(self, event: Event) -> None:
        with pytest.raises(AppendOnlyError):
            event.delete()
        with pytest.raises(AppendOnlyError):
            Event.objects.filter(pk=event.pk).delete()

    def test_events_cannot_be_changed_together(self, event: Event) -> None:
        with pytest.raises(AppendOnlyError):
            Event.objects.update(verb=Event.Verb.CLOSED)

    def test_events_cannot_be_changed_through_who_they_are_about(
        self, event: Event, patient: Patient
    ) -> None:
        with pytest.raises(AppendOnlyError):
            patient.events.update(verb=Event.Verb.CLOSED)
        with pytest.raises(AppendOnlyError):
            patient.events.all().delete()

    def test_an_event_needs_an_actor(self) -> None:
        with pytest.raises(IntegrityError):
            Event.objects.create(verb=Event.Verb.CLOSED, at=at())

    def test_the_newest_event_comes_first(self, event: Event, nurse: StaffMember) -> None:
        later = record_event(verb=Event.Verb.CLOSED, actor=nurse.user, now=at(1))

        assert list(Event.objects.all()) == [later, event]

    def test_the_clinic_of_an_event_without_a_patient_is_the_one_given(
        self, clinic: Clinic, nurse: StaffMember
    ) -> None:
        event = record_event(verb=Event.Verb.SIGNED_IN, actor=nurse.user, now=at(), clinic=clinic)

        assert (event.clinic, event.patient) == (clinic, None)


class TestUsers:
    def test_an_address_belongs_to_one_user_whatever_its_case(self) -> None:
        UserFactory.create(email="ruth@test.example")

        with pytest.raises(IntegrityError):
            User.objects.create(email="Ruth@Test.Example")

    def test_an_address_is_kept_in_lower_case(self) -> None:
        assert User.objects.create_user("Ruth@Test.Example").email == "ruth@test.example"

    def test_a_user_without_a_password_has_none_that_works(self) -> None:
        user = User.objects.create_user("ruth@test.example")

        assert not user.has_usable_password()
        assert not user.is_superuser

    def test_a_superuser_may_open_the_admin(self) -> None:
        user = User.objects.create_superuser("boss@test.example")

        assert user.is_staff
        assert user.is_superuser

    def test_an_address_is_found_whatever_its_case(self) -> None:
        user = UserFactory.create(email="ruth@test.example")

        assert User.objects.get_by_natural_key("RUTH@test.example") == user

    def test_there_is_one_system_user_and_it_cannot_sign_in(self) -> None:
        system = User.objects.system()

        assert User.objects.system() == system
        assert not system.is_active
        assert not system.has_usable_password()

    def test_a_user_goes_by_name_or_else_by_address(self) -> None:
        assert str(UserFactory.build(first_name="Ruth", last_name="Adeyemi")) == "Ruth Adeyemi"
        assert str(UserFactory.build(first_name="", last_name="", email="r@test.example")) == "r@test.example"


# A wrong time zone names no country in which a number without one could be read.
NUMBERS_WITH_COUNTRY = {"telephone": "+44 161 496 0123", "out_of_hours_telephone": "+44 161 496 0199"}


class TestClinics:
    @pytest.mark.parametrize("missing", ["out_of_hours_telephone", "emergency_number"])
    def test_a_clinic_needs_an_out_of_hours_and_an_emergency_number(self, missing: str) -> None:
        with pytest.raises(IntegrityError, match="clinic_has_an_out_of_hours_and_an_emergency_number"):
            ClinicFactory.create(**{missing: ""})

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("time_zone", "Europe/Nowhere"),
            ("time_zone", "../../etc/passwd"),
            ("time_zone", ""),
            ("telephone", "call us"),
            ("emergency_number", "9"),
            ("accent", "teal"),
            ("accent", "#1B5A5C"),
            ("accent", "#e06010"),
            ("opening_hours", {"monday": []}),
            ("opening_hours", {"mon": [["18:00", "09:00"]]}),
            ("opening_hours", {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}),
            ("opening_hours", {"mon": [["09:00", "25:00"]]}),
            ("opening_hours", {"mon": [["09:00"]]}),
            ("opening_hours", []),
        ],
    )
    def test_a_wrong_value_is_refused_by_its_field(self, field: str, value: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            ClinicFactory.build(**{**NUMBERS_WITH_COUNTRY, field: value}).full_clean()

        assert list(refused.value.message_dict) == [field]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("emergency_number", "999"), ("telephone", "+44 (0)161 496-0123"), ("opening_hours", ALWAYS_OPEN)],
    )
    def test_a_usual_value_is_taken(self, field: str, value: Any) -> None:
        ClinicFactory.build(**{field: value}).full_clean()

    def test_saving_an_accent_derives_the_one_for_dark_pages(self) -> None:
        clinic = ClinicFactory.create(accent="#8a1538")
        clinic.accent = "#1d4f91"
        clinic.save(update_fields=["accent"])

        clinic.refresh_from_db()
        assert (clinic.accent, clinic.accent_dark) == ("#1d4f91", accent_dark("#1d4f91"))

    @pytest.mark.parametrize("accent", ["#e06010", "teal"])
    def test_an_accent_that_cannot_be_read_on_white_is_never_saved(self, accent: str) -> None:
        with pytest.raises(ValidationError, match=r"too light to read on white|Give a colour"):
            ClinicFactory.create(accent=accent)


class TestStaff:
    def test_a_user_works_for_a_clinic_once(self, nurse: StaffMember) -> None:
        with pytest.raises(IntegrityError):
            StaffMemberFactory.create(user=nurse.user, clinic=nurse.clinic)

    def test_those_who_left_or_cannot_sign_in_are_not_active(
        self, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        StaffMember.objects.filter(pk=clinician.pk).update(is_active=False)
        User.objects.filter(pk=manager.user_id).update(is_active=False)

        assert list(StaffMember.objects.active()) == [nurse]


class TestPatients:
    def test_a_user_is_a_patient_of_a_clinic_once(self, patient: Patient) -> None:
        with pytest.raises(IntegrityError):
            PatientFactory.create(user=patient.user, clinic=patient.clinic)

    def test_a_record_number_names_one_patient_of_a_clinic(self, clinic: Clinic, stranger: Patient) -> None:
        PatientFactory.create(clinic=clinic, record_number="L-1")
        PatientFactory.create(clinic=stranger.clinic, record_number="L-1")

        with pytest.raises(IntegrityError):
            PatientFactory.create(clinic=clinic, record_number="L-1")

    def test_patients_without_a_record_number_may_be_many(self, clinic: Clinic) -> None:
        for _patient in range(2):
            PatientFactory.create(clinic=clinic, record_number="")

    def test_four_of_the_intake_questions_raise_the_risk(self) -> None:
        assert {question.value for question in AT_RISK_QUESTIONS} == {"iq4", "iq7", "iq8", "iq10"}
        assert len(IntakeQuestion) == 11

    def test_what_raises_the_risk_is_told_apart_in_words(self) -> None:
        patient = PatientFactory.build(intake=["iq2", "iq7"])

        assert patient.intake_words() == ["Has had cold sores", "Heals slowly"]
        assert patient.risk_words() == ["Heals slowly"]
        assert PatientFactory.build(intake=None).intake_words() == []


class TestProcedures:
    def test_a_kind_that_does_not_exist(self, patient: Patient) -> None:
        with pytest.raises(IntegrityError, match="procedure_kind_is_mn_or_rf"):
            ProcedureFactory.create(patient=patient, kind="pe")

    def test_a_procedure_recorded_before_it_was_performed(self, patient: Patient) -> None:
        with pytest.raises(IntegrityError, match="procedure_is_recorded_or_corrected_after_it_was_performed"):
            ProcedureFactory.create(patient=patient, recorded_at=at() - timedelta(seconds=1))

    def test_a_procedure_corrected_to_a_time_after_its_correction(self, patient: Patient) -> None:
        with pytest.raises(IntegrityError, match="procedure_is_recorded_or_corrected_after_it_was_performed"):
            ProcedureFactory.create(
                patient=patient, performed_at=at(2), recorded_at=at(0), corrected_at=at(1)
            )

    def test_a_procedure_corrected_to_a_time_after_it_was_recorded_is_kept(self, patient: Patient) -> None:
        assert ProcedureFactory.create(
            patient=patient, performed_at=at(2), recorded_at=at(0), corrected_at=at(2)
        )

    def test_a_patient_is_withdrawn_by_somebody(self, patient: Patient) -> None:
        with pytest.raises(IntegrityError, match="patient_is_withdrawn_by_somebody"):
            Patient.objects.filter(pk=patient.pk).update(withdrawn_at=at(1))

    def test_hours_are_elapsed_hours_over_a_clock_change(self, patient: Patient) -> None:
        london = ZoneInfo("Europe/London")
        procedure = ProcedureFactory.create(
            patient=patient, performed_at=datetime(2026, 10, 24, 15, tzinfo=london)
        )
        procedure.refresh_from_db()

        assert procedure.hours_at(datetime(2026, 10, 27, 15, tzinfo=london)) == 73
