"""The operator removes the second step of somebody who has lost it."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command

from aftercare.outbox.delivery import sweep
from aftercare.people.models import Event, StaffMember, User
from tests.clinic.staff_client import QUEUE, staff_client
from tests.factories import at
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]


def reset(monkeypatch: pytest.MonkeyPatch, address: str, typed: str) -> str:
    """Run the command, type an answer, and return what it says."""
    monkeypatch.setattr("builtins.input", lambda _asked: typed)
    said = StringIO()
    call_command("reset_second_factor", address, stdout=said)
    return said.getvalue()


@pytest.fixture
def with_app(nurse: StaffMember) -> StaffMember:
    TOTP.activate(nurse.user, generate_totp_secret())
    RecoveryCodes.activate(nurse.user)
    return nurse


def test_the_second_step_is_removed_and_every_session_ends(
    with_app: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = staff_client(with_app)
    prove(client, with_app.user, "mfa", type="totp")
    said = reset(monkeypatch, with_app.user.email.upper(), with_app.user.email)
    assert f"Every session of {with_app.user.email} has ended" in said
    assert not Authenticator.objects.exists()
    assert client.get(QUEUE).headers["Location"].startswith("/accounts/login/code/")


def test_it_is_an_event_of_the_system_and_its_owner_is_told(
    with_app: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset(monkeypatch, with_app.user.email, with_app.user.email)
    (event,) = Event.objects.filter(verb=Event.Verb.RESET_FACTORS)
    assert (event.clinic, event.actor) == (with_app.clinic, User.objects.system())
    assert event.data == {"user": with_app.user_id, "what": "reset"}
    sweep()
    (notice,) = mail.outbox
    assert notice.to == [with_app.user.email]
    assert "The second step was removed" in str(notice.body)


@pytest.mark.parametrize("typed", ["", "y", "someone@else.example"])
def test_without_the_address_typed_once_more_nothing_changes(
    with_app: StaffMember, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        reset(monkeypatch, with_app.user.email, typed)
    assert Authenticator.objects.count() == 2


def test_an_unknown_address_and_somebody_without_one_are_refused(
    nurse: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="No active user"):
        reset(monkeypatch, "nobody@test.example", "")
    with pytest.raises(CommandError, match="has no second step"):
        reset(monkeypatch, nurse.user.email, "")
