"""Managers see a cluster, its banner on every page, and write what was done; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.checkins.clusters.actions import find_clusters
from aftercare.checkins.models import Cluster
from aftercare.people.models import Clinic, Lot, Patient, StaffMember
from tests.checkins.clusters.sharing import reported_with
from tests.clinic.staff_client import QUEUE, patient_url, staff_client, words
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, at, check_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(60))]
BANNER = "Look at them together"


def reported(clinic: Clinic, name: str, h: float, kind: str = "mn", **said: Any) -> Patient:
    """Let a further patient report pus, or what else is named."""
    patient = PatientFactory.create(clinic=clinic, user=UserFactory.create(first_name=name))
    ProcedureFactory.create(patient=patient, kind=kind)
    check_in(patient, h, **(said or {"signs": ["pus"]}))
    return patient


@pytest.fixture
def patients(clinic: Clinic) -> list[Patient]:
    return [
        reported(clinic, "Ada", 20),
        reported(clinic, "Bo", 30, kind="rf", signs=["spreading"]),
        reported(clinic, "Cy", 40),
    ]


@pytest.fixture
def cluster(patients: list[Patient], manager: StaffMember) -> Cluster:
    find_clusters(at(50))
    found: Cluster = Cluster.objects.get()
    return found


def path_of(cluster: Cluster) -> str:
    return f"/clinic/clusters/{cluster.pk}/"


def posted(cluster: Cluster, **fields: str) -> dict[str, str]:
    return {"grown_at": cluster.grown_at.isoformat(), "note": "Sent swabs to the laboratory.", **fields}


def test_the_page_says_who_reported_what_after_which_treatment(
    cluster: Cluster, patients: list[Patient], manager: StaffMember
) -> None:
    page = staff_client(manager).get(path_of(cluster))

    said = words(page)
    assert "Similar signs in 3 patients" in said
    assert "Microneedling: 2 patients." in said
    assert "RF microneedling: 1 patient." in said
    assert "RF microneedling, face, 30 h" in said
    for patient in patients:
        assert patient_url(patient) in page.content.decode()


def test_only_managers_are_told_above_every_page(
    cluster: Cluster, manager: StaffMember, clinician: StaffMember
) -> None:
    assert BANNER in words(staff_client(manager).get(QUEUE))
    assert path_of(cluster) in staff_client(manager).get("/clinic/patients/").content.decode()
    assert BANNER not in words(staff_client(clinician).get(QUEUE))
    # The pages about clusters say it themselves.
    assert "3 patients, found" in words(staff_client(manager).get("/clinic/clusters/"))
    assert words(staff_client(manager).get(path_of(cluster))).count(BANNER) == 1
    assert staff_client(clinician).get(path_of(cluster)).status_code == 403


def test_what_was_done_is_kept_and_the_banner_goes(cluster: Cluster, manager: StaffMember) -> None:
    client = staff_client(manager)

    page = client.post(path_of(cluster), posted(cluster), follow=True)

    said = words(page)
    assert "Noted: these check-ins were looked at." in said
    assert str(manager.user) in said.partition("What was done")[2]
    assert "Sent swabs to the laboratory." in said
    assert BANNER not in words(client.get(QUEUE))
    assert "Looked at" in words(client.get("/clinic/clusters/"))


def test_a_note_is_needed(cluster: Cluster, manager: StaffMember) -> None:
    page = staff_client(manager).post(path_of(cluster), posted(cluster, note=" "))

    assert page.status_code == 422
    assert "Write what was done." in words(page)
    assert Cluster.objects.waiting().exists()


@pytest.mark.parametrize("unreadable", ["", "yesterday", "2026-01-14T00:00:00"])
def test_a_form_without_the_instant_of_its_page_saves_nothing(
    cluster: Cluster, manager: StaffMember, unreadable: str
) -> None:
    page = staff_client(manager).post(path_of(cluster), posted(cluster, grown_at=unreadable))

    assert page.status_code == 409
    assert Cluster.objects.waiting().exists()


def test_what_was_typed_stays_where_a_patient_was_added_meanwhile(
    clinic: Clinic, cluster: Cluster, manager: StaffMember
) -> None:
    reported(clinic, "Di", 55)
    find_clusters(at(56))
    client = staff_client(manager)

    page = client.post(path_of(cluster), posted(cluster))

    assert page.status_code == 409
    assert "Another patient was added while you wrote" in words(page)
    assert "Sent swabs to the laboratory." in page.content.decode()
    cluster.refresh_from_db()
    again = client.post(path_of(cluster), posted(cluster))
    assert again.status_code == 302


def test_a_report_that_was_taken_back_is_marked(
    cluster: Cluster, patients: list[Patient], manager: StaffMember
) -> None:
    client = staff_client(manager)
    assert "Does not count any more" not in words(client.get(path_of(cluster)))
    wrong = patients[0].check_ins.get()
    check_in(patients[0], 57, supersedes=wrong, described=at(20))

    page = client.get(path_of(cluster))

    assert words(page).count("Does not count any more") == 1


def test_managers_of_two_clinics_act_for_the_one_of_the_cluster(
    cluster: Cluster, manager: StaffMember, other_clinic: Clinic
) -> None:
    elsewhere = StaffMember.objects.create(user=manager.user, clinic=other_clinic, role="manager")
    client = staff_client(manager)
    client.post("/clinic/choose/", {"clinic": other_clinic.slug})

    assert elsewhere.clinic == other_clinic
    assert client.get(path_of(cluster)).status_code == 200


class TestInCommon:
    """What the patients share stands first, and what is not recorded beside it."""

    def page_of(self, manager: StaffMember, h: float = 60) -> str:
        find_clusters(at(h))
        [cluster] = Cluster.objects.filter(clinic=manager.clinic)
        return words(staff_client(manager).get(path_of(cluster)))

    def test_a_lot_and_an_operator_of_all(self, clinic: Clinic, manager: StaffMember) -> None:
        for h in (20, 30, 40):
            reported_with(clinic, h, str(manager.user), "AB-12")

        said = self.page_of(manager)

        assert "Lot AB-12 (needle cartridge) All 3 patients" in said
        # The manager treated them, and reads it as of anybody.
        assert f"Treated by {manager.user} All 3 patients" in said
        assert "not recorded for" in said  # neither serum nor cream
        assert "Who treated: not recorded" not in said

    def test_of_some(self, clinic: Clinic, manager: StaffMember) -> None:
        reported_with(clinic, 20, "Ann Lowe", "AB-12")
        reported_with(clinic, 30, "Bo Ray", "ab12")
        reported_with(clinic, 40, "", "CD-3")

        said = self.page_of(manager)

        assert "Lot AB-12 (needle cartridge) 2 of 3 patients" in said
        assert "Who treated: not recorded for 1 of 3" in said
        assert "Treated by Ann Lowe 1 of" not in said
        assert "Needle cartridge or tip: not recorded" not in said
        assert "Numbing cream: not recorded for 3 of 3" in said

    def test_nothing_is_recorded(self, patients: list[Patient], manager: StaffMember) -> None:
        said = self.page_of(manager)

        assert "No lot that is recorded, and nobody who treated, is the same for two of them." in said
        assert "Who treated: not recorded for 3 of 3 Lots: not recorded for 3 of 3" in said

    def test_a_report_that_was_taken_back_has_no_part(self, clinic: Clinic, manager: StaffMember) -> None:
        wrong = reported_with(clinic, 20, "", "AB-12")
        for h in (30, 40):
            reported_with(clinic, h, "", "AB-12")
        assert "All 3 patients" in self.page_of(manager)
        check_in(wrong, 57, supersedes=wrong.check_ins.get(), described=at(20))

        assert "All 2 patients" in self.page_of(manager)

    def test_another_clinic_is_said_and_nothing_of_it_shown(
        self, clinic: Clinic, other_clinic: Clinic, manager: StaffMember
    ) -> None:
        reported_with(clinic, 20, "Ann Lowe", "AB-12")
        others = [reported_with(other_clinic, h, "Olga Elsewhere", "AB 12") for h in (30, 40)]

        said = self.page_of(manager)

        assert "Similar signs in 1 patient here, and at another clinic" in said
        assert "Lot AB-12 (needle cartridge) The patient of this list Also reported at another clinic" in said
        for secret in (other_clinic.name, "Olga Elsewhere", *(str(one.user) for one in others)):
            assert secret not in said
        cluster = Cluster.objects.get(clinic=clinic)
        olga = person(other_clinic, "Olga", StaffMember.Role.MANAGER)
        assert staff_client(olga).get(path_of(cluster)).status_code == 404

    def test_a_correction_elsewhere_takes_it_away(
        self, clinic: Clinic, other_clinic: Clinic, manager: StaffMember
    ) -> None:
        reported_with(clinic, 20, "", "AB-12")
        for h in (30, 40):
            reported_with(other_clinic, h, "", "AB-12")
        self.page_of(manager)
        Lot.objects.filter(clinic=other_clinic).delete()

        said = self.page_of(manager)

        assert "Also reported at another clinic" not in said
        assert "That was corrected since." in said

    def test_two_spellings_of_a_product_both_stand_there(self, clinic: Clinic, manager: StaffMember) -> None:
        for h, product in ((20, "FineLine"), (30, "Fine-Line tip"), (40, "FineLine")):
            patient = reported_with(clinic, h, "", "AB-12")
            Lot.objects.filter(procedure__patient=patient).update(product=product)

        said = self.page_of(manager)
        # In the order in which the reports stand, newest first.
        assert "Lot AB-12 (needle cartridge, FineLine, Fine-Line tip)" in said

    def test_the_queries_do_not_grow_with_the_reports(
        self, clinic: Clinic, manager: StaffMember, django_assert_max_num_queries: Any
    ) -> None:
        for h in range(20, 40):
            reported_with(clinic, h, "Ann Lowe", "AB-12")
        find_clusters(at(50))
        client, path = staff_client(manager), path_of(Cluster.objects.get())
        client.get(path)
        with django_assert_max_num_queries(30):
            client.get(path)
