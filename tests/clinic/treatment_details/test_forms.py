"""Who treated and which lots were used: typed with a treatment, added later, corrected with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.checkins.models import Assessment
from aftercare.people.models import Event, Lot, Patient, Procedure, StaffMember
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from tests.clinic.corrections.test_corrections import place, typed
from tests.clinic.enrolment.test_enrolment import TREATMENT, TYPED
from tests.clinic.staff_client import ENROL, patient_url, staff_client, words
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

pytestmark = [pytest.mark.usefixtures("clinic", "course_set"), pytest.mark.frozen_at(at(96))]
USED = {
    "operator": "Dr Zoë Marsh",
    "needle_1_lot": "AB-12",
    "needle_1_product": "FineLine tip",
    "product_2_lot": "HY 7",
}
LOTS = {("needle", "AB-12", "FineLine tip"), ("product", "HY 7", "")}


def lots_of(procedure: Procedure) -> set[tuple[str, str, str]]:
    return set(procedure.lots.values_list("kind", "number", "product"))


def recorded(procedure: Procedure, operator: str = "", *numbers: str) -> Procedure:
    lots = frozenset(LotEntry(kind="needle", number=number) for number in numbers)
    record_details(procedure, TreatmentDetails(operator=operator, lots=lots))
    procedure.refresh_from_db()
    return procedure


class TestEnrolling:
    def test_they_are_stored_with_the_first_treatment(self, nurse: StaffMember) -> None:
        staff_client(nurse).post(ENROL, {**TYPED, **USED})

        procedure = Procedure.objects.get()
        assert str(procedure.operator) == "Dr Zoë Marsh"
        assert lots_of(procedure) == LOTS

    def test_nothing_is_asked_for(self, nurse: StaffMember) -> None:
        assert staff_client(nurse).post(ENROL, TYPED).status_code == 302
        assert (Procedure.objects.get().operator, Lot.objects.count()) == (None, 0)

    def test_the_page_of_the_patient_says_what_is_not_recorded(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.post(ENROL, TYPED)
        page = words(client.get(patient_url(Patient.objects.get())))
        assert "Who treated: not recorded. Lots: not recorded." in page

    def test_and_what_is(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.post(ENROL, {**TYPED, **USED})
        page = words(client.get(patient_url(Patient.objects.get())))
        assert "Treated by Dr Zoë Marsh." in page
        assert "Lot AB-12 (needle cartridge, FineLine tip)" in page
        assert "Lot HY 7 (serum or product)" in page

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"operator": "none"}, "Write a name, or leave it empty if you do not know."),
            ({"needle_1_lot": "n/a"}, "Write the lot number, or leave it empty if you do not know."),
            ({"needle_1_lot": ""}, "Write the lot number of this product, or empty both."),
            ({"product_1_lot": "1\u20282"}, "Write this on one line"),
            ({"numbing_1_lot": "9" * 61}, "Write at most 60 characters."),
        ],
    )
    def test_what_says_nothing_is_refused_and_kept_as_typed(
        self, nurse: StaffMember, wrong: dict[str, str], said: str
    ) -> None:
        page = staff_client(nurse).post(ENROL, {**TYPED, **USED, **wrong})

        assert page.status_code == 422
        assert said in words(page)
        assert 'value="HY 7"' in page.content.decode()
        assert "<details open" in page.content.decode().replace(' class="lots"', "")
        assert not Patient.objects.exists()

    def test_the_lots_are_closed_until_the_clinic_records_one(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        assert "<details open" not in drawn(client.get(ENROL))
        client.post(ENROL, {**TYPED, **USED})
        page = drawn(client.get(ENROL))
        assert "<details open" in page
        for option in ("Dr Zoë Marsh", str(nurse.user), "AB-12", "FineLine tip"):
            assert f'<option value="{option}">' in page

    def test_suggestions_are_the_clinics_own(self, nurse: StaffMember, other_clinic: Any) -> None:
        elsewhere = ProcedureFactory.create(patient=PatientFactory.create(clinic=other_clinic))
        recorded(elsewhere, "Somebody Else", "ZZ-9")
        page = drawn(staff_client(nurse).get(ENROL))
        assert "ZZ-9" not in page
        assert "Somebody Else" not in page


def drawn(page: Any) -> str:
    found: str = page.content.decode().replace(' class="lots"', "")
    return found


class TestALaterTreatment:
    def test_they_are_stored_with_it(self, patient: Patient, clinician: StaffMember) -> None:
        path = patient_url(patient, "procedures/new/")
        staff_client(clinician).post(path, {**TREATMENT, **USED})
        assert lots_of(patient.procedures.get()) == LOTS

    def test_pressing_twice_stores_them_once(self, patient: Patient, clinician: StaffMember) -> None:
        path = patient_url(patient, "procedures/new/")
        for _press in range(2):
            staff_client(clinician).post(path, {**TREATMENT, **USED})
        assert (patient.procedures.count(), Lot.objects.count()) == (1, 2)


class TestCorrecting:
    def test_what_was_not_recorded_is_added_without_a_reason(
        self, patient: Patient, procedure: Procedure, clinician: StaffMember
    ) -> None:
        check_in(patient, 50, redness=2)
        client = staff_client(clinician)

        page = client.post(place(procedure), typed(procedure, **USED, reason=""), follow=True)

        assert "Who treated and the lots are saved." in words(page)
        procedure.refresh_from_db()
        assert (str(procedure.operator), lots_of(procedure)) == ("Dr Zoë Marsh", LOTS)
        assert not Assessment.objects.exclude(reason="submitted").exists(), "nothing to judge again"
        event = Event.objects.get(verb="corrected_procedure")
        assert event.details["new"]["operator"] == "Dr Zoë Marsh"
        assert "treated by, before not recorded, now Dr Zoë Marsh" in words(page)
        assert "lots, before not recorded, now AB-12 (needle cartridge, FineLine tip), HY 7" in words(page)

    @pytest.mark.parametrize(
        "changed",
        [{"operator": "Bo Ray"}, {"operator": ""}, {"needle_1_lot": "AB-13"}, {"needle_1_lot": ""}],
    )
    def test_another_one_needs_a_reason(
        self, procedure: Procedure, clinician: StaffMember, changed: dict[str, str]
    ) -> None:
        recorded(procedure, "Ann Lowe", "AB-12")
        client = staff_client(clinician)
        posted = typed(procedure, **{"operator": "Ann Lowe", "needle_1_lot": "AB-12", **changed})

        assert "Say why this is changed." in words(client.post(place(procedure), {**posted, "reason": ""}))
        assert client.post(place(procedure), posted).status_code == 302

        procedure.refresh_from_db()
        numbers = "".join(lot.number for lot in procedure.lots.all())
        now = {"operator": str(procedure.operator or ""), "needle_1_lot": numbers}
        assert now == {"operator": "Ann Lowe", "needle_1_lot": "AB-12", **changed}

    def test_the_form_shows_what_is_recorded_and_a_row_for_one_more(
        self, procedure: Procedure, clinician: StaffMember
    ) -> None:
        recorded(procedure, "Ann Lowe", "AB-12", "AB-13")
        page = drawn(staff_client(clinician).get(place(procedure)))
        assert 'value="Ann Lowe"' in page
        assert 'value="AB-13"' in page
        assert 'name="needle_3_lot"' in page
        assert 'name="needle_4_lot"' not in page

    def test_nothing_changed_is_refused(self, procedure: Procedure, clinician: StaffMember) -> None:
        recorded(procedure, "Ann Lowe", "AB-12")
        same = typed(procedure, operator="Ann Lowe", needle_1_lot="AB-12")
        page = staff_client(clinician).post(place(procedure), same)
        assert page.status_code == 422
        assert "Nothing is changed." in words(page)

    def test_a_correction_of_the_time_keeps_them(self, procedure: Procedure, clinician: StaffMember) -> None:
        recorded(procedure, "Ann Lowe", "AB-12")
        posted = typed(procedure, operator="Ann Lowe", needle_1_lot="AB-12", performed_at="2026-01-11T04:00")
        assert staff_client(clinician).post(place(procedure), posted).status_code == 302
        procedure.refresh_from_db()
        assert (str(procedure.operator), procedure.lots.get().number) == ("Ann Lowe", "AB-12")

    def test_a_colleague_who_added_a_lot_meanwhile_is_not_written_over(
        self, procedure: Procedure, clinician: StaffMember
    ) -> None:
        drawn_before = typed(procedure, operator="Ann Lowe")
        client = staff_client(clinician)
        assert client.post(place(procedure), typed(procedure, needle_1_lot="AB-12")).status_code == 302

        assert client.post(place(procedure), drawn_before).status_code == 409

    def test_they_move_with_the_treatment(
        self, patient: Patient, procedure: Procedure, clinician: StaffMember
    ) -> None:
        recorded(procedure, "Ann Lowe", "AB-12")
        right = PatientFactory.create(clinic=patient.clinic)
        posted = {"to": right.pk, "version": procedure.version, "act": "move", "reason": "It was Ben."}
        client = staff_client(clinician)

        client.post(place(procedure, "move"), posted)

        page = words(client.get(patient_url(right)))
        assert "Treated by Ann Lowe." in page
        assert "Lot AB-12 (needle cartridge)" in page
