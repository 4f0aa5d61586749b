"""The providers on this machine speak as the real ones do."""

import socket
from http import HTTPStatus

import pytest
import requests
from pytest_django import Settings

from aftercare.outbox.channels.base import DeliveryError
from aftercare.outbox.channels.gateways import call_gateway
from tools.servers.providers.answering import provider, running
from tools.servers.providers.ntfy import Ntfy
from tools.servers.providers.twilio import Twilio, signature_of


def test_a_webhook_is_signed_as_twilio_documents_it() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert signature_of(url, fields, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def post(url: str, user: str, token: str, **fields: str) -> tuple[int, dict[str, object]]:
    answer = requests.post(url, fields, auth=(user, token), timeout=5)
    return answer.status_code, answer.json()


def test_twilio_keeps_an_sms_and_refuses_a_number_that_is_none(settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ("127.0.0.1",)
    with running(Twilio()) as twilio:
        url = f"{twilio.api}/2010-04-01/Accounts/{twilio.account}/Messages.json"
        key = (twilio.account, twilio.token)
        twilio.unknown, twilio.stopped = {"+441"}, {"+442"}

        assert post(url, *key, To="+447700900163", Body="Hello")[0] == HTTPStatus.CREATED
        assert post(url, *key, To="+441", Body="Hello")[1]["code"] == 21211
        assert post(url, *key, To="+442", Body="Hello")[1]["code"] == 21610
        assert post(url, "somebody", "else", To="+447700900163", Body="Hello")[0] == HTTPStatus.UNAUTHORIZED
        assert [(sms.to, sms.text) for sms in twilio.sms] == [("+447700900163", "Hello")]


def test_ntfy_takes_what_apprise_posts_and_asks_for_its_token(settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ("127.0.0.1",)
    with running(Ntfy()) as ntfy:
        call_gateway(ntfy.chat_url("nurses"), title="A clinic", body="Hello", is_operators=False)
        assert [(one.topic, one.title, one.text) for one in ntfy.posted] == [("nurses", "A clinic", "Hello")]

        ntfy.tokens = {"tk_right"}
        with pytest.raises(DeliveryError, match="403"):
            call_gateway(ntfy.chat_url("nurses"), title="", body="Hello", is_operators=False)


def test_a_request_whose_sender_died_in_the_middle_is_not_received(settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ("127.0.0.1",)
    with provider() as server:
        for body in (b"", b'{"to": "+44'):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sender:
                sender.sendall(b"POST /send HTTP/1.1\r\nContent-Length: 40\r\n\r\n" + body)
                sender.shutdown(socket.SHUT_WR)
                assert sender.recv(1) == b""
        assert requests.post(f"http://{server.address}/send", json={"to": "+441"}, timeout=5).ok
    assert [received.json for received in server.received] == [{"to": "+441"}]
