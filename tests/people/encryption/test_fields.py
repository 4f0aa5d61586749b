"""Free text about a person is encrypted in the database, and read as before everywhere else."""

from __future__ import annotations

import json
from copy import copy
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Q

from aftercare.alerts.models import ContactAttempt
from aftercare.checkins.models import CheckIn
from aftercare.people.encryption.fields import Encrypted, EncryptedJSONField, EncryptedTextField
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import at, check_in
from tests.people.encryption.reading import store, stored

pytestmark = pytest.mark.django_db

SAID = "Pus since noon. My sister Ines has seen it."
# The texts and objects of the rooms that hold people, by whether they are encrypted.
ENCRYPTED = {
    "alerts.Alert": {"next_try_reason", "note"},
    "alerts.ContactAttempt": {"note"},
    "checkins.CheckIn": {"note", "unreadable"},
    "checkins.ClusterLook": {"note"},
    "checkins.Photo": {"key"},
    "people.AddressChange": {"old_address"},
    "people.CodeMail": {"content"},
    "people.Companion": {"email", "name"},
    "people.ContactPoint": {"address"},
    "people.EventDetail": {"content"},
    "people.Patient": {"call_back_hours"},
}
PLAIN = {
    # Found by, shown in lists, or needed to reach somebody.
    "people.User": {"email", "first_name", "last_name", "telephone"},
    "people.Patient": {"call_back_telephone", "guardian_name", "record_number", "search_text"},
    # Chosen from lists, or the portal's own words.
    "people.Patient ": {"consent_version", "intake", "intake_asked", "time_zone"},
    "people.Procedure": {"area"},
    # Found by: who treated, and which lot was used (decision 53).
    "people.Operator": {"key", "name"},
    "people.Lot": {"key", "number", "product"},
    "checkins.CheckIn": {"advice", "answers", "several_of"},
    "checkins.Assessment": {"advice", "ruleset_version"},
    "checkins.Finding": {"evidence", "rule"},
    "checkins.ClusterReport": {"rules"},
    "checkins.PhotoConsent": {"version"},
    "checkins.ReminderPlan": {"time_zone"},
    "alerts.Alert": {"rule"},
    # Never changed or deleted, so that they cannot be encrypted anew: ids, codes and hashes.
    "people.Event": {"data"},
    "people.EventSeal": {"content", "hash", "previous"},
    # Said by programs.
    "outbox.Message": {"claimed_by", "error", "kind"},
    "outbox.Heartbeat": {"name"},
    "people.SignInLink": {"next_path", "token_hash"},
    "people.CodeRequest": {"code_hash", "mailbox", "network"},
    "alerts.AnswerLink": {"token_hash"},
    "checkins.Reminder": {"token_hash"},
    "people.Companion": {"token_hash"},
    "alerts.Reply": {"sender", "sid"},
    "people.ContactPoint": {"code_hash", "name"},
    "people.ContactRule": {"level"},
    "people.User ": {"password"},
    # About a clinic.
    "people.Clinic": {
        *(
            "accent",
            "accent_dark",
            "cannot_phone",
            "check_in_days",
            "closed_days",
            "emergency_number",
            "name",
            "opening_hours",
        ),
        *("data_contact", "data_controller", "data_kept"),
        *("out_of_hours_telephone", "slug", "technical_contact", "telephone", "time_zone"),
    },
}
ROOMS = {"people", "alerts", "checkins", "outbox"}


def reported(patient: Patient, **columns: Any) -> CheckIn:
    """A check-in whose columns were changed as an earlier submission would have written them."""
    made = check_in(patient, 20, signs=["pus"]).check_in
    for name, value in columns.items():
        setattr(made, name, value)
    made.save(update_fields=list(columns))
    return made


