"""A patient sends pictures after a check-in, sees and removes them; nobody else does."""

from __future__ import annotations

import uuid
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aftercare.checkins.models import CheckIn, Photo
from aftercare.checkins.photos import actions
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.models import Area, Patient, StaffMember
from tests.checkins.photos.pictures import heic, jpeg
from tests.clinic.staff_client import proved_client
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(20, minutes=5))]

JSON: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def client(patient: Patient, folder: Path) -> Client:
    signed_in = Client()
    signed_in.force_login(patient.user)
    return signed_in


def fields(check_in: CheckIn, data: bytes | None = None, **others: Any) -> dict[str, Any]:
    picture = SimpleUploadedFile("picture.jpg", jpeg() if data is None else data, "image/jpeg")
    return {
        "check_in": str(check_in.pk),
        "area": "left_cheek",
        "token": str(uuid.uuid4()),
        "consent": "v1",
        "picture": picture,
        **others,
    }


def send(client: Client, check_in: CheckIn, data: bytes | None = None, **others: Any) -> Photo:
    response = client.post("/pictures/", fields(check_in, data, **others), **JSON)
    assert response.status_code == 201, response.content
    found: Photo = Photo.objects.get(pk=response.json()["id"])
    return found


def test_consent_is_asked_first_and_never_ticked_ahead(client: Client, reported: CheckIn) -> None:
    page = client.get(f"/check-ins/{reported.pk}/pictures/").content.decode()
    assert 'name="consent"' in page
    assert "checked" not in page
    without = fields(reported)
    del without["consent"]
    response = client.post("/pictures/", without)
    assert response.status_code == 422
    assert "Without it no picture is sent" in response.content.decode()
    assert not Photo.objects.exists()
    send(client, reported)
    assert 'name="consent"' not in client.get(f"/check-ins/{reported.pk}/pictures/").content.decode()


def test_without_script_the_form_sends_one_picture(client: Client, reported: CheckIn) -> None:
    response = client.post("/pictures/", fields(reported, heic()), follow=True)
    assert response.redirect_chain == [(f"/check-ins/{reported.pk}/pictures/", 302)]
    page = response.content.decode()
    assert "The picture is sent." in page
    assert "Your picture: Left cheek" in page
    assert "1 of 6." in page


BAD = {
    "no picture": {"picture": ""},
    "an unknown part": {"area": "knee"},
    "a part that was not treated": {"area": "scalp"},
    "no part": {"area": ""},
    "no token": {"token": "x"},
    "another text": {"consent": "v0"},
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_missing_is_said_and_the_check_in_stays(client: Client, reported: CheckIn, what: str) -> None:
    before = CheckIn.objects.values().get()
    response = client.post("/pictures/", {**fields(reported), **BAD[what]})
    assert response.status_code == 422
    page = response.content.decode()
    assert "The picture is not sent" in page
    assert "Your check-in is sent, whatever becomes of the picture." in page
    assert not Photo.objects.exists()
    assert CheckIn.objects.values().get() == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<svg onload='alert(1)'/>", "JPEG, PNG, WebP or HEIC"),
        (jpeg()[:300], "damaged"),
        (b"", "empty"),
        (jpeg() + b"\0" * 20_000_000, "larger than 20 MB"),
    ],
    ids=["SVG", "truncated", "empty", "more than 20 MB"],
)
def test_a_bad_picture_is_refused_in_clear_words(
    client: Client, reported: CheckIn, data: bytes, words: str
) -> None:
    for accept in ({}, JSON):
        response = client.post("/pictures/", fields(reported, data), **accept)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert not Photo.objects.exists()


def test_a_replayed_picture_is_one_picture(client: Client, reported: CheckIn) -> None:
    token = str(uuid.uuid4())
    assert send(client, reported, token=token).pk == send(client, reported, token=token).pk
    assert Photo.objects.count() == 1
    with frozen_at(at(90)):
        assert send(client, reported, token=token).is_kept, "what was taken in is confirmed whenever asked"


def test_a_phone_without_network_names_the_check_in_by_its_token(client: Client, reported: CheckIn) -> None:
    named = {**fields(reported), "check_in": str(reported.token)}
    answer = client.post("/pictures/", named, **JSON)
    assert (answer.status_code, answer.json()["token"]) == (201, named["token"])
    assert reported.photos.count() == 1


def test_every_answer_to_a_phone_names_the_token_of_the_picture(client: Client, reported: CheckIn) -> None:
    refused = fields(reported, b"nothing", kept="1")
    answer = client.post("/pictures/", refused, **JSON)
    assert (answer.status_code, answer.json()["token"]) == (422, refused["token"])
    without = {**fields(reported), "check_in": str(uuid.uuid4())}
    answer = client.post("/pictures/", without, **JSON)
    assert (answer.status_code, answer.json()["token"]) == (404, without["token"])
    assert client.post("/pictures/", {**fields(reported), "check_in": str(uuid.uuid4())}).status_code == 404


def test_a_phone_without_network_may_show_any_part_that_was_treated(
    client: Client, reported: CheckIn, nurse: StaffMember
) -> None:
    ProcedureFactory.create(
        patient=reported.patient, area=Area.NECK, performed_at=at(-500), recorded_by=nurse.user
    )
    neck = {**fields(reported), "area": "neck"}
    assert client.post("/pictures/", neck, **JSON).status_code == 422
    kept = {**fields(reported), "area": "neck", "kept": "1"}
    assert client.post("/pictures/", kept, **JSON).status_code == 201


