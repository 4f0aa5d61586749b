"""Managers see a cluster, its banner on every page, and write what was done; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.checkins.clusters.actions import find_clusters
from aftercare.checkins.models import Cluster
from aftercare.people.models import Clinic, Patient, StaffMember
from tests.clinic.staff_client import QUEUE, patient_url, staff_client, words
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, at, check_in

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
