"""An SMS gateway and a push service in a separate process, which records the arrival of messages and keeps none."""

from __future__ import annotations

import base64
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from tools.servers.ports import answers, free_port
from tools.servers.process import Process
from tools.servers.providers.answering import Answer, Provider, Received, running


@dataclass(frozen=True)
class Arrival:
    """A request of the portal, and when it came, in seconds of the system clock."""

    at: float
    received: Received


class Recorder(Process):
    """The providers on a free port. `arrivals` reads their records."""

    def __init__(self) -> None:
        self.port = free_port()
        handle, path = tempfile.mkstemp(prefix="aftercare-recorder-")
        os.close(handle)
        self.notes = Path(path)
        command = [sys.executable, "-m", "tools.servers.providers.recorder", str(self.port), path]
        super().__init__(name="providers", command=command)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        return answers(self.port)

    def arrivals(self) -> list[Arrival]:
        """Return what has arrived, in order."""
        rows = [line.split("\t") for line in self.notes.read_text().splitlines()]
        return [Arrival(float(at), Received(path, {}, base64.b64decode(body))) for at, path, body in rows]

    def stop(self) -> None:
        super().stop()
        self.notes.unlink(missing_ok=True)


class _Noter(Provider):
    def __init__(self, port: int, path: str) -> None:
        super().__init__(port)
        self.notes = open(path, "a", buffering=1)  # noqa: SIM115 (open for as long as the process lives)

    def respond(self, received: Received) -> Answer:
        self.received.clear()
        self.notes.write(f"{time.time():.6f}\t{received.path}\t{base64.b64encode(received.body).decode()}\n")
        return Answer(HTTPStatus.CREATED)


def serve(port: int, path: str) -> None:
    """Listen until the process is ended."""
    with running(_Noter(port, path)):
        while True:
            time.sleep(60)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
