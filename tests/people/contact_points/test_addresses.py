"""Addresses of chats and pagers: which are taken, and what is shown of them."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from aftercare.people.contact_points.addresses import LONGEST, NotAnAddressError, read_address, shown

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
PAGERDUTY = "pagerduty://0123456789abcdef0123456789abcdef@u-api-key?region=eu"
TEAMS = "workflows://prod-1.uksouth.logic.azure.com:443/643e69f83c8944/Rz6J7sZpXU3s"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("chat", SLACK),
        ("chat", TEAMS),
        ("chat", "ntfys://ntfy.example/nurses"),
        ("chat", "ntfys://ntfy.example/nurses?priority=max"),
        ("chat", "signals://signal.example/+447700900163/+447700900164"),
        ("pager", PAGERDUTY),
        ("pager", "opsgenie://0123456789abcdef"),
        ("pager", "pover://uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ],
)
def test_an_address_of_an_allowed_service_is_taken(kind: str, address: str) -> None:
    assert read_address(kind, f" {address} ") == address


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("chat", ""),
        ("chat", "nurses"),
        ("chat", "https://hooks.slack.com/services/T1/B1/x"),
        ("chat", "slack://"),
        ("chat", PAGERDUTY),
        ("pager", SLACK),
        ("chat", "json://chat.example/"),
        ("chat", "file:///etc/passwd"),
        ("chat", "ntfy://ntfy.example/nurses"),
        ("chat", "ntfys://127.0.0.1/nurses"),
        ("chat", "ntfys://[::1]/nurses"),
        ("chat", "ntfys://169.254.169.254/latest"),
        ("chat", "ntfys://10.0.0.5/nurses"),
        ("chat", "ntfys://localhost/nurses"),
        ("chat", "workflows://192.168.1.1/a/b"),
        ("chat", f"{TEAMS}?template=/etc/passwd"),
        ("chat", f"{SLACK}?verify=no"),
        ("chat", "ntfys://ntfy.example/nurses?attach=file:///etc/passwd"),
        ("chat", "ntfys://ntfy.example/nurses?%2BX-Header=1"),
        ("chat", "ntfys://ntfy.example/two words"),
        ("chat", "ntfys://ntfy.example/" + "a" * LONGEST),
        ("chat", "ntfys://[broken/nurses"),
    ],
)
def test_any_other_text_is_refused(kind: str, address: str) -> None:
    with pytest.raises(NotAnAddressError):
        read_address(kind, address)


def test_a_host_of_the_clinics_network_is_for_the_operator_to_allow(settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ("ntfy.clinic.lan", "10.0.0.5")

    assert read_address("chat", "ntfy://ntfy.clinic.lan/nurses")
    assert read_address("chat", "ntfys://10.0.0.5/nurses")


@pytest.mark.parametrize(
    ("address", "words"),
    [(SLACK, "Slack …FQ"), (TEAMS, "Teams …3s"), (PAGERDUTY, "PagerDuty …ey")],
)
def test_an_address_is_shown_by_its_service_and_its_end(address: str, words: str) -> None:
    assert shown(address) == words