def test_an_older_check_in_takes_no_picture(client: Client, reported: CheckIn) -> None:
    with frozen_at(at(45)):
        response = client.post("/pictures/", fields(reported), **JSON)
        assert response.status_code == 422
        assert "Check in again" in response.json()["error"]


def test_while_another_is_taken_in_the_phone_is_asked_to_come_again(
    client: Client, reported: CheckIn
) -> None:
    with actions._taking_in:
        response = client.post("/pictures/", fields(reported), **JSON)
    assert response.status_code == 503
    assert response.json()["again"] is True
    assert response["Retry-After"] == "3"


def test_a_store_that_fails_is_said(client: Client, reported: CheckIn, folder: Path) -> None:
    folder.write_text("a file where the folder would be")
    response = client.post("/pictures/", fields(reported))
    assert response.status_code == 503
    assert "could not be saved" in response.content.decode()
    assert not Photo.objects.exists()


def test_a_seventh_picture_is_refused(client: Client, reported: CheckIn) -> None:
    for _number in range(6):
        send(client, reported)
    response = client.post("/pictures/", fields(reported), **JSON)
    assert response.status_code == 422
    assert "six pictures" in response.json()["error"]
    page = client.get(f"/check-ins/{reported.pk}/pictures/").content.decode()
    assert "data-photo-form" not in page


def test_only_the_patient_is_sent_the_picture(
    client: Client, reported: CheckIn, stranger: Patient, nurse: StaffMember
) -> None:
    photo = send(client, reported)
    response = client.get(f"/pictures/{photo.pk}/")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content.startswith(b"\xff\xd8\xff")
    assert client.get(f"/pictures/{photo.pk}/?small").content.startswith(b"\xff\xd8\xff")
    other = Client()
    assert other.get(f"/pictures/{photo.pk}/").status_code == 302
    other.force_login(stranger.user)
    for path in ("", "remove/"):
        assert other.post(f"/pictures/{photo.pk}/{path}").status_code in {404, 405}
    assert other.get(f"/pictures/{photo.pk}/").status_code == 404
    assert other.get(f"/check-ins/{reported.pk}/pictures/").status_code == 404
    assert other.post("/pictures/", fields(reported), **JSON).status_code == 404
    other.force_login(nurse.user)
    assert other.get(f"/pictures/{photo.pk}/").status_code != 200


def test_a_picture_is_removed(client: Client, reported: CheckIn) -> None:
    photo = send(client, reported)
    assert client.get(f"/pictures/{photo.pk}/remove/").status_code == 405
    response = client.post(f"/pictures/{photo.pk}/remove/", follow=True)
    assert "The picture is removed." in response.content.decode()
    assert client.get(f"/pictures/{photo.pk}/").status_code == 404
    assert client.post(f"/pictures/{photo.pk}/remove/").status_code == 404


def test_all_pictures_are_on_one_page_and_go_with_the_consent(client: Client, reported: CheckIn) -> None:
    assert f"/check-ins/{reported.pk}/pictures/" in client.get("/pictures/").content.decode()
    photo = send(client, reported)
    assert f"/pictures/{photo.pk}/?small" in client.get("/pictures/").content.decode()
    sure = client.post("/pictures/take-back/").content.decode()
    assert "Remove all pictures?" in sure
    assert Photo.objects.kept().exists()
    client.post("/pictures/take-back/", {"sure": "yes"})
    assert not Photo.objects.kept().exists()
    assert str(photo.pk) not in client.get("/pictures/").content.decode()


def test_a_result_offers_pictures_below_what_leads(
    client: Client, patient: Patient, reported: CheckIn
) -> None:
    urgent = check_in(patient, at(20, minutes=2), signs=["pus"]).check_in
    page = client.get(f"/check-ins/{urgent.pk}/").content.decode()
    assert page.index("data-confirmation") < page.index('id="pictures"')
    pictures = client.get(f"/check-ins/{urgent.pk}/pictures/").content.decode()
    assert pictures.index("data-confirmation") < pictures.index("Add pictures, if you like")
    with frozen_at(at(60)):
        assert 'id="pictures"' not in client.get(f"/check-ins/{reported.pk}/").content.decode()


def test_the_pictures_go_with_the_own_data(client: Client, reported: CheckIn, patient: Patient) -> None:
    proved = proved_client(patient)
    assert "ZIP file" not in proved.get("/your-data/").content.decode()
    photo = send(client, reported)
    removed = send(client, reported)
    client.post(f"/pictures/{removed.pk}/remove/")
    assert "ZIP file" in proved.get("/your-data/").content.decode()
    response = proved.post("/your-data/", {"what": "pictures"})
    assert response["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(b"".join(response.streaming_content))) as archive:  # type: ignore[attr-defined]
        [name] = archive.namelist()
        assert name == f"2026-01-13-left_cheek-{photo.pk}.jpg"
        assert archive.read(name) == client.get(f"/pictures/{photo.pk}/").content
    rows = proved.post("/your-data/").json()["photos"]
    assert {row["id"] for row in rows} == {str(photo.pk), str(removed.pk)}
    assert patient.events.filter(verb="fetched_own_data").count() == 2
    # Nobody is sent the file without a proof of who it is.
    assert client.post("/your-data/", {"what": "pictures"}).status_code == 302


def test_a_withdrawn_patient_opens_no_picture(
    client: Client, reported: CheckIn, patient: Patient, nurse: StaffMember
) -> None:
    photo = send(client, reported)
    withdraw_patient(patient=patient, reason="Moved.", by=nurse.user, now=at(21))
    assert client.get(f"/pictures/{photo.pk}/").status_code != 200
    assert Photo.objects.kept().filter(pk=photo.pk).exists(), "kept with the reports, for staff"
