"""The processes of the demonstration, started and stopped together."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tools.run.configuration import portal_environment
from tools.servers.errors import ServerError
from tools.servers.portal import Beat, Web, Worker
from tools.servers.process import ROOT, Process
from tools.servers.providers.outside import OutsideWorld
from tools.servers.valkey import Valkey


class Portal:
    """Broker, web, worker, beat and providers of one demonstration."""

    def __init__(self, variables: Mapping[str, str], *, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self._variables = variables
        self._broker: list[Process] = []
        self._servers: list[Process] = []
        self.env: dict[str, str] = {}
        self.links: dict[str, str] = {}

    @property
    def address(self) -> str:
        return self.env["SITE_URL"] + "/"

    def log(self, name: str) -> Path:
        """Return the log file of a process, emptied at each start."""
        path = self.folder / "log" / f"{name}.log"
        path.unlink(missing_ok=True)
        return path

    def start_broker(self) -> None:
        """Start the embedded broker unless REDIS_URL names one, and set `env`."""
        url = self._variables.get("REDIS_URL", "").strip()
        if not url:
            valkey = Valkey(folder=self.folder / "valkey", log=self.log("valkey"))
            self._broker.append(valkey)
            valkey.start()
            url = valkey.url
        self.env = portal_environment(self._variables, folder=self.folder, port=self.port, broker_url=url)

    def prepare(self, *options: str) -> None:
        """Prepare database, demo clinic and static files, and set fresh sign-in links."""
        done = subprocess.run(
            [sys.executable, "-m", "tools.run.prepare", *options],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerError(done.stderr.strip() or "The demonstration could not be prepared.")
        self.links = json.loads(done.stdout.splitlines()[-1])

    def start_servers(self) -> None:
        """Start web, worker and beat in parallel, and the providers that they speak to."""
        self._servers = [
            *self.outside_world(),
            Web(env=self.env, port=self.port, log=self.log("web")),
            Worker(env=self.env, log=self.log("worker")),
            Beat(env=self.env, schedule=self.folder / "beat-schedule", log=self.log("beat")),
        ]
        for server in self._servers:
            server.launch()
        for server in self._servers:
            server.wait_ready()

    def outside_world(self) -> list[Process]:
        """Return the providers, unless those of the caller's settings are elsewhere."""
        api = urlsplit(self.env["TWILIO_API"])
        if api.hostname != "127.0.0.1" or api.port is None:
            return []
        portal, journal = f"http://127.0.0.1:{self.port}", self.folder / "outside-world.jsonl"
        log = self.log("outside-world")
        return [OutsideWorld(env=self.env, port=api.port, portal=portal, journal=journal, log=log)]

    def check(self) -> None:
        """Raise ServerError with the last log lines if a process has ended."""
        for process in [*self._broker, *self._servers]:
            if not process.is_alive():
                raise ServerError(
                    f"The process “{process.name}” ended by itself (code {process.exit_code()}); "
                    f"all others are stopped too. Its last lines:\n{process.last_lines()}"
                )

    def stop(self) -> None:
        """Stop web, worker and beat in parallel, then the broker."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(Process.stop, self._servers))
        for broker in self._broker:
            broker.stop()


@contextlib.contextmanager
def started(portal: Portal) -> Iterator[dict[str, float]]:
    """Start the portal and stop it on leaving. Yields the seconds of each start step."""
    seconds: dict[str, float] = {}
    steps = {
        "broker": portal.start_broker,
        "database, demo clinic, static files": portal.prepare,
        "web, worker, beat": portal.start_servers,
    }
    try:
        for title, step in steps.items():
            began = time.monotonic()
            step()
            seconds[title] = time.monotonic() - began
        yield seconds
    finally:
        portal.stop()
