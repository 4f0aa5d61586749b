"""Whose address a request comes from: told by trusted proxies, and by nobody else."""

from __future__ import annotations

import logging
from ipaddress import ip_network
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from django.utils import timezone

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.client_address import (
    Trusted,
    apply_trust,
    client_address,
    client_network,
    warn_of_a_proxy,
)
from aftercare.people.models import Patient
from tests.people.accounts.test_sign_in_link import is_signed_in

INSIDE: Trusted = (ip_network("10.0.0.0/8"), ip_network("::1"))
SOCKET = ""  # the address of a peer at a Unix socket

# TRUSTED_PROXIES, the peer, its X-Forwarded-For, and whose address it is.
TOLD: list[tuple[Trusted, str, str | None, str]] = [
    # Nobody is trusted: the peer is the client, whatever it says.
    (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
    (0, "192.0.2.1", None, "192.0.2.1"),
    (0, SOCKET, "198.51.100.7", ""),
    # One proxy: the last entry is its own, all before it were sent by the client.
    (1, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
    (1, "127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
    (1, SOCKET, "203.0.113.9,198.51.100.7", "198.51.100.7"),
    (1, "127.0.0.1", None, "127.0.0.1"),
    # Two proxies: the last entry is the outer proxy's address.
    (2, "127.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
    (2, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
    # Networks: the first address from the right that is no proxy.
    (INSIDE, "10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
    (INSIDE, "10.0.0.1", "10.9.9.9, 198.51.100.7", "198.51.100.7"),
    (INSIDE, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
    (INSIDE, "::1", "2001:db8::7", "2001:db8::7"),
    (INSIDE, SOCKET, "198.51.100.7", "198.51.100.7"),
    (INSIDE, "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    # As some proxies write them, and what is no address at all.
    (1, "127.0.0.1", "198.51.100.7:40312", "198.51.100.7"),
    (1, "127.0.0.1", "[2001:db8::7]:40312", "2001:db8::7"),
    (1, "127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
    (1, "::ffff:127.0.0.1", "unknown", "127.0.0.1"),
    (INSIDE, "10.0.0.1", "198.51.100.7, <script>, 10.0.0.2", "10.0.0.2"),
    (1, "127.0.0.1", "", "127.0.0.1"),
]


@pytest.mark.parametrize(("trusted", "peer", "forwarded_for", "client"), TOLD)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    trusted: Trusted, peer: str, forwarded_for: str | None, client: str
) -> None:
    headers: dict[str, Any] = {} if forwarded_for is None else {"HTTP_X_FORWARDED_FOR": forwarded_for}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **headers)

    apply_trust(request.META, trusted)

    assert client_address(request) == client


@pytest.mark.parametrize(
    ("trusted", "peer", "scheme", "is_secure"),
    [
        (0, "127.0.0.1", "https", False),
        (INSIDE, "192.0.2.1", "https", False),
        (1, "127.0.0.1", "https", True),
        (1, SOCKET, "https", True),
        (1, "127.0.0.1", "http", False),
        # The client's own claim, which the proxy has added to.
        (1, "127.0.0.1", "https, http", False),
        (2, "127.0.0.1", "http, https, http", True),
        (INSIDE, "10.0.0.1", "https, http", False),
        (INSIDE, "10.0.0.1", "HTTPS", True),
    ],
)
def test_a_connection_is_encrypted_only_where_a_trusted_proxy_says_so(
    trusted: Trusted, peer: str, scheme: str, is_secure: bool
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO=scheme)

    apply_trust(request.META, trusted)

    assert request.is_secure() is is_secure


def test_limits_count_a_whole_network_of_ipv6_as_one() -> None:
    requests = [
        RequestFactory().get("/", REMOTE_ADDR=address)
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "192.0.2.1", SOCKET)
    ]

    networks = [client_network(request) for request in requests]

    assert networks == ["2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64", "192.0.2.1", ""]


def test_a_proxy_that_is_not_named_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_a_proxy.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _time in range(2):
            apply_trust({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}, 0)

    assert [record.message for record in caplog.records] == [
        "X-Forwarded-For is ignored: set TRUSTED_PROXIES if a proxy stands in front of the portal"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trusted", "peer", "kept"),
    [
        (0, "127.0.0.1", "127.0.0.1"),
        (1, "127.0.0.1", "198.51.100.7"),
        (1, SOCKET, "198.51.100.7"),
        (0, SOCKET, "0.0.0.0"),
    ],
)
def test_a_sign_in_is_kept_with_the_address_that_it_came_from(
    patient: Patient, client: Client, settings: Any, trusted: Trusted, peer: str, kept: str
) -> None:
    settings.TRUSTED_PROXIES = trusted

    client.post(
        make_sign_in_link(user=patient.user, now=timezone.now()),
        REMOTE_ADDR=peer,
        HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.7",
    )

    assert is_signed_in(client)
    assert UserSession.objects.get().ip == kept


@pytest.mark.django_db
def test_somebody_behind_a_unix_socket_is_sent_a_code(patient: Patient, client: Client) -> None:
    response = client.post("/accounts/login/code/", {"email": patient.user.email}, REMOTE_ADDR=SOCKET)

    assert response.headers["Location"] == "/accounts/login/code/confirm/"
