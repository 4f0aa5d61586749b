"""Configuration of a demonstration: data folder, port, and the environment of its processes."""

import base64
import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from tools.servers.errors import ServerError
from tools.servers.ports import is_taken
from tools.servers.process import ROOT
from tools.servers.providers.outside import world_settings

DEFAULT_PORT = 8000


def configured_port(variables: Mapping[str, str]) -> int:
    """Return PORT, or 8000. Raises ServerError with a suggestion if the port is invalid or taken."""
    raw = variables.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 65535):
        raise ServerError(
            f"PORT must be a number from 1 to 65535, not “{raw}”. For example: PORT=8001 bin/run"
        )
    port = int(raw)
    if is_taken(port):
        other = port + 1 if port < 65535 else port - 1
        raise ServerError(f"Port {port} is taken by another program. Choose another: PORT={other} bin/run")
    return port


def data_folder(variables: Mapping[str, str]) -> Path:
    """Return DATA_DIR, or var/ in the checkout, creating it. Raises ServerError if it cannot be written."""
    folder = (ROOT / (variables.get("DATA_DIR", "").strip() or "var")).resolve()
    try:
        for part in (folder, folder / "log", folder / "mail"):
            part.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ServerError(
            f"The data folder {folder} cannot be written ({error.strerror}).\n"
            "Set DATA_DIR to a writable folder: DATA_DIR=$HOME/aftercare-data bin/run"
        ) from error
    return folder


def lock(folder: Path) -> IO[str]:
    """Lock the folder for one demonstration, until the process ends."""
    handle = (folder / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise ServerError(
            f"A demonstration already runs on {folder}. Stop it, or choose another folder with DATA_DIR."
        ) from error
    return handle


def secret_key(folder: Path) -> str:
    """Return the demonstration's secret key, created once, so that sign-ins outlive a restart."""
    path = folder / "secret_key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def push_key(folder: Path) -> str:
    """Return the demonstration's key for push, created once, so that browsers stay subscribed."""
    path = folder / "push_key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="))
    return path.read_text().strip()


def portal_environment(
    variables: Mapping[str, str], *, folder: Path, port: int, broker_url: str
) -> dict[str, str]:
    """Return the environment of the portal's processes: the caller's, configured as a demonstration at this port."""
    given = {name: value for name, value in variables.items() if value.strip()}
    world = world_settings()
    if "SMS_URL" in given:
        # Whether replies reach the portal from that gateway is for the caller to say.
        del world["SMS_REPLIES"]
    return {
        **world,
        **given,
        "VAPID_PRIVATE_KEY": variables.get("VAPID_PRIVATE_KEY", "").strip() or push_key(folder),
        "DEMO": "1",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "SITE_URL": variables.get("SITE_URL", "").strip() or f"http://localhost:{port}",
        "SECRET_KEY": variables.get("SECRET_KEY", "").strip() or secret_key(folder),
        "REDIS_URL": broker_url,
        "DJANGO_SETTINGS_MODULE": "aftercare.settings",
    }
