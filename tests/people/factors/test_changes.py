"""A changed second step ends every other session, is an event, and its owner is told by mail."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core import mail
from django.test import Client

from aftercare.outbox.delivery import sweep
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Clinic, Event, FactorChange, Patient, SignInLink, StaffMember
from tests.clinic.staff_client import QUEUE, proved_client, staff_client
from tests.factories import PatientFactory, at
from tests.people.accounts.test_second_factor import code_of
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

SET_UP = "/accounts/2fa/totp/activate/"
SUBJECT = "Your second step at sign-in was changed"


def add_app(client: Client) -> Any:
    page: Any = client.get(SET_UP)
    return client.post(SET_UP, {"code": code_of(page.context["form"].secret)})


def remove_app(client: Client) -> Any:
    return client.post("/accounts/2fa/totp/deactivate/")


def remove_passkey(client: Client) -> Any:
    kept = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    return client.post(f"/accounts/2fa/webauthn/keys/{kept.pk}/remove/")


def new_spare_codes(client: Client) -> Any:
    return client.post("/accounts/2fa/recovery-codes/generate/")


CHANGES = [
    (remove_app, "removed_app", "The app on the phone was removed."),
    (remove_passkey, "removed_passkey", "A fingerprint, screen lock or key was removed."),
    (new_spare_codes, "new_spare_codes", "New spare codes were made. The ones from before work no more."),
]


@pytest.fixture
def with_both(nurse: StaffMember) -> StaffMember:
    """A nurse with an app, a passkey and spare codes."""
    TOTP.activate(nurse.user, generate_totp_secret())
    Authenticator.objects.create(user=nurse.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    RecoveryCodes.activate(nurse.user)
    return nurse


def passed(member: StaffMember) -> Client:
    """A browser in which somebody has passed the second step just now."""
    client = staff_client(member)
    prove(client, member.user, "mfa", type="totp")
    return client


class TestAdding:
    def test_every_other_session_ends_and_this_one_goes_on_with_the_second_step(
        self, nurse: StaffMember
    ) -> None:
        elsewhere, here = proved_client(nurse), proved_client(nurse)
        answer = add_app(here)
        assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
        assert here.get("/accounts/2fa/recovery-codes/").status_code == 200
        assert here.get(QUEUE).status_code == 200
        assert elsewhere.get(QUEUE).headers["Location"].startswith("/accounts/login/code/")

    def test_a_link_from_before_no_longer_signs_in(self, nurse: StaffMember) -> None:
        link = make_sign_in_link(user=nurse.user, now=at(1))
        add_app(proved_client(nurse))
        assert Client().post(link).status_code == 410
        assert SignInLink.objects.get().used_at == at(1)

    def test_a_patient_is_told_without_name_or_health_detail(self, patient: Patient) -> None:
        add_app(proved_client(patient))
        mail.outbox.clear()
        sweep()
        (notice,) = mail.outbox
        assert (notice.to, notice.subject) == (["amara@test.example"], SUBJECT)
        body = " ".join(str(notice.body).split())
        assert "An app on a phone was added." in body
        assert "call your clinic now. Larkfield Skin Clinic: 0161 496 0123" in body
        assert "Amara" not in body

    def test_each_clinic_has_an_event(self, patient: Patient, other_clinic: Clinic) -> None:
        PatientFactory.create(user=patient.user, clinic=other_clinic)
        add_app(proved_client(patient))
        events = Event.objects.filter(verb=Event.Verb.ADDED_FACTOR)
        assert {event.clinic.slug for event in events if event.clinic} == {"larkfield", "elsewhere"}
        assert {event.actor_id for event in events} == {patient.user_id}
        assert [event.data for event in events] == [{"user": patient.user_id, "what": "added_app"}] * 2
        assert {event.subject for event in events} == {FactorChange.objects.get().pk}

    def test_a_wrong_code_changes_nothing(self, nurse: StaffMember) -> None:
        elsewhere, here = proved_client(nurse), proved_client(nurse)
        here.get(SET_UP)
        assert here.post(SET_UP, {"code": "000"}).status_code == 200
        assert elsewhere.get(QUEUE).status_code == 200
        assert not FactorChange.objects.exists()


@pytest.mark.parametrize(("change", "what", "said"), CHANGES)
class TestOtherChanges:
    def test_every_other_session_ends_and_its_owner_is_told(
        self, with_both: StaffMember, change: Callable[[Client], Any], what: str, said: str
    ) -> None:
        elsewhere, here = passed(with_both), passed(with_both)
        change(here)
        assert here.get(QUEUE).status_code == 200
        assert elsewhere.get(QUEUE).headers["Location"].startswith("/accounts/login/code/")
        (event,) = Event.objects.filter(data__what=what)
        assert (event.clinic, event.actor) == (with_both.clinic, with_both.user)
        sweep()
        assert [letter.subject for letter in mail.outbox] == [SUBJECT]
        assert said in str(mail.outbox[0].body)


def test_looking_at_the_pages_changes_nothing(with_both: StaffMember) -> None:
    client, elsewhere = passed(with_both), passed(with_both)
    kept = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    for page in ("totp/deactivate/", f"webauthn/keys/{kept.pk}/remove/", "recovery-codes/generate/"):
        assert client.get(f"/accounts/2fa/{page}").status_code == 200
    assert elsewhere.get(QUEUE).status_code == 200
    assert not FactorChange.objects.exists()


def test_the_update_signs_out_whoever_has_a_second_step(
    with_both: StaffMember, clinician: StaffMember
) -> None:
    """A session from before it was set up has never passed it."""
    update = importlib.import_module("aftercare.people.migrations.0024_second_steps")
    client, other = passed(with_both), staff_client(clinician)
    update.end_sessions_that_may_lack_the_second_step(apps, None)
    assert client.get(QUEUE).headers["Location"].startswith("/accounts/login/code/")
    assert other.get(QUEUE).status_code == 200
