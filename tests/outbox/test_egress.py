"""The way out: nothing on this machine or its network is reached, however its address is written."""

from __future__ import annotations

import _socket
import importlib
import inspect
import re
import socket
from typing import Any

import pytest
import requests
from pytest_django import Settings

from aftercare.outbox.channel_settings import CHAT_SCHEMES, PAGER_SCHEMES, SMS_SCHEMES
from aftercare.outbox.channels.base import DeliveryError, OutageError
from aftercare.outbox.channels.egress import CheckedSession, RefusedAddressError, exchange, guard_requests
from aftercare.outbox.channels.gateways import call_gateway
from tools.servers.providers.answering import Answer, provider


def resolves_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let look-ups give these addresses, one list after the other; return the names asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        family = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in found]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in zip(family, found, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.5",
        "172.16.9.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.5",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_an_address_that_is_not_on_the_internet_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolves_to(monkeypatch, [address])

    with pytest.raises(RefusedAddressError, match="not on the internet"):
        CheckedSession().get("https://gateway.example/", timeout=2)


def test_one_bad_address_among_good_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, ["93.184.215.14", "127.0.0.1"])

    with pytest.raises(RefusedAddressError):
        CheckedSession().get("https://gateway.example/", timeout=2)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]"])
def test_other_ways_to_write_this_machine_are_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The guard of the tests looks no names up; these stand for addresses, of which no server is asked.
    def look_up(name: str, port: int, **options: Any) -> list[Any]:
        return _socket.getaddrinfo(name, port, 0, options["type"])

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    with pytest.raises(RefusedAddressError, match="not on the internet"):
        CheckedSession().get(f"https://{host}:9/", timeout=2)


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolves_to(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    reached: list[Any] = []

    def refuses(_self: socket.socket, place: Any) -> None:
        reached.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuses)
    with pytest.raises(requests.ConnectionError):
        CheckedSession().get("https://rebinding.example/", timeout=2)

    assert reached == [("93.184.215.14", 443)]
    assert asked == ["rebinding.example"]


def test_a_redirect_is_not_followed(settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ("127.0.0.1",)
    with provider() as outside, provider() as inside:
        outside.otherwise = Answer(307, "", {"Location": f"http://{inside.address}/"})

        answer = CheckedSession().post(f"http://{outside.address}/", timeout=2)
        with pytest.raises(DeliveryError, match="answered 307"):
            call_gateway(f"json://{outside.address}/", title="", body="x", is_operators=False)

        assert answer.status_code == 307
        assert inside.received == []


def test_plain_http_is_for_hosts_that_the_operator_allows(settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ()

    with pytest.raises(RefusedAddressError, match="not encrypted"):
        CheckedSession().get("http://gateway.example/", timeout=2)


def test_no_proxy_of_the_environment_is_asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHANNEL_HOSTS = ("127.0.0.1",)
    with provider() as running, provider() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")

        assert CheckedSession().get(f"http://{running.address}/", timeout=2).status_code == 200

        assert proxy.received == []


def test_an_address_that_a_person_gave_cannot_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, ["127.0.0.1"])
    with provider() as inside:
        url = f"jsons://gateway.example:{inside.port}/"
        with pytest.raises(DeliveryError, match="not on the internet") as caught:
            call_gateway(url, title="", body="x", is_operators=False)
        with pytest.raises(OutageError, match="not on the internet"):
            call_gateway(url, title="", body="x", is_operators=True)

        assert caught.value.permanent
        assert inside.received == []


def test_what_plugins_speak_with_is_guarded() -> None:
    guard_requests()

    with pytest.raises(RefusedAddressError), exchange():
        requests.post("http://127.0.0.1:9/", timeout=2)


def test_every_gateway_speaks_through_requests_alone() -> None:
    """A gateway that opened connections by other means would go past the guard."""
    from apprise.manager_plugins import NotificationManager

    manager: Any = NotificationManager
    plugins = manager()
    for scheme in SMS_SCHEMES | CHAT_SCHEMES | PAGER_SCHEMES:
        source = inspect.getsource(importlib.import_module(plugins[scheme].__module__))
        assert "import requests" in source, scheme
        others = "socket|smtplib|ssl|urllib3|urllib\\.request|http|aiohttp|subprocess|ftplib"
        assert not re.search(rf"^\s*(?:import|from)\s+(?:{others})\b", source, re.MULTILINE), scheme
        assert not re.search(r"requests\.(?:Session|session|adapters)\b", source), scheme
