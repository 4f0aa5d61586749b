"""What the phone sends later: confirmed by its token, counted from when it was filled in, and never taken twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from aftercare.checkins.models import CheckIn
from aftercare.people.models import Patient
from tests.checkins.posting import ORDINARY_FORM, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("course_set")]
# The clock of the phone is wrong by a day.
PHONE = datetime(2020, 1, 1, 8, tzinfo=UTC)


def send_kept(client: Client, token: str, hours: float = 2, **fields: Any) -> Any:
    """Post what was filled in so many hours ago, as the phone does."""
    times = {"filled_at": PHONE.isoformat(), "sent_at": (PHONE + timedelta(hours=hours)).isoformat()}
    return client.post("/check-in/", {**ORDINARY_FORM, "token": token, "kept": "1", **times, **fields})


def test_it_is_confirmed_by_its_token_and_counts_from_when_it_was_filled_in(treated: Patient) -> None:
    token = str(uuid4())

    answer = send_kept(signed_in(treated.user), token)

    stored = CheckIn.objects.get()
    assert answer.json() == {"token": token, "result": f"/check-ins/{stored.pk}/"}
    assert stored.submitted_at - stored.observed_at == timedelta(hours=2)
    assert stored.filled_in_at == stored.observed_at
    assert stored.submitted_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.parametrize("hours", [2, 9])
def test_sent_again_it_is_stored_once(treated: Patient, hours: float) -> None:
    client, token = signed_in(treated.user), str(uuid4())
    send_kept(client, token, 2)

    answer = send_kept(client, token, hours)

    assert answer.json()["token"] == token
    assert CheckIn.objects.count() == 1


def test_it_arrived_at_once_after_all(treated: Patient) -> None:
    client, token = signed_in(treated.user), str(uuid4())
    client.post("/check-in/", {**ORDINARY_FORM, "token": token})

    send_kept(client, token, 0.1)

    assert CheckIn.objects.get().filled_in_at is None


@pytest.mark.parametrize(("hours", "counted"), [(-30, 0), (3, 3)])
def test_a_clock_that_was_put_right_meanwhile_dates_nothing_ahead(
    treated: Patient, hours: float, counted: float
) -> None:
    send_kept(signed_in(treated.user), str(uuid4()), hours)

    stored = CheckIn.objects.get()
    assert stored.submitted_at - stored.observed_at == timedelta(hours=counted)


def test_times_that_cannot_be_read_mean_now(treated: Patient) -> None:
    send_kept(signed_in(treated.user), str(uuid4()), filled_at="yesterday")

    stored = CheckIn.objects.get()
    assert stored.observed_at == stored.submitted_at


def test_what_is_refused_says_why_and_names_its_token(treated: Patient) -> None:
    token = str(uuid4())

    answer = send_kept(signed_in(treated.user), token, redness="7")
    too_old = send_kept(signed_in(treated.user), token, 200)

    assert answer.status_code == too_old.status_code == 422
    assert answer.json()["token"] == token
    assert [error["label"] for error in answer.json()["errors"]] == ["How red is the treated skin?"]
    assert "before your treatment" in too_old.content.decode() or "too long ago" in too_old.content.decode()
    assert not CheckIn.objects.exists()


def test_an_emergency_is_never_too_old(treated: Patient) -> None:
    answer = send_kept(signed_in(treated.user), str(uuid4()), 200, emergency="eye")

    assert answer.status_code == 200
    stored = CheckIn.objects.get()
    assert (stored.observed_at, stored.in_series) == (stored.submitted_at, False)


def test_signed_out_it_stays_on_the_phone(treated: Patient, client: Client) -> None:
    assert send_kept(client, str(uuid4())).status_code == 401
    assert client.get("/offline/state/").json() == {"keys": []}
    assert not CheckIn.objects.exists()


def test_a_form_for_another_clinic_is_for_the_patient_to_decide(treated: Patient) -> None:
    answer = send_kept(signed_in(treated.user), str(uuid4()), record=str(uuid4()))

    assert answer.status_code == 422
    assert "another clinic" in answer.json()["errors"][0]["text"]


def test_the_key_of_a_person_says_nothing_and_outlives_a_change_of_secret(
    treated: Patient, settings: Any
) -> None:
    client = signed_in(treated.user)
    [key] = client.get("/offline/state/").json()["keys"]
    page = client.get("/")

    assert page["X-Aftercare-Person"] == key
    assert str(treated.user.pk) != key
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 8, [settings.SECRET_KEY]
    assert signed_in(treated.user).get("/offline/state/").json()["keys"][1] == key


def test_a_page_for_nobody_says_so(client: Client, treated: Patient) -> None:
    assert client.get("/accounts/login/code/")["X-Aftercare-Person"] == "-"
