"""The service worker of the phone: one script, written from its parts, with the files of this release."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

from aftercare.ui.static_files.storage import BASE_STYLES, HashedStaticStorage

# Push messages come first: they work in browsers that keep no pages.
PARTS = (
    "offline/push.js",
    "offline/store.js",
    "offline/sending.js",
    "offline/picture_sending.js",
    "offline/pages.js",
    "offline/telling.js",
    "offline/forms.js",
    "offline/worker.js",
)
# What the pages need that are kept without a network.
FILES = (
    "ui/forms.css",
    "ui/check_in.css",
    "ui/photos.css",
    "ui/recovery.css",
    "ui/guidance.css",
    "ui/clock.js",
    "ui/emergency.js",
    "ui/autosave.js",
    "ui/check_in.js",
    "ui/smaller_picture.js",
    "offline/offline.css",
    "offline/page.js",
    "offline/store.js",
    "offline/counting.js",
    "offline/pictures.js",
    "offline/rules.js",
    "offline/advice.js",
    "offline/offline.js",
)


def worker_script() -> str:
    """Return the script of the worker; it changes with each release that changes a file of it."""
    return fresh_script() if settings.DEBUG else script_of_release()


@cache
def script_of_release() -> str:
    return fresh_script()


def fresh_script() -> str:
    storage = staticfiles_storage
    styles = storage.base_styles() if isinstance(storage, HashedStaticStorage) else BASE_STYLES
    files = [static(name) for name in (*styles, *FILES)]
    parts = "\n".join(lean(source(name)) for name in PARTS)
    release = hashlib.sha256(f"{files}{parts}".encode()).hexdigest()[:16]
    return f'"use strict";\nconst RELEASE = "{release}";\nconst FILES = {json.dumps(files)};\n{parts}\n'


def source(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str)
    return Path(found).read_text()


def lean(script: str) -> str:
    """Return a script without the lines of comments and without indentation: each phone fetches it anew."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
