"""The portal behind a real nginx with the configuration of docs/nginx.conf, on TCP and on a Unix socket."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPMessage
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient, StaffMember
from tests.processes.running import RunningPortal, environment
from tools.servers.cleanup import descendants
from tools.servers.mail import MailServer
from tools.servers.nginx import Nginx
from tools.servers.portal import Web
from tools.servers.valkey import Valkey

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

STRANGER, PERSON = "127.0.0.2", "127.0.0.3"  # all of 127.0.0.0/8 is this machine
FORGED = "203.0.113.9"
CODE_PAGE = "/accounts/login/code/"
SLOW_CLIENTS = 40


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    text: str


def answer_of(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]
) -> Answer:
    """Send one request and hang up."""
    with contextlib.closing(connection):
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())


@dataclass
class Site:
    """The portal as browsers reach it."""

    web: Web
    nginx: Nginx
    mail: MailServer

    def browser(self, address: str, **headers: str) -> Browser:
        context = self.nginx.client_context()
        return Browser(port=self.nginx.port, context=context, address=address, headers=headers)


@dataclass
class Browser:
    """A browser at an address of this machine, which sends these headers with each request and keeps cookies."""

    port: int
    context: ssl.SSLContext
    address: str
    headers: dict[str, str]
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """Request a page, or send a form as the page itself would."""
        here = f"https://127.0.0.1:{self.port}"
        headers = self.headers | {"Referer": f"{here}{path}", "Origin": here}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None if form is None else urlencode(form)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=20, source_address=(self.address, 0), context=self.context
        )
        response = answer_of(connection, "GET" if form is None else "POST", path, body, headers)
        for name, value in re.findall(
            r"(\w+)=([^;]*)", "\n".join(response.headers.get_all("Set-Cookie", []))
        ):
            if name in ("sessionid", "csrftoken"):
                self.cookies[name] = value
        return response

    def submit(self, path: str, **fields: str) -> Answer:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(path).text)
        assert token
        return self.ask(path, {"csrfmiddlewaretoken": token[1], **fields})


@pytest.fixture(scope="module", params=["TCP", "a Unix socket"])
def site(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The portal behind nginx, which stays while each test empties its database."""
    folder = tmp_path_factory.mktemp("site")
    unix = folder / "web.sock" if request.param != "TCP" else None
    with Valkey() as broker, MailServer() as mail:
        env = environment(broker, mail) | {"TRUSTED_PROXIES": "1"}
        web = Web(env=env, unix=unix, log=folder / "web.log")
        upstream = f"unix:{unix}" if unix else f"127.0.0.1:{web.port}"
        nginx = Nginx(upstream=upstream, log=folder / "nginx.log")
        web.env["SITE_URL"] = nginx.url
        with web, nginx:
            yield Site(web, nginx, mail)


def threads_of(web: Web) -> int:
    """How many threads gunicorn and its workers have."""
    states = [Path(f"/proc/{pid}/status").read_text() for pid in (web.pid, *descendants(web.pid))]
    return sum(int(found[1]) for state in states if (found := re.search(r"Threads:\s+(\d+)", state)))


def test_a_sign_in_is_kept_with_the_address_that_nginx_saw(site: Site, patient: Patient) -> None:
    browser = site.browser(PERSON, **{"X-Forwarded-For": FORGED, "X-Real-IP": FORGED})

    response = browser.submit(make_sign_in_link(user=patient.user, now=timezone.now()))

    assert response.status == 302
    assert UserSession.objects.get().ip == PERSON


def test_many_requests_of_a_stranger_take_no_code_from_anybody_else(
    site: Site, patient: Patient, nurse: StaffMember
) -> None:
    for number in range(25):
        stranger = site.browser(STRANGER, **{"X-Forwarded-For": f"198.51.100.{number}"})
        answer = stranger.submit(CODE_PAGE, email=f"nobody-{number}@test.example")
        assert answer.status == 302
    site.browser(STRANGER, **{"X-Forwarded-For": FORGED}).submit(CODE_PAGE, email=nurse.user.email)

    person = site.browser(PERSON)
    person.submit(CODE_PAGE, email=patient.user.email)

    mail = site.mail.wait_for(1, to=patient.user.email)[0]
    code = re.search(r"^([A-Z]{3}(?:-[A-Z]{3}){2})\s*$", cast(str, mail.get_payload()), re.MULTILINE)
    assert code
    assert person.submit(f"{CODE_PAGE}confirm/", code=code[1]).headers["Location"] == "/"
    assert site.mail.messages_to(nurse.user.email) == []


def test_a_connection_counts_as_encrypted_where_nginx_says_so(site: Site) -> None:
    answer = site.browser(PERSON, **{"X-Forwarded-Proto": "http"}).ask(CODE_PAGE)

    assert answer.status == 200
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert "secure" in answer.headers["Set-Cookie"].lower()


def test_nginx_leads_from_http_to_https(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.nginx.plain_port, timeout=10)

    answer = answer_of(connection, "GET", "/check-in/?a=1", None, {"Host": "elsewhere.example"})

    assert (answer.status, answer.headers["Location"]) == (301, "https://127.0.0.1/check-in/?a=1")


def test_the_portal_says_what_to_do_where_nginx_refuses_a_body(site: Site) -> None:
    connection = http.client.HTTPSConnection(
        "127.0.0.1", site.nginx.port, timeout=20, context=site.nginx.client_context()
    )
    with contextlib.closing(connection):
        connection.putrequest("POST", "/pictures/")
        connection.putheader("Content-Length", "30000000")
        connection.endheaders()
        response = connection.getresponse()

        assert response.status == 413
        assert "This picture is too large" in response.read().decode()


def test_nginx_keeps_slow_clients_to_itself(site: Site) -> None:
    begun = b"POST /check-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nr"
    context = site.nginx.client_context()
    with contextlib.ExitStack() as stack:
        for _number in range(SLOW_CLIENTS):
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", site.nginx.port), timeout=10))
            secured = context.wrap_socket(plain, server_hostname="127.0.0.1")
            stack.enter_context(secured).sendall(begun)
        began = time.monotonic()
        assert site.browser(PERSON).ask(CODE_PAGE).status == 200
        assert time.monotonic() - began < 3
        assert threads_of(site.web) < SLOW_CLIENTS


def test_nobody_is_believed_where_no_proxy_is_trusted(portal: RunningPortal, tmp_path: Path) -> None:
    web = Web(env=portal.env | {"SITE_URL": "https://localhost"}, log=tmp_path / "web.log")
    portal.start(web)
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)

    answer = answer_of(connection, "GET", CODE_PAGE, None, {"X-Forwarded-Proto": "https"})

    assert answer.status == 200
    assert "Strict-Transport-Security" not in answer.headers
