"""The world outside of a demonstration: every provider on one port, in a process of its own.

It keeps what arrived on whose phone, and lets a phone reply by SMS or press a key during a call. The demonstration's
page asks for both by HTTP: `GET /arrivals`, and forms to `/phones/reply` and `/phones/press`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.servers.ports import answers, free_port
from tools.servers.process import Process
from tools.servers.providers.answering import Answer, Received
from tools.servers.providers.push import Browser
from tools.servers.providers.twilio import FROM, Call, Hook, Twilio

KEPT = 500  # arrivals


class World(Twilio):
    """Twilio, a push service and ntfy on one port. `journal`: the file in which arrivals outlive a restart."""

    def __init__(self, port: int, *, portal: str, signs_for: str, journal: Path) -> None:
        super().__init__(port, portal=portal, signs_for=signs_for)
        self.journal = journal
        self._writing = threading.Lock()
        self.arrivals: list[dict[str, Any]] = []
        if journal.exists():
            lines = journal.read_text().splitlines()[-KEPT:]
            self.arrivals = [json.loads(line) for line in lines]
        journal.write_text("".join(json.dumps(one) + "\n" for one in self.arrivals))

    def respond(self, received: Received) -> Answer:
        """Answer as the provider whose path it is."""
        path = urlsplit(received.path).path
        if path == "/arrivals":
            return Answer(HTTPStatus.OK, json.dumps(self.arrivals), {"Content-Type": "application/json"})
        if path == "/phones/reply":
            return self.reply_from_phone(received.form)
        if path == "/phones/press":
            return self.press_on_phone(received.form)
        if path.startswith("/push/"):
            return self.keep_push(path.rpartition("/")[2], received)
        if path == "/":
            said = received.json
            self.keep("chat", said["topic"], said["message"])
            return Answer(HTTPStatus.OK, json.dumps({"id": str(len(self.arrivals)), "event": "message"}))
        return super().respond(received)

    def keep(self, channel: str, who: str, text: str, **rest: str) -> None:
        """Keep what arrived, or (`reply`, `press`) what somebody did on their phone."""
        arrival = {"at": datetime.now(UTC).isoformat(), "channel": channel, "who": who, "text": text, **rest}
        with self._writing:
            self.arrivals.append(arrival)
            del self.arrivals[:-KEPT]
            with self.journal.open("a") as file:
                file.write(json.dumps(arrival) + "\n")

    def keep_push(self, name: str, received: Received) -> Answer:
        said = Browser(self.address, name).read(received)
        self.keep("push", name, f"{said['title']}. {said['body']}", url=said["url"])
        return Answer(HTTPStatus.CREATED, "")

    def keep_sms(self, form: Mapping[str, str]) -> str:
        self.keep("sms", form["To"], form["Body"])
        return super().keep_sms(form)

    def keep_call(self, form: Mapping[str, str]) -> str:
        sid = super().keep_call(form)
        call = self.calls[-1]
        self.keep("voice", call.to, call.said[0], sid=call.sid, keys_url=call.keys_url)
        return sid

    def reply_from_phone(self, form: Mapping[str, str]) -> Answer:
        """Send an SMS from a phone; what the portal replies by SMS at once arrives there."""
        self.keep("reply", form["number"], form["text"])
        hook = self.reply(form["number"], form["text"])
        self.keep_answer("sms", form["number"], hook)
        return Answer(hook.status)

    def press_on_phone(self, form: Mapping[str, str]) -> Answer:
        """Press a key during a call that takes one."""
        found = [one for one in self.arrivals if one.get("keys_url") and one["sid"] == form["sid"]]
        if not found:
            return Answer(HTTPStatus.NOT_FOUND)
        call = Call(form["sid"], found[0]["who"], "")
        self.keep("press", call.to, form["digits"])
        hook = self.post(found[0]["keys_url"], {**self.call_fields(call), "Digits": form["digits"]})
        self.keep_answer("voice", call.to, hook)
        return Answer(hook.status)

    def keep_answer(self, channel: str, number: str, hook: Hook) -> None:
        """Keep the texts of an answer in TwiML: an SMS in reply, or what the call says next."""
        texts = said_in(hook.text) if hook.status == HTTPStatus.OK else []
        for text in texts:
            self.keep(channel, number, text)


def said_in(twiml: str) -> list[str]:
    """Return the texts that TwiML speaks or sends."""
    import xml.etree.ElementTree as ET

    if not twiml.strip():
        return []
    root = ET.fromstring(twiml)  # noqa: S314 (the portal's own answer)
    return ["".join(one.itertext()) for one in root.iter() if one.tag in {"Say", "Message"}]


class OutsideWorld(Process):
    """The world outside on a port. `env`: of the portal, whose `VOICE_URL` names the account."""

    def __init__(self, *, env: Mapping[str, str], port: int, portal: str, journal: Path, log: Path) -> None:
        self.port = port
        command = [sys.executable, "-m", "tools.servers.providers.outside", str(port), portal, str(journal)]
        super().__init__(name="outside world", command=command, env=env, log=log)

    def is_ready(self) -> bool:
        return answers(self.port)


def serve(port: int, portal: str, journal: Path) -> None:
    """Listen until the process is ended."""
    world = World(port, portal=portal, signs_for=os.environ["SITE_URL"], journal=journal)
    account = urlsplit(os.environ["VOICE_URL"])
    world.account, world.token = account.username or "", account.password or ""
    world.server.serve_forever()


def world_settings() -> dict[str, str]:
    """Return the variables of a portal whose providers are the world outside on a free port."""
    import secrets

    address = f"127.0.0.1:{free_port()}"
    account = f"twilio://AC{secrets.token_hex(16)}:{secrets.token_hex(16)}@{FROM}"
    return {
        "TWILIO_API": f"http://{address}",
        "VOICE_URL": account,
        "SMS_URL": f"{account}/{{to}}",
        "SMS_REPLIES": "1",
        "CHANNEL_HOSTS": "127.0.0.1",
    }


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