def test_what_a_patient_wrote_is_encrypted_and_read_again(patient: Patient, procedure: Procedure) -> None:
    made = reported(patient, note=SAID, unreadable={"pain": SAID})
    for name in ("note", "unreadable"):
        assert "enc1." in stored(made, name)
        assert "Ines" not in stored(made, name)
    found = CheckIn.objects.get(pk=made.pk)
    assert (found.note, found.unreadable) == (SAID, {"pain": SAID})
    assert list(CheckIn.objects.values_list("note", "unreadable")) == [(SAID, {"pain": SAID})]
    assert CheckIn.objects.only("note").get().note == SAID


def test_an_empty_note_is_stored_as_empty(patient: Patient, procedure: Procedure) -> None:
    made = check_in(patient, 20).check_in
    assert (stored(made, "note"), stored(made, "unreadable")) == ("", "{}")


def test_what_staff_wrote_is_encrypted_whichever_way_it_is_saved(
    patient: Patient, nurse: StaffMember
) -> None:
    attempt = ContactAttempt(patient=patient, at=at(21), by=nurse.user, result="reached", note=SAID)
    ContactAttempt.objects.bulk_create([attempt])
    patient.call_back_hours = "after five"
    patient.save()
    Patient.objects.filter(pk=patient.pk).update(call_back_hours="after six")
    assert "enc1." in stored(patient, "call_back_hours")
    patient.call_back_hours = "after seven"
    Patient.objects.bulk_update([patient], ["call_back_hours"])
    assert "enc1." in stored(patient, "call_back_hours")
    patient.refresh_from_db()
    assert patient.call_back_hours == "after seven"
    assert "enc1." in stored(attempt, "note")
    assert ContactAttempt.objects.get().note == SAID


def test_a_row_from_before_is_read_and_encrypted_when_it_is_saved(
    patient: Patient, procedure: Procedure
) -> None:
    made = check_in(patient, 20).check_in
    store(made, "note", SAID)
    store(made, "unreadable", json.dumps({"pain": SAID}))
    found = CheckIn.objects.get(pk=made.pk)
    assert (found.note, found.unreadable) == (SAID, {"pain": SAID})
    found.save()
    assert "Ines" not in stored(made, "note") + stored(made, "unreadable")


def test_nothing_can_be_looked_up_by_an_encrypted_field(patient: Patient) -> None:
    for condition in (Q(note__contains="pus"), Q(note="pus"), Q(note__in=["pus"]), Q(note__gt="p")):
        with pytest.raises(FieldError):
            list(CheckIn.objects.filter(condition))
    with pytest.raises(FieldError):
        list(CheckIn.objects.filter(unreadable__contains={"pain": "x"}))
    assert not CheckIn.objects.exclude(note="").filter(note__isnull=False).exists()


def test_a_long_text_fits_where_its_column_was_short(patient: Patient) -> None:
    patient.call_back_hours = "é" * 100
    patient.save()
    patient.refresh_from_db()
    assert patient.call_back_hours == "é" * 100


@pytest.mark.parametrize("kind", [EncryptedTextField, EncryptedJSONField])
def test_a_field_can_be_copied_as_migrations_on_sqlite_do(kind: type[Encrypted]) -> None:
    field: Any = kind()
    assert type(copy(field)) is kind


def is_text(field: Any) -> bool:
    """Whether a field may hold what somebody typed."""
    return isinstance(field, models.TextField | models.JSONField | models.CharField) and not field.choices


def test_each_text_about_a_person_is_encrypted_or_known_not_to_be() -> None:
    """A new column for what somebody types has to be put into one of the tables above."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for model in apps.get_models():
        if model._meta.app_label in ROOMS:
            for field in filter(is_text, model._meta.local_concrete_fields):
                found[isinstance(field, Encrypted)].add(f"{model._meta.label}.{field.name}")
    for is_encrypted, table in ((True, ENCRYPTED), (False, PLAIN)):
        named = {f"{model.strip()}.{name}" for model, names in table.items() for name in names}
        assert found[is_encrypted] == named
