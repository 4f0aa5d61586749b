"""The secrets of second factors are encrypted in the database."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

from aftercare.people.models import StaffMember
from tests.people.encryption.reading import store, stored

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    """Return the code that an app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_the_secret_of_an_app_is_encrypted_and_its_codes_are_taken(nurse: StaffMember) -> None:
    secret = generate_totp_secret()
    TOTP.activate(nurse.user, secret)
    row = Authenticator.objects.get(type="totp")
    assert secret not in stored(row, "data")
    assert '"enc1.' in stored(row, "data")
    assert TOTP(row).validate_code(code_of(secret))


def test_the_seed_of_recovery_codes_is_encrypted_and_its_codes_are_taken(nurse: StaffMember) -> None:
    codes = RecoveryCodes.activate(nurse.user)
    row = Authenticator.objects.get(type="recovery_codes")
    assert json.loads(stored(row, "data"))["seed"].startswith("enc1.")
    assert codes.validate_code(codes.get_unused_codes()[0])


def test_a_secret_from_before_is_still_taken(nurse: StaffMember) -> None:
    secret = generate_totp_secret()
    TOTP.activate(nurse.user, secret)
    row = Authenticator.objects.get(type="totp")
    store(row, "data", json.dumps({"secret": secret}))
    row.refresh_from_db()
    assert TOTP(row).validate_code(code_of(secret))
