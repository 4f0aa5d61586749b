"""Chromium, the browser of the browser tests."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.servers.errors import ServerError
from tools.servers.packages import find_or_install

# The headless shell first: its pages take a third less time than those of the full browser.
NAMES = (
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)


def find_browser(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the browser's program: CHROMIUM, else the first known name on PATH, else None."""
    named = environment.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise ServerError(f"CHROMIUM is {named}, but there is no program of that name.")
        return Path(named)
    found = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    return next((Path(program) for program in found if program), None)


def browser() -> Path:
    """Return the browser's program, installing Debian's package if allowed."""
    what = "A Chromium browser (CHROMIUM, PATH)"
    return find_or_install(find_browser, package="chromium-headless-shell", what=what)
