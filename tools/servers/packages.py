"""Programs that are in no Python package: found on this machine, or installed if allowed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tools.servers.errors import ServerError


def find_or_install(find: Callable[[], Path | None], *, package: str, what: str) -> Path:
    """Return the result of `find`, after installing Debian's `package` if it finds nothing.

    Raises ServerError with what to install if installing is not possible.
    """
    found = find()
    if found is not None:
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServerError(f"{what} is missing. Install it; on Debian or Ubuntu: apt-get install {package}")
    print(f"{what} is missing; installing Debian's package {package}.", flush=True)
    _apt_get("update")
    _apt_get("install", "--yes", "--no-install-recommends", package)
    found = find()
    if found is None:
        raise ServerError(f"{what} is still missing after apt-get install {package}.")
    return found


def _apt_get(*arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "--quiet", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = "\n".join((done.stdout + done.stderr).splitlines()[-10:])
        raise ServerError(f"apt-get {' '.join(arguments)} failed:\n{lines}")
