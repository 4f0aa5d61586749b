"""A throwaway PostgreSQL cluster."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2  # type: ignore[import-untyped]

from tools.servers.errors import ServerError
from tools.servers.packages import find_or_install
from tools.servers.ports import free_port
from tools.servers.process import Process

DEBIAN_FOLDER = Path("/usr/lib/postgresql")
CLUSTER_POLICY = Path("/etc/postgresql-common/createcluster.d/aftercare.conf")
NEEDED = ("initdb", "postgres")

# For throwaway clusters: data need not survive a crash.
NO_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# As the portal sets it for its database. The connections of the tests are older than that migration.
NO_COMPILATION = {"jit": "off"}


def has_servers(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


def find_binaries(environment: Mapping[str, str] = os.environ, debian: Path = DEBIAN_FOLDER) -> Path | None:
    """Return the folder of PostgreSQL's server programs: PG_BIN, else PATH, else Debian's newest version."""
    named = environment.get("PG_BIN")
    if named:
        if not has_servers(Path(named)):
            raise ServerError(f"PG_BIN is {named}, but initdb and postgres are not both there.")
        return Path(named)
    on_path = shutil.which("postgres", path=environment.get("PATH"))
    versions = sorted(debian.glob("*/bin"), key=lambda folder: _version(folder.parent.name), reverse=True)
    candidates = [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in [*candidates, *versions] if has_servers(folder)), None)


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def binaries() -> Path:
    """Return the folder of the server programs, installing Debian's package if allowed."""
    if find_binaries() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        # Keeps Debian's package from creating and starting a cluster of its own.
        CLUSTER_POLICY.parent.mkdir(parents=True, exist_ok=True)
        CLUSTER_POLICY.write_text("create_main_cluster = false\n")
    return find_or_install(find_binaries, package="postgresql", what="PostgreSQL's server (PG_BIN, PATH)")


def unprivileged_user() -> str | None:
    """Return the user to run PostgreSQL as, because it refuses root; None if not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise ServerError("PostgreSQL refuses to run as root, and there is no user postgres or nobody.")


class _Server(Process):
    stop_signal = signal.SIGINT  # PostgreSQL's fast shutdown: clients are cut off

    def __init__(
        self, *, folder: Path, programs: Path, settings: Mapping[str, str], user: str | None
    ) -> None:
        self.port = free_port()
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder),
            "timezone": "UTC",
            **settings,
        }
        command = [str(programs / "postgres"), "-D", str(folder / "data")]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        super().__init__(
            name="PostgreSQL",
            command=command,
            env=_bare_environment(),
            log=folder / "postgres.log",
            user=user,
        )

    def is_ready(self) -> bool:
        try:
            _connect(self.port, "postgres").close()
        except psycopg2.OperationalError:
            return False
        return True


class Postgres:
    """A cluster in a temporary folder, removed on leaving. `durable` keeps fsync on, as production does."""

    def __init__(self, *, durable: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self._settings = {**NO_COMPILATION, **({} if durable else NO_DURABILITY), **(settings or {})}
        self._folder: Path | None = None
        self._server: _Server | None = None

    @property
    def server(self) -> Process:
        if self._server is None:
            raise ServerError("PostgreSQL has not been started.")
        return self._server

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.port

    def url(self, database: str = "aftercare") -> str:
        """Return the DATABASE_URL of a database, which must exist."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, database: str = "aftercare", *, template: str = "template1") -> str:
        """Create a database and return its URL."""
        connection = _connect(self.port, "postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        finally:
            connection.close()
        return self.url(database)

    def __enter__(self) -> Self:
        programs, user = binaries(), unprivileged_user()
        # As root, the folder must be accessible to the other user, so that a private TMPDIR is not used.
        self._folder = Path(tempfile.mkdtemp(prefix="aftercare-pg-", dir="/tmp" if user else None))
        try:
            if user:
                shutil.chown(self._folder, user)
            _initialise(self._folder / "data", programs=programs, user=user)
            self._server = _Server(folder=self._folder, programs=programs, settings=self._settings, user=user)
            self._server.start()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def _clear(self) -> None:
        if self._server is not None:
            self._server.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _initialise(data: Path, *, programs: Path, user: str | None) -> None:
    command = [str(programs / "initdb"), "-D", str(data), "--username=postgres", "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C", "--no-sync"]
    group = pwd.getpwnam(user).pw_gid if user else None
    done = subprocess.run(
        command,
        env=_bare_environment(),
        cwd="/",
        user=user,
        group=group,
        extra_groups=[] if user else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerError(f"initdb failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}")


def _bare_environment() -> dict[str, str]:
    """Return an environment without the caller's PG* variables and locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _connect(port: int, database: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname=database, connect_timeout=2)
