"""Sessions hold what was typed: they are encrypted in the database."""

import json
import os
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from aftercare.people.models import Patient, StaffMember

pytestmark = pytest.mark.django_db
SEARCH = "/clinic/patients/search/"


def signed_in(person: StaffMember | Patient) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_what_a_session_holds_cannot_be_read_in_the_database(nurse: StaffMember) -> None:
    client = signed_in(nurse)
    client.post(SEARCH, {"words": "Amara Osei"})
    row = Session.objects.get(session_key=client.session.session_key)
    assert row.session_data.startswith("enc1.")
    assert "_auth_user_id" not in db.SessionStore().decode(row.session_data)
    assert [words for _key, words in client.session["searches"]] == ["Amara Osei"]


def test_a_session_from_before_goes_on(nurse: StaffMember) -> None:
    client = signed_in(nurse)
    row = Session.objects.get()
    row.session_data = db.SessionStore().encode(dict(client.session))
    row.save()
    assert client.get("/clinic/").status_code == 200
    call_command("rotate_keys", stdout=StringIO())
    assert Session.objects.get().session_data.startswith("enc1.")
    assert client.get("/clinic/").status_code == 200


def test_what_is_neither_encrypted_nor_signed_is_no_session(nurse: StaffMember) -> None:
    client = signed_in(nurse)
    row = Session.objects.get()
    row.session_data = json.dumps(dict(client.session))
    row.save()
    assert client.get("/clinic/").status_code == 302


def test_a_session_whose_key_is_gone_is_over(nurse: StaffMember, settings: Any) -> None:
    client = signed_in(nurse)
    settings.DATA_KEYS = (os.urandom(32),)
    answer = client.get("/clinic/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/code/?next=/clinic/")


def test_a_new_secret_key_ends_nothing_while_the_old_one_is_a_fallback(
    nurse: StaffMember, settings: Any
) -> None:
    client = signed_in(nurse)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-long-text-that-nobody-else-has-0123456789"
    assert client.get("/clinic/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/clinic/").status_code == 200, "the session was signed anew"
    other = signed_in(nurse)
    settings.SECRET_KEY = "a-third-long-text-that-nobody-else-has-0123456789"
    assert other.get("/clinic/").status_code == 302
