"""A mail server in a separate process that records the arrival of messages and keeps no mail."""

import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tools.servers.ports import answers, free_port
from tools.servers.process import Process

HEADER = re.compile(rb"^X-Aftercare-Message:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}")


class Sink(Process):
    """An SMTP server on a free port. `arrivals` reads its records."""

    def __init__(self) -> None:
        self.port = free_port()
        handle, path = tempfile.mkstemp(prefix="aftercare-sink-")
        os.close(handle)
        self.notes = Path(path)
        command = [sys.executable, "-m", "tools.servers.sink", str(self.port), path]
        super().__init__(name="mail sink", command=command)

    @property
    def url(self) -> str:
        """The EMAIL_URL of this server."""
        return f"smtp://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        return answers(self.port)

    def arrivals(self) -> dict[str, float]:
        """Return the first arrival of each message id, in seconds of the system clock."""
        found: dict[str, float] = {}
        for line in self.notes.read_text().splitlines():
            at, *ids = line.split()
            for each in ids:
                found.setdefault(each, float(at))
        return found

    def count(self) -> int:
        """Return the number of mails received."""
        return self.notes.read_bytes().count(b"\n")

    def stop(self) -> None:
        super().stop()
        self.notes.unlink(missing_ok=True)


class _Noter:
    def __init__(self, path: str) -> None:
        self.notes = open(path, "a", buffering=1)  # noqa: SIM115 (open for as long as the process lives)

    # Name and arguments are defined by aiosmtpd.

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        header = HEADER.search(envelope.content)
        ids = b" ".join(ID.findall(header[1])).decode() if header else "none"
        self.notes.write(f"{time.time():.6f} {ids}\n")
        return "250 Kept"


def serve(port: int, path: str) -> None:
    """Listen until the process is ended."""
    controller = Controller(_Noter(path), hostname="127.0.0.1", port=port)
    controller.start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
