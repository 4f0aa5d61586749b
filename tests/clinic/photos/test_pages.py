"""Staff compare pictures of the same area; each picture that is opened is written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn, Photo
from aftercare.checkins.photos.page import photos_of
from aftercare.environment_values import photo_store
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from clinic.photos.page import Comparison
from tests.checkins.photos.making import make_photo
from tests.clinic.staff_client import alert_url, patient_url, staff_client
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(50))]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> None:
    settings.STORAGES = {**settings.STORAGES, "photos": photo_store(f"file://{tmp_path}/pictures")}


@pytest.fixture
def first(patient: Patient, procedure: Procedure) -> CheckIn:
    found: CheckIn = check_in(patient, 20, redness=2).check_in
    return found


@pytest.fixture
def second(patient: Patient, first: CheckIn) -> CheckIn:
    found: CheckIn = check_in(patient, 44, redness=3, signs=["pus"]).check_in
    return found


@pytest.fixture
def pair(first: CheckIn, second: CheckIn) -> tuple[Photo, Photo]:
    """Two of the left cheek, and before the newest one of the forehead."""
    earlier = make_photo(first, at(20))
    make_photo(first, at(20), "forehead")
    return earlier, make_photo(second, at(44))


@pytest.fixture
def desk(nurse: StaffMember) -> Client:
    return staff_client(nurse)


def test_the_same_area_only_is_compared_with_the_earlier_check_in(
    patient: Patient, pair: tuple[Photo, Photo], second: CheckIn
) -> None:
    found = Comparison.of(photos_of(patient))
    assert found is not None
    assert (found.earlier and found.earlier.photo, found.latest.photo) == pair
    assert [(tab.area.value, tab.number) for tab in found.tabs] == [("left_cheek", 2), ("forehead", 1)]
    assert ("Redness", "Severe") in found.latest.answers
    # A second picture of the newest check-in stands beside that of the one before.
    near = make_photo(second, at(45))
    found = Comparison.of(photos_of(patient))
    assert found is not None
    assert found.earlier is not None
    assert (found.earlier.photo, found.latest.photo) == (pair[0], near)
    chosen = Comparison.of(photos_of(patient), area="left_cheek", earlier=pair[1].pk)
    assert chosen is not None
    assert chosen.earlier is not None
    assert chosen.earlier.photo == pair[1]
    forehead = Comparison.of(photos_of(patient), area="forehead")
    assert forehead is not None
    assert forehead.earlier is None


def test_the_pages_show_the_pair_with_the_answers(
    desk: Client, patient: Patient, pair: tuple[Photo, Photo], second: CheckIn
) -> None:
    alert = Alert.objects.filter(patient=patient).worst_first()[0]
    for page in (alert_url(alert), patient_url(patient)):
        html = desk.get(page).content.decode()
        for photo in pair:
            assert f"pictures/{photo.pk}/?small" in html
        assert html.index("Course since treatment") < html.index('id="pictures"')
    html = " ".join(desk.get(patient_url(patient, "pictures/")).content.decode().split())
    assert "Left cheek, earlier and now" in html
    assert html.index("Redness moderate") < html.index("Redness severe")
    assert "No picture yet" not in html
    assert (
        "There is no earlier picture"
        in desk.get(patient_url(patient, "pictures/?area=forehead")).content.decode()
    )
    # Anything else in the address shows the newest.
    for odd in ("?area=knee", "?earlier=x", f"?earlier={patient.pk}"):
        assert "Left cheek, earlier" in desk.get(patient_url(patient, f"pictures/{odd}")).content.decode()


def test_each_picture_that_is_opened_is_written_down_for_the_patient(
    desk: Client, patient: Patient, nurse: StaffMember, pair: tuple[Photo, Photo]
) -> None:
    for photo in pair:
        path = patient_url(patient, f"pictures/{photo.pk}/")
        assert desk.get(f"{path}?small").content.startswith(b"\xff\xd8\xff")
        assert desk.get(path)["Content-Type"] == "image/jpeg"
    looks = patient.events.filter(page=Event.Page.PHOTO, actor=nurse.user)
    assert {look.subject for look in looks} == {photo.pk for photo in pair}
    assert looks.count() == 2, "once for each, within minutes"
    own = staff_client(patient).get("/who-looked/").content.decode()
    assert "saw a picture of yours" in own
    desk.get(patient_url(patient, "pictures/"))
    assert "compared your pictures" in staff_client(patient).get("/who-looked/").content.decode()


def test_nobody_else_is_sent_a_picture(
    patient: Patient, stranger: Patient, outsider: StaffMember, pair: tuple[Photo, Photo], nurse: StaffMember
) -> None:
    path = patient_url(patient, f"pictures/{pair[0].pk}/")
    for person in (patient, stranger, outsider):
        assert staff_client(person).get(path).status_code == 404
    assert Client().get(path).status_code == 302
    # Of another patient of the clinic than the address says.
    other = f"/clinic/patients/{stranger.pk}/pictures/{pair[0].pk}/"
    assert staff_client(nurse).get(other).status_code == 404
    assert not Event.objects.filter(page=Event.Page.PHOTO).exists()
    Photo.objects.update(key="", deleted_at=at(49))
    assert staff_client(nurse).get(path).status_code == 404


def test_a_picture_is_asked_for_by_a_fixed_message(
    desk: Client, patient: Patient, procedure: Procedure
) -> None:
    ask = patient_url(patient, "pictures/ask/")
    assert "is on its way to the patient" in desk.post(ask, follow=True).content.decode()
    assert "a moment ago" in desk.post(ask, follow=True).content.decode()
    letter = patient.letters.get()
    assert letter.template == "photo"
    own = staff_client(patient)
    page = own.get(f"/letters/{letter.pk}/").content.decode()
    assert "Please send us a picture of the area." in page
    assert 'href="/pictures/"' in page
    assert "Check in first" in own.get("/pictures/").content.decode()


def test_a_withdrawn_patient_is_not_asked(desk: Client, patient: Patient, nurse: StaffMember) -> None:
    withdraw_patient(patient=patient, reason="Moved.", by=nurse.user, now=at(49))
    assert "withdrawn" in desk.post(patient_url(patient, "pictures/ask/"), follow=True).content.decode()
    assert not patient.letters.exists()


def test_the_card_takes_one_query_however_many_pictures(
    desk: Client, patient: Patient, first: CheckIn
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            desk.get(patient_url(patient))
        return sum("checkins_photo" in query["sql"] for query in counted.captured_queries)

    for number in range(3):
        make_photo(first, at(20 + number))
    assert queries() == 1


@pytest.mark.parametrize("page", ["alert", "patient"])
def test_the_course_marks_the_check_ins_with_pictures_and_leads_to_them(
    page: str, desk: Client, patient: Patient, second: CheckIn, first: CheckIn
) -> None:
    path = alert_url(patient.alerts.get(rule="pus")) if page == "alert" else patient_url(patient)
    assert 'class="camera"' not in desk.get(path).content.decode()
    make_photo(first, at(20))
    make_photo(second, at(44))
    make_photo(second, at(44), "forehead")

    shown = desk.get(path).content.decode()

    assert shown.count('class="camera"') == 2
    assert "20 hours: one picture; 44 hours: 2 pictures." in shown
    course = shown.partition("Course since treatment")[2].partition("</section>")[0]
    assert f'href="{patient_url(patient, "pictures/")}"' in course
