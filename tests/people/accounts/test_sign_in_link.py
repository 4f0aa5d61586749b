"""Links that sign in: once, within 15 minutes, by a press of the button, and in no log."""

import logging
import sys
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from aftercare.logs.formatting import PlainFormatter
from aftercare.people.actions.sign_in_links import make_sign_in_link, use_sign_in_link
from aftercare.people.models import Event, Patient, SignInLink, StaffMember, User
from tests.at_once import at_once
from tests.clock import frozen_at
from tests.factories import UserFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return UserFactory.create(email="ruth@test.example")


def token_of(path: str) -> str:
    return path.removeprefix("/accounts/link/").removesuffix("/")


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(("minutes", "usable"), [(0, True), (14.99, True), (15, False), (1500, False)])
def test_a_link_works_for_fifteen_minutes(user: User, minutes: float, usable: bool) -> None:
    token = token_of(make_sign_in_link(user=user, now=at()))

    link = use_sign_in_link(token=token, now=at(minutes=minutes))

    assert (link is not None) is usable


def test_a_link_works_once(user: User) -> None:
    token = token_of(make_sign_in_link(user=user, now=at()))

    assert use_sign_in_link(token=token, now=at()) == SignInLink.objects.get()
    assert use_sign_in_link(token=token, now=at()) is None
    assert SignInLink.objects.get().used_at == at()


@pytest.mark.django_db(transaction=True)
def test_a_link_used_twice_at_once_works_once(user: User) -> None:
    token = token_of(make_sign_in_link(user=user, now=at()))

    links = at_once(*[lambda: use_sign_in_link(token=token, now=at())] * 3)

    assert sorted(link is not None for link in links) == [False, False, True]
    assert [link for link in links if isinstance(link, Exception)] == []


def test_a_made_up_token_does_not_work(user: User) -> None:
    make_sign_in_link(user=user, now=at())

    assert use_sign_in_link(token="x", now=at()) is None
    assert use_sign_in_link(token=SignInLink.objects.get().token_hash, now=at()) is None


def test_only_the_hash_of_a_token_is_kept(user: User) -> None:
    token = token_of(make_sign_in_link(user=user, now=at()))

    kept = SignInLink.objects.values_list().get()

    assert token not in [str(value) for value in kept]
    assert len(token) >= 40


def test_opening_a_link_signs_nobody_in_but_pressing_its_button_does(user: User, client: Client) -> None:
    with frozen_at(at()):
        path = make_sign_in_link(user=user, now=at())

        assert client.get(path).status_code == 200
        assert not is_signed_in(client)
        assert client.post(path).status_code == 302
        assert is_signed_in(client)


def test_a_link_that_was_used_says_so(user: User, client: Client) -> None:
    with frozen_at(at()):
        path = make_sign_in_link(user=user, now=at())
        client.post(path)
        other = Client()

        assert other.get(path).status_code == 410
        assert other.post(path).status_code == 410
        assert not is_signed_in(other)


def test_the_button_needs_the_forms_secret(user: User) -> None:
    with frozen_at(at()):
        path = make_sign_in_link(user=user, now=at())
        client = Client(enforce_csrf_checks=True)

        assert client.post(path).status_code == 403
    assert SignInLink.objects.get().used_at is None


def test_whoever_is_signed_in_as_somebody_else_uses_no_link_and_it_is_written_down(
    user: User, manager: StaffMember, patient: Patient
) -> None:
    with frozen_at(at()):
        path = make_sign_in_link(user=user, now=at())
        for person in (manager, patient):
            client = Client()
            client.force_login(person.user)
            for response in (client.get(path), client.post(path)):
                assert response.status_code == 403
                assert "This link is not yours" in response.content.decode()
            assert client.session["_auth_user_id"] == str(person.user.pk)
    assert SignInLink.objects.get().used_at is None
    events = Event.objects.filter(verb=Event.Verb.REFUSED_LINK).order_by("pk")
    assert [(event.actor, event.data) for event in events] == [
        (manager.user, {"user": user.pk}),
        (patient.user, {"user": user.pk}),
    ]


def test_who_has_left_is_not_signed_in(user: User, client: Client) -> None:
    user.is_active = False
    user.save()
    with frozen_at(at()):
        path = make_sign_in_link(user=user, now=at())

        assert client.post(path).status_code == 410
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("next_path", "leads_to"),
    [
        ("/check-in/", "/check-in/"),
        ("", "/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
    ],
)
def test_a_link_leads_on_within_this_site_only(
    patient: Patient, client: Client, next_path: str, leads_to: str
) -> None:
    with frozen_at(at()):
        path = make_sign_in_link(user=patient.user, now=at(), next_path=next_path)

        assert client.post(path).headers["Location"] == leads_to


class TestTheCommand:
    def link(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        call_command("sign_in_link", *arguments)
        return capsys.readouterr().out.strip()

    def test_it_prints_a_url_of_this_site(
        self, user: User, capsys: pytest.CaptureFixture[str], client: Client, settings: object
    ) -> None:
        url = self.link(capsys, "RUTH@test.example", "--next", "/clinic/")

        site = settings.SITE_URL  # type: ignore[attr-defined]
        assert url.startswith(f"{site}/accounts/link/")
        assert client.post(url.removeprefix(site)).headers["Location"] == "/clinic/"

    @pytest.mark.parametrize("email", ["nobody@test.example", "left@test.example"])
    def test_nobody_to_sign_in_is_an_error(self, db: None, email: str) -> None:
        UserFactory.create(email="left@test.example", is_active=False)

        with pytest.raises(CommandError, match=email):
            call_command("sign_in_link", email)


class TestLogs:
    def line(self, message: str, *args: object, error: bool = False) -> str:
        record = logging.LogRecord("django", logging.INFO, "", 0, message, args, None)
        if error:
            record.exc_info = sys.exc_info()
        return PlainFormatter().format(record).split(" django: ", maxsplit=1)[1]

    @pytest.mark.parametrize(
        ("message", "args", "line"),
        [
            ("GET /accounts/link/s3cret/ 200", (), "GET /accounts/link/[token]/ 200"),
            (
                '"%s" %s',
                ("POST /accounts/link/s3cret/?a=1", 302),
                '"POST /accounts/link/[token]/?[query]" 302',
            ),
            ("Gone: %s", ("/accounts/link/s3cret",), "Gone: /accounts/link/[token]"),
            ("GET /accounts/invitation/s3.cret/", (), "GET /accounts/invitation/[token]/"),
            ("GET /check-in/ %s", (200,), "GET /check-in/ 200"),
        ],
    )
    def test_a_token_is_taken_out_of_a_line(self, message: str, args: tuple[object, ...], line: str) -> None:
        assert self.line(message, *args) == line

    def test_a_token_is_taken_out_of_a_traceback(self) -> None:
        try:
            raise ValueError("no such page: /accounts/link/s3cret/")
        except ValueError:
            line = self.line("failed", error=True)

        assert "s3cret" not in line


def test_links_are_made_at_the_instant_they_are_asked_for(user: User) -> None:
    instant: datetime = at() + timedelta(days=1)

    make_sign_in_link(user=user, now=instant)

    assert SignInLink.objects.get().created_at == instant
