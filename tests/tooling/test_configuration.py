"""The environment of the processes of a demonstration."""

from pathlib import Path

import pytest

from tools.run.configuration import portal_environment


@pytest.mark.parametrize(
    ("given", "replies"),
    [
        ({}, "1"),
        ({"SMS_REPLIES": "0"}, "0"),
        ({"SMS_URL": "jsons://sms.example.org/send?:to={to}"}, None),
        ({"SMS_URL": "jsons://sms.example.org/send?:to={to}", "SMS_REPLIES": "1"}, "1"),
    ],
)
def test_sms_say_how_to_reply_where_the_phones_are_on_this_machine(
    tmp_path: Path, given: dict[str, str], replies: str | None
) -> None:
    made = portal_environment(given, folder=tmp_path, port=8000, broker_url="redis://127.0.0.1:1/0")

    assert made.get("SMS_REPLIES") == replies
