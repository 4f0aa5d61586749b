"""The account page of who works here: name, telephone, second step, and where one is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from aftercare.people.accounts.devices import device_name, is_held_in_a_hand
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Event, Patient, StaffMember, User
from tests.clinic.staff_client import QUEUE, proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import PatientFactory, StaffMemberFactory, at
from tests.people.accounts.test_sign_in_link import is_signed_in
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

ACCOUNT = "/accounts/"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"


def signed_in(user: User, browser: str = DESK) -> Client:
    """A browser in which somebody has signed in by a link, as people do."""
    client = Client(headers={"user-agent": browser})
    client.post(make_sign_in_link(user=user, now=timezone.now()))
    assert is_signed_in(client)
    return client


def save(client: Client, **typed: str) -> Any:
    """Open the page, change what is given, and save."""
    page = client.get(ACCOUNT)
    form = page.context["form"]
    stored = {name: str(form.initial.get(name) or "") for name in ("first_name", "last_name", "telephone")}
    return client.post(ACCOUNT, {**stored, "shown": page.context["shown"], **typed})


class TestWhoMay:
    @pytest.mark.parametrize("path", [ACCOUNT, "/accounts/sessions/end/"])
    def test_who_signs_in_has_an_account_page_and_strangers_have_none(
        self, nurse: StaffMember, manager: StaffMember, patient: Patient, client: Client, path: str
    ) -> None:
        for person in (nurse, manager, patient):
            assert staff_client(person).get(ACCOUNT).status_code == 200
            assert staff_client(person).post(path).status_code in {302, 422}
        for answer in (client.get(ACCOUNT), client.post(path)):
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/accounts/login/code/?next=/accounts/")

    def test_a_patient_who_has_left_has_none(self, patient: Patient) -> None:
        Patient.objects.update(withdrawn_at=at(1), withdrawn_by=patient.user)
        assert staff_client(patient).get(ACCOUNT).status_code == 404

    def test_a_patient_sees_name_number_and_address_and_changes_the_name_nowhere(
        self, patient: Patient
    ) -> None:
        client = staff_client(patient)
        page = client.get(ACCOUNT)
        assert "Name Amara Test We call you on No number yet" in words(page)
        assert "You sign in with amara@test.example" in words(page)
        assert 'href="/accounts/address/"' in page.content.decode()
        client.post(ACCOUNT, {"first_name": "X", "last_name": "Y", "telephone": "", "shown": ""})
        patient.user.refresh_from_db()
        assert str(patient.user) == "Amara Test"

    def test_no_second_step_is_required_of_patients(self, patient: Patient, settings: Settings) -> None:
        settings.STAFF_MFA = "required"
        assert staff_client(patient).get(ACCOUNT).status_code == 200

    def test_an_editor_has_one_without_the_pages_of_the_clinic(self, db: None) -> None:
        editor = User.objects.create_user("edit@test.example", first_name="Eva", last_name="Writer")
        editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client = Client()
        client.force_login(editor)
        page = client.get(ACCOUNT)
        assert page.status_code == 200
        assert QUEUE not in page.content.decode()
        assert "edit@test.example" in words(page)

    def test_a_press_without_the_token_of_the_page_changes_nothing(self, nurse: StaffMember) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(nurse.user)
        assert client.post(ACCOUNT, {"first_name": "X", "last_name": "Y"}).status_code == 403
        assert client.post("/accounts/sessions/end/").status_code == 403

    def test_where_a_second_step_is_required_it_is_set_up_first(
        self, nurse: StaffMember, settings: Settings
    ) -> None:
        settings.STAFF_MFA = "required"
        assert staff_client(nurse).get(ACCOUNT).headers["Location"].endswith("/2fa/totp/activate/")

    def test_every_page_of_staff_leads_there(self, nurse: StaffMember) -> None:
        assert f'href="{ACCOUNT}"' in staff_client(nurse).get(QUEUE).content.decode()

    def test_a_session_that_has_ended_leads_to_signing_in_and_back(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.get(ACCOUNT)
        client.logout()
        for path in (ACCOUNT, "/accounts/sessions/end/"):
            answer = client.post(path, {"first_name": "X"})
            assert answer.headers["Location"] == "/accounts/login/code/?next=/accounts/"


class TestDetails:
    def test_name_and_telephone_are_changed_and_what_they_were_is_kept(self, nurse: StaffMember) -> None:
        response = save(staff_client(nurse), last_name="Adeyemi", telephone="0161 496 0777")

        assert response.headers["Location"] == ACCOUNT
        user = User.objects.get(pk=nurse.user_id)
        assert str(user) == "Ruth Adeyemi"
        assert user.telephone.kept == "+441614960777"
        assert 'value="0161 496 0777"' in staff_client(nurse).get(ACCOUNT).content.decode()
        event = Event.objects.get(verb=Event.Verb.CHANGED_ACCOUNT)
        assert (event.actor, event.clinic) == (nurse.user, nurse.clinic)
        assert event.data == {"fields": ["last_name", "telephone"]}
        assert event.details["before"] == {"last_name": "Test", "telephone": ""}
        assert event.details["after"] == {"last_name": "Adeyemi", "telephone": "+441614960777"}

    def test_each_clinic_that_knows_the_person_keeps_it(
        self, nurse: StaffMember, outsider: StaffMember, other_clinic: Any
    ) -> None:
        StaffMemberFactory.create(
            user=nurse.user, clinic=nurse.clinic.__class__.objects.get(slug="elsewhere")
        )
        patient = PatientFactory.create(user=nurse.user, clinic=other_clinic)
        save(staff_client(nurse), first_name="Rut")

        events = Event.objects.filter(verb=Event.Verb.CHANGED_ACCOUNT)
        assert {event.clinic.slug for event in events if event.clinic} == {"larkfield", "elsewhere"}
        of_the_patient = events.get(patient=patient)
        assert of_the_patient.data == {"fields": ["first_name"]}

    def test_the_address_is_shown_and_not_changed_beside_the_name(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        page = client.get(ACCOUNT).content.decode()
        assert "ruth@test.example" in page
        assert 'name="email"' not in page
        save(client, first_name="Rut", email="else@test.example")
        assert User.objects.get(pk=nurse.user_id).email == "ruth@test.example"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"first_name": ""}, "Give your first name."),
            ({"last_name": "   "}, "Give your last name."),
            ({"telephone": "call me"}, "Give a telephone number, such as"),
            ({"telephone": "12"}, "Give a telephone number, such as"),
        ],
    )
    def test_what_can_not_be_is_a_message_and_what_was_typed_stays(
        self, nurse: StaffMember, typed: dict[str, str], said: str
    ) -> None:
        response = save(staff_client(nurse), **{"first_name": "Typed", **typed})

        assert response.status_code == 422
        assert said in words(response)
        assert "<title>Error: Your account" in response.content.decode()
        assert not Event.objects.filter(verb=Event.Verb.CHANGED_ACCOUNT).exists()
        # The head of the page keeps the name that is stored.
        assert words(response).count("Ruth Test") == 1

    def test_a_second_press_keeps_nothing_twice(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        form = {"first_name": "Rut", "last_name": "Test", "telephone": ""}
        form["shown"] = client.get(ACCOUNT).context["shown"]
        for _press in range(2):
            assert client.post(ACCOUNT, form).status_code == 302
        assert Event.objects.filter(verb=Event.Verb.CHANGED_ACCOUNT).count() == 1

    def test_another_tab_is_never_overwritten_unseen(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        shown = client.get(ACCOUNT).context["shown"]
        save(client, last_name="Adeyemi")

        form = {"first_name": "Rut", "last_name": "Test", "telephone": "", "shown": shown}
        stale = client.post(ACCOUNT, form)

        assert stale.status_code == 409
        assert "Saved now: Ruth Adeyemi." in words(stale)
        assert 'value="Rut"' in stale.content.decode()
        assert "<title>Error: Your account" in stale.content.decode()
        assert str(User.objects.get(pk=nurse.user_id)) == "Ruth Adeyemi"
        client.post(ACCOUNT, {**form, "shown": stale.context["shown"]})
        assert str(User.objects.get(pk=nurse.user_id)) == "Rut Test"

    def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(
        self, nurse: StaffMember
    ) -> None:
        client = staff_client(nurse)
        shown = client.get(ACCOUNT).context["shown"]
        client.logout()
        client.post(ACCOUNT, {"first_name": "Rut", "last_name": "Test", "telephone": "", "shown": shown})

        client.post(make_sign_in_link(user=nurse.user, now=at(1)))
        page = client.get(ACCOUNT)

        assert 'value="Rut"' in page.content.decode()
        assert "What you typed is still here. It has not been saved yet." in words(page)
        assert User.objects.get(pk=nurse.user_id).first_name == "Ruth"
        assert 'value="Rut"' not in client.get(ACCOUNT).content.decode()

    def test_what_somebody_typed_is_not_shown_to_the_next_who_signs_in(
        self, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        client = staff_client(nurse)
        shown = client.get(ACCOUNT).context["shown"]
        client.logout()
        client.post(ACCOUNT, {"first_name": "Rut", "last_name": "Test", "telephone": "", "shown": shown})

        client.post(make_sign_in_link(user=clinician.user, now=at(1)))

        assert 'value="Rut"' not in client.get(ACCOUNT).content.decode()


class TestSessions:
    def test_each_place_is_named_and_this_one_is_marked(self, nurse: StaffMember) -> None:
        signed_in(nurse.user, PHONE)
        page = words(signed_in(nurse.user, DESK).get(ACCOUNT))

        assert "Firefox on Windows In use now, since 11:00 This one" in page
        assert "Chrome on Android Last used just now Sign out" in page

    def test_it_says_when_each_was_last_used_and_which_is_locked(self, nurse: StaffMember) -> None:
        phone = signed_in(nurse.user, PHONE)
        with frozen_at(at(1, minutes=10)):
            phone.get(QUEUE)
        with frozen_at(at(1, minutes=20)):
            here = signed_in(nurse.user, DESK)
            assert "Chrome on Android Last used 10 min ago Sign out" in words(here.get(ACCOUNT))
            phone.post("/clinic/lock/", {"asked": "yes"})
            assert "Chrome on Android Locked. Last used 10 min ago Sign out" in words(here.get(ACCOUNT))

    def test_one_that_will_be_locked_at_its_next_use_is_called_locked(self, nurse: StaffMember) -> None:
        signed_in(nurse.user, PHONE)
        with frozen_at(at(3)):
            page = words(signed_in(nurse.user, DESK).get(ACCOUNT))
        assert "Chrome on Android Locked. Last used 2 h ago Sign out" in page

    def test_a_locked_one_is_ended_from_elsewhere(self, nurse: StaffMember) -> None:
        phone, here = signed_in(nurse.user, PHONE), signed_in(nurse.user, DESK)
        phone.post("/clinic/lock/", {"asked": "yes"})
        assert phone.get("/clinic/locked/").status_code == 200
        here.post("/accounts/sessions/end/")
        assert phone.get("/clinic/locked/").headers["Location"].startswith("/accounts/login/code/")

    def test_a_device_is_ones_own_until_one_says_otherwise(self, nurse: StaffMember) -> None:
        here = signed_in(nurse.user, DESK)
        assert "Your own device" not in words(here.get(ACCOUNT))
        for said, is_own in (("yes", True), ("no", False), ("yes", True)):
            here.post("/accounts/sessions/own-device/", {"own_device": said})
            assert here.get(ACCOUNT).context["is_own_device"] is is_own
        here.post("/accounts/sessions/end/")
        assert here.get(ACCOUNT).context["is_own_device"]
        assert not signed_in(nurse.user, PHONE).get(ACCOUNT).context["is_own_device"]

    def test_a_device_is_called_ones_own_after_a_proof_only(self, nurse: StaffMember) -> None:
        here = staff_client(nurse)
        answer = here.post("/accounts/sessions/own-device/", {"own_device": "yes"})
        assert "/reauthenticate/" in answer.headers["Location"]
        assert not here.get(ACCOUNT).context["is_own_device"]

    def test_patients_are_not_asked_about_their_device(self, patient: Patient) -> None:
        assert "This device" not in words(signed_in(patient.user).get(ACCOUNT))

    def test_one_place_is_signed_out_and_the_others_stay(self, nurse: StaffMember) -> None:
        phone, here = signed_in(nurse.user, PHONE), signed_in(nurse.user, DESK)
        there = UserSession.objects.get(session_key=phone.session.session_key)

        answer = here.post(f"/accounts/sessions/{there.pk}/end/", follow=True)

        assert "You are signed out there." in words(answer)
        assert phone.get(QUEUE).status_code == 302
        assert here.get(QUEUE).status_code == 200
        assert here.post(f"/accounts/sessions/{there.pk}/end/").status_code == 404

    def test_everywhere_else_means_sessions_that_were_never_listed_too(self, nurse: StaffMember) -> None:
        older, phone, here = staff_client(nurse), signed_in(nurse.user, PHONE), signed_in(nurse.user, DESK)

        here.post("/accounts/sessions/end/")

        for other in (older, phone):
            assert other.get(QUEUE).status_code == 302
        page = here.get(ACCOUNT)
        assert page.status_code == 200
        assert len(page.context["sessions"]) == 1
        assert here.post("/accounts/sessions/end/").status_code == 302
        assert here.get(QUEUE).status_code == 200

    def test_nobody_ends_a_colleagues_session(self, nurse: StaffMember, manager: StaffMember) -> None:
        phone = signed_in(nurse.user, PHONE)
        there = UserSession.objects.get(user=nurse.user)
        assert staff_client(manager).post(f"/accounts/sessions/{there.pk}/end/").status_code == 404
        assert phone.get(QUEUE).status_code == 200

    def test_this_place_is_left_by_signing_out(self, nurse: StaffMember) -> None:
        here = signed_in(nurse.user)
        own = UserSession.objects.get(user=nurse.user)
        assert here.post(f"/accounts/sessions/{own.pk}/end/").headers["Location"] == "/accounts/logout/"
        assert here.get(QUEUE).status_code == 200

    def test_a_session_from_before_they_were_listed_shows_itself(self, nurse: StaffMember) -> None:
        assert "This one" in words(staff_client(nurse).get(ACCOUNT))

    def test_the_list_of_allauth_is_not_open_beside_it(self, nurse: StaffMember) -> None:
        assert staff_client(nurse).get("/accounts/sessions/").headers["Location"] == ACCOUNT
        assert staff_client(nurse).post("/accounts/sessions/").status_code == 405


@pytest.mark.parametrize(
    ("browser", "name", "is_small"),
    [
        (PHONE, "Chrome on Android", True),
        (DESK, "Firefox on Windows", False),
        ("Mozilla/5.0 (iPad; CPU OS 17_0) Version/17.0 Mobile/15E Safari/604.1", "Safari on iPad", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) CriOS/130 Mobile Safari/604.1", "Chrome on iPhone", True),
        ("Mozilla/5.0 (Macintosh) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Mac", False),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0 Safari/537.36", "Chrome on Linux", False),
        ("curl/8.0", "Another browser", False),
        ("", "Another browser", False),
    ],
)
def test_a_device_has_a_name_that_its_owner_knows(browser: str, name: str, is_small: bool) -> None:
    assert (device_name(browser), is_held_in_a_hand(browser)) == (name, is_small)


class TestSecondStep:
    PAGES = (
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
    )

    @pytest.fixture
    def with_app(self, nurse: StaffMember) -> StaffMember:
        TOTP.activate(nurse.user, generate_totp_secret())
        return nurse

    def test_it_is_off_until_it_is_set_up(self, nurse: StaffMember) -> None:
        page = words(staff_client(nurse).get(ACCOUNT))
        assert "Second step at sign-in Off. Anybody who can read your e-mail can sign in as you." in page

    def test_it_is_on_with_an_app(self, with_app: StaffMember) -> None:
        client = staff_client(with_app)
        prove(client, with_app.user, "mfa", type="totp")
        assert "On: a code from an app on your phone." in words(client.get(ACCOUNT))

    @pytest.mark.parametrize("path", PAGES)
    def test_its_pages_say_it_as_people_do(self, nurse: StaffMember, path: str) -> None:
        page = proved_client(nurse).get(path)
        assert page.status_code == 200
        for never in ("Two-Factor", "two-factor", "Authenticator", "authenticate", "Activate"):
            assert never not in words(page)
        assert f'href="{ACCOUNT}"' in page.content.decode()

    def test_signing_in_asks_for_it_by_its_name(self, with_app: StaffMember) -> None:
        client = Client()
        page = client.post(make_sign_in_link(user=with_app.user, now=at(1)), follow=True)
        assert "<title>Second step at sign-in" in page.content.decode()
        assert "Two-Factor" not in page.content.decode()
        wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert "<title>Error: Second step at sign-in" in wrong.content.decode()

    def test_the_app_is_set_up_and_the_spare_codes_are_shown(self, nurse: StaffMember) -> None:
        client = signed_in(nurse.user)
        secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
        counter = next(iter(yield_hotp_counters_from_time()))
        code = format_hotp_value(hotp_value(secret, counter))

        spare = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)

        assert "Your spare codes" in words(spare)
        assert "Each works once. 10 are left." in words(spare)
        assert "On: a code from an app on your phone." in words(client.get(ACCOUNT))
        for path in (
            "/accounts/2fa/",
            "/accounts/2fa/recovery-codes/generate/",
            "/accounts/2fa/totp/deactivate/",
        ):
            assert client.get(path).status_code == 200

    def test_a_wrong_code_of_the_app_is_a_message(self, nurse: StaffMember) -> None:
        client = signed_in(nurse.user)
        client.get("/accounts/2fa/totp/activate/")
        wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
        assert "<title>Error: Set up the app" in wrong.content.decode()
        assert not Authenticator.objects.filter(user=nurse.user).exists()

    def test_before_it_is_changed_it_is_asked_for_once_more(self, with_app: StaffMember) -> None:
        page = staff_client(with_app).get("/accounts/2fa/totp/deactivate/", follow=True)
        assert "Is it you? Before you go on we ask for your second step." in words(page)
        assert "<title>Is it you?" in page.content.decode()
