"""Tests reach this machine and nothing else."""

import socket
import urllib.request

import pytest

from tests.sockets import NetworkBlocked, is_local


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", True),
        ("", True),
        (None, True),
        (b"127.0.0.1", True),
        ("192.0.2.1", False),
        ("10.0.0.1", False),
        ("2001:db8::1", False),
        ("example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_only_this_machine_is_local(host: str | bytes | None, local: bool) -> None:
    assert is_local(host) is local


def test_a_connection_beyond_this_machine_is_refused_and_named() -> None:
    with socket.socket() as client, pytest.raises(NetworkBlocked, match=r"192\.0\.2\.1:443"):
        client.connect(("192.0.2.1", 443))
    with socket.socket() as client, pytest.raises(NetworkBlocked, match=r"192\.0\.2\.1:443"):
        client.connect_ex(("192.0.2.1", 443))


def test_a_name_beyond_this_machine_is_not_even_looked_up() -> None:
    with pytest.raises(NetworkBlocked, match=r"example\.org"):
        urllib.request.urlopen("http://example.org/")


def test_a_server_of_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            assert client.getpeername()[1] == port
