"""Variables of the environment for channels beside e-mail."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from aftercare.environment_values import Malformed
from aftercare.outbox.channel_settings import host_names, push_key, sms_url


@pytest.mark.parametrize(
    "url", ["", "twilio://SID:TOKEN@+441234567890/{to}", "jsons://sms.example/send?:to={to}"]
)
def test_a_gateway_is_taken(url: str) -> None:
    assert sms_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "twilio://SID:TOKEN@+441234567890/",
        "twilio://SID:TOKEN@{to}/{to}",
        "file:///etc/{to}",
        "syslog://{to}",
        "dbus://{to}",
        "mailto://user:password@example.org?to={to}",
        "https://example.org/{to}",
        "http://[{to}",
        "{to}",
    ],
)
def test_a_gateway_that_is_not_known_or_names_no_place_for_the_number_is_refused(url: str) -> None:
    with pytest.raises(Malformed, match="in the place of the number"):
        sms_url(url)


def test_a_push_key_is_made_and_taken() -> None:
    out = StringIO()
    call_command("make_push_key", stdout=out)
    name, _, key = out.getvalue().strip().partition("=")

    assert name == "VAPID_PRIVATE_KEY"
    assert push_key(key) == key


@pytest.mark.parametrize("key", ["abc", "%", "A" * 80])
def test_what_is_no_push_key_is_refused(key: str) -> None:
    with pytest.raises(Malformed, match="make_push_key"):
        push_key(key)


def test_hosts_are_names() -> None:
    assert host_names("sms.clinic.lan, 10.0.0.5") == ("sms.clinic.lan", "10.0.0.5")
    assert host_names("[::1]") == ("::1",)
    for wrong in ("http://sms.clinic.lan", "sms.clinic.lan:8080", "sms.clinic.lan/x"):
        with pytest.raises(Malformed, match="names of hosts"):
            host_names(wrong)
