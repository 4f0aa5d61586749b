"""Rotation of keys: every text gets the newest key, while others go on writing."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from aftercare.checkins.models import CheckIn
from aftercare.people.encryption import rotation
from aftercare.people.encryption.cipher import key_id
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import PatientFactory, check_in
from tests.people.encryption.reading import store, stored
from tests.people.proving import prove
from tools.servers.process import ROOT

SAID = "Pus since noon."
NEW = os.urandom(32)
MARK = f"enc1.{key_id(NEW)}."


def rotated() -> str:
    """Return what the command prints."""
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def new_key(settings: Any) -> None:
    settings.DATA_KEYS = (NEW, *settings.DATA_KEYS)


@pytest.mark.django_db
class TestRotation:
    def test_every_text_gets_the_newest_key_and_is_read_with_it_alone(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember, settings: Any
    ) -> None:
        old, plain = check_in(patient, 20).check_in, check_in(patient, 21).check_in
        old.note, old.unreadable = SAID, {"pain": SAID}
        old.save()
        store(plain, "note", SAID)
        store(plain, "unreadable", json.dumps({"pain": SAID}))
        TOTP.activate(nurse.user, "SECRET")
        RecoveryCodes.activate(nurse.user)
        client = Client()
        client.force_login(nurse.user)
        prove(client, nurse.user, "mfa", type="totp")
        app, codes = Authenticator.objects.get(type="totp"), Authenticator.objects.get(type="recovery_codes")
        unused = RecoveryCodes(codes).get_unused_codes()
        new_key(settings)

        said = rotated()

        settings.DATA_KEYS = (NEW,)
        for row in (old, plain):
            for name in ("note", "unreadable"):
                assert MARK in stored(row, name), name
            found = CheckIn.objects.get(pk=row.pk)
            assert (found.note, found.unreadable) == (SAID, {"pain": SAID})
        for factor in (app, codes):
            assert MARK in stored(factor, "data")
            factor.refresh_from_db()
        assert RecoveryCodes(codes).get_unused_codes() == unused
        assert Session.objects.get().session_data.startswith(MARK)
        assert client.get("/clinic/").status_code == 200
        assert "checkins_checkin.note: 2 of 2, 2 encrypted" in said
        assert "Every row has the newest key. Keys after the first are no longer needed." in said

    def test_what_was_begun_is_finished_by_another_run(
        self, patient: Patient, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        patients = [patient, *PatientFactory.create_batch(4, clinic=patient.clinic)]
        for one in patients:
            store(one, "call_back_hours", "after five")
        monkeypatch.setattr(rotation, "ROWS_AT_ONCE", 2)
        column = next(one for one in rotation.columns() if one.place == "people_patient.call_back_hours")
        begun = rotation.rotate(column)
        assert next(begun).renewed == 2
        assert rotation.count_old(column) == 3

        with pytest.raises(CommandError, match="Rows without the newest key: 3"):
            call_command("rotate_keys", "--count", stdout=StringIO())
        assert "people_patient.call_back_hours: 3 of 3, 3 encrypted" in rotated()
        assert rotation.count_old(column) == 0
        assert set(Patient.objects.values_list("call_back_hours", flat=True)) == {"after five"}

    def test_a_value_that_changed_since_it_was_read_is_left_alone(self, patient: Patient) -> None:
        store(patient, "call_back_hours", "after five")
        column = next(one for one in rotation.columns() if one.place == "people_patient.call_back_hours")
        ((key, before),) = rotation.old_rows(column, None)
        store(patient, "call_back_hours", "after six")
        assert rotation.replace(column, key, before, column.renew(before)) == 0
        assert stored(patient, "call_back_hours") == "after six"

    def test_a_row_whose_key_is_gone_is_kept_and_named(self, patient: Patient, settings: Any) -> None:
        patient.call_back_hours = "after five"
        patient.save()
        kept, settings.DATA_KEYS = stored(patient, "call_back_hours"), (NEW,)
        with pytest.raises(CommandError, match="1 rows can't be read with the keys in DATA_KEYS"):
            rotated()
        assert stored(patient, "call_back_hours") == kept


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_while_another_process_writes(patient: Patient, settings: Any) -> None:
    patients = [patient, *PatientFactory.create_batch(199, clinic=patient.clinic)]
    for one in patients:
        store(one, "call_back_hours", "at first")
    keys = (NEW, *settings.DATA_KEYS)
    where = connection.settings_dict
    env = {
        **os.environ,
        "DATABASE_URL": f"postgres://postgres@{where['HOST']}:{where['PORT']}/{where['NAME']}",
        "DATA_KEYS": ",".join(base64.b64encode(key).decode() for key in keys),
    }
    rotating = subprocess.Popen(
        [sys.executable, "manage.py", "rotate_keys"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    # This process has the new key too, and writes with the old one first: as a portal before its restart.
    settings.DATA_KEYS = keys[::-1]
    written, turn = {}, 0
    while rotating.poll() is None:
        one = patients[turn % len(patients)]
        one.call_back_hours = f"at {turn}"
        one.save(update_fields=["call_back_hours"])
        written[one.pk] = one.call_back_hours
        turn += 1
    said, _errors = rotating.communicate()
    settings.DATA_KEYS = keys
    if rotating.returncode:  # rows that were written behind it
        assert "rows do not have the newest key" in said
    # Others may have been written since it looked for the last time; now everybody writes with the new key.
    call_command("rotate_keys", stdout=StringIO())
    assert written
    for one in patients:
        assert stored(one, "call_back_hours").startswith(MARK)
        one.refresh_from_db()
        assert one.call_back_hours == written.get(one.pk, "at first")
