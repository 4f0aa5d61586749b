"""A patient of two clinics, and a patient who is staff as well."""

from __future__ import annotations

import pytest
from django.test import Client

from aftercare.people.models import Clinic, Patient, StaffMember
from tests.factories import MONDAY, PatientFactory, at, check_in

pytestmark = pytest.mark.django_db

CHOOSE = "/accounts/clinic/"


@pytest.fixture
def elsewhere(patient: Patient, other_clinic: Clinic) -> Patient:
    """The same person, enrolled later at the other clinic."""
    return PatientFactory.create(user=patient.user, clinic=other_clinic, enrolled_at=MONDAY)


@pytest.fixture
def amara(patient: Patient, elsewhere: Patient, client: Client) -> Client:
    client.force_login(patient.user)
    return client


def clinic_shown(client: Client) -> str:
    """Under whose name the first page stands."""
    page = client.get("/").content.decode()
    names = [name for name in ("Larkfield Skin Clinic", "Elsewhere Clinic") if f"This is {name}." in page]
    assert len(names) == 1
    return names[0]


def test_the_newest_clinic_is_shown_until_another_is_chosen(amara: Client, patient: Patient) -> None:
    assert clinic_shown(amara) == "Elsewhere Clinic"
    page = amara.get(CHOOSE).content.decode()
    assert page.index("Elsewhere Clinic</button>") < page.index("Larkfield Skin Clinic</button>")

    assert amara.post(CHOOSE, {"patient": str(patient.pk)}).headers["Location"] == "/"

    assert clinic_shown(amara) == "Larkfield Skin Clinic"


def test_a_check_in_goes_to_the_clinic_that_is_shown(
    amara: Client, patient: Patient, elsewhere: Patient
) -> None:
    amara.post(CHOOSE, {"patient": str(patient.pk)})
    token = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    amara.post("/check-in/", {"token": token, "want_contact": "yes", "signs": "none"})
    assert (patient.check_ins.count(), elsewhere.check_ins.count()) == (1, 0)


def test_a_result_is_read_at_its_own_clinic_whichever_is_chosen(
    amara: Client, patient: Patient, elsewhere: Patient
) -> None:
    patient.clinic.telephone = "0161 496 0555"
    patient.clinic.save()
    old = check_in(patient, 1, signs=["pus"]).check_in
    assert clinic_shown(amara) == "Elsewhere Clinic"

    for path in (f"/check-ins/{old.pk}/", f"/check-ins/{old.pk}/confirmation/"):
        assert amara.get(path).status_code == 200
    page = amara.get(f"/check-ins/{old.pk}/").content.decode()
    assert "This is Larkfield Skin Clinic." in page
    assert "0161 496 0555" in page


def test_nobody_chooses_what_is_not_theirs(amara: Client, stranger: Patient) -> None:
    for named in (str(stranger.pk), "", "x"):
        assert amara.post(CHOOSE, {"patient": named}).status_code == 404
    assert clinic_shown(amara) == "Elsewhere Clinic"


def test_who_has_one_clinic_has_nothing_to_choose(patient: Patient, client: Client) -> None:
    assert client.get(CHOOSE).status_code == 302
    client.force_login(patient.user)
    assert client.get(CHOOSE).status_code == 404
    assert "more than one clinic" not in client.get("/").content.decode()


def test_staff_who_are_patients_see_their_own_day_and_the_way_to_the_queue(
    nurse: StaffMember, other_clinic: Clinic, client: Client
) -> None:
    PatientFactory.create(user=nurse.user, clinic=other_clinic, enrolled_at=at())
    client.force_login(nurse.user)
    page = client.get("/").content.decode()
    assert 'href="/clinic/"' in page
    assert "Elsewhere Clinic" in page
    workspace = client.get("/clinic/")
    assert workspace.status_code == 200
    assert "Larkfield Skin Clinic" in workspace.content.decode()
