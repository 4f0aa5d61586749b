"""Who treated and the lots are stored with a procedure, and suggested for the next one."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from aftercare.people.models import Clinic, Lot, Procedure, StaffMember
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from aftercare.people.treatments.suggestions import SHOWN, suggestions_for
from tests.factories import PatientFactory, ProcedureFactory

pytestmark = pytest.mark.django_db
TIP = LotEntry(kind="needle", number="AB-12", product="FineLine tip")
SERUM = LotEntry(kind="product", number="HY 7", product="Hydra")


def details(operator: str = "", *lots: LotEntry) -> TreatmentDetails:
    return TreatmentDetails(operator=operator, lots=frozenset(lots))


def further(clinic: Clinic) -> Procedure:
    return ProcedureFactory.create(patient=PatientFactory.create(clinic=clinic))


def test_what_is_not_recorded_stays_empty(treatment: Procedure) -> None:
    assert TreatmentDetails.of(treatment) == details()
    assert (treatment.operator, treatment.lots.count()) == (None, 0)


def test_they_are_stored_as_printed_and_as_compared(treatment: Procedure, nurse: StaffMember) -> None:
    stored = record_details(treatment, details(str(nurse.user), TIP, SERUM))

    assert stored == TreatmentDetails.of(Procedure.objects.get()) == details(str(nurse.user), TIP, SERUM)
    assert [(lot.kind, lot.number, lot.key, lot.product) for lot in treatment.lots.order_by("kind")] == [
        ("needle", "AB-12", "AB12", "FineLine tip"),
        ("product", "HY 7", "HY7", "Hydra"),
    ]
    assert str(Lot.objects.get(kind="needle").words) == "AB-12 (needle cartridge, FineLine tip)"


def test_a_lot_that_stays_keeps_its_row(treatment: Procedure) -> None:
    record_details(treatment, details("", TIP, SERUM))
    kept = treatment.lots.get(kind="needle").pk
    cream = LotEntry(kind="numbing", number="N1", product="Cream")

    record_details(treatment, details("", TIP, cream))

    assert set(treatment.lots.values_list("kind", "number")) == {("needle", "AB-12"), ("numbing", "N1")}
    assert treatment.lots.get(kind="needle").pk == kept


def test_the_same_lot_twice_is_one(treatment: Procedure) -> None:
    record_details(
        treatment, details("", TIP, LotEntry(kind="needle", number="ab 12", product="FineLine tip"))
    )
    assert treatment.lots.count() == 1


def test_a_number_alone_takes_the_product_that_the_clinic_wrote_last(
    clinic: Clinic, other_clinic: Clinic, treatment: Procedure
) -> None:
    record_details(treatment, details("", TIP))
    alone = details("", LotEntry(kind="needle", number="ab12"))

    [here] = record_details(further(clinic), alone).lots
    [there] = record_details(further(other_clinic), alone).lots

    assert (here.product, here.number) == ("FineLine tip", "ab12")
    assert there.product == ""


@pytest.mark.parametrize("typed", ["none", "-", "N/A", "?"])
def test_words_that_say_nothing_are_refused(treatment: Procedure, typed: str) -> None:
    for wrong in (details(typed), details("", LotEntry(kind="needle", number=typed))):
        with pytest.raises(ValidationError, match="leave it empty"):
            record_details(treatment, wrong)
    assert (treatment.operator, treatment.lots.count()) == (None, 0)


def test_suggested_are_those_who_work_here_and_the_lots_used_last(
    clinic: Clinic, other_clinic: Clinic, nurse: StaffMember, clinician: StaffMember, treatment: Procedure
) -> None:
    StaffMember.objects.filter(pk=clinician.pk).update(is_active=False)
    record_details(treatment, details("Dr Marsh", TIP, SERUM))
    newer = LotEntry(kind="needle", number="AB-13", product="FineLine tip")
    record_details(further(clinic), details("", newer))
    record_details(
        further(clinic), details("", LotEntry(kind="needle", number="ab12", product="FineLine tip"))
    )
    record_details(further(other_clinic), details("Somebody else", LotEntry(kind="needle", number="ZZ-9")))

    found = suggestions_for(clinic)

    assert found.operators == [str(nurse.user), "Dr Marsh"]
    needles, products, creams = found.recent
    assert needles.lots == [("ab12", "FineLine tip"), ("AB-13", "FineLine tip")]
    assert needles.products == ["FineLine tip"]
    assert (products.lots, creams.lots) == ([("HY 7", "Hydra")], [])


def test_and_no_more_than_can_be_looked_through(clinic: Clinic, treatment: Procedure) -> None:
    lots = [LotEntry(kind="needle", number=f"AB-{number}") for number in range(SHOWN + 3)]
    record_details(treatment, details("", *lots))

    assert len(suggestions_for(clinic).recent[0].lots) == SHOWN
