"""Prepare a demonstration and print its sign-in links as JSON, in one process of its own.

One process, because loading Django takes most of the time of a second start.

    python -m tools.run.prepare          database, demo clinic, static files; then the links
    python -m tools.run.prepare --links  only fresh links
"""

import io
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from tools.servers.process import ROOT
from tools.servers.providers.push import Browser

STAMP = "static.stamp"  # in the folder for data: for which files the static files were collected
DEMO_SIGN_INS = {
    "patient": "patient@demo.example",
    "nurse": "nurse@demo.example",
    "clinician": "clinician@demo.example",
    "manager": "manager@demo.example",
    "editor": "editor@demo.example",
}


def make_database() -> None:
    """Migrate the database, and fill it if it is new."""
    from aftercare.people.models import Clinic
    from clinic.demo.confirmed_answers import confirm_most_answers

    call_command("migrate", verbosity=0, interactive=False)
    is_new = not Clinic.objects.exists()
    if is_new:
        call_command("seed_demo", stdout=io.StringIO())
    connect_phones(is_new=is_new)
    # Adds articles of a newer version, and keeps articles that an editor changed.
    call_command("load_guidance", stdout=io.StringIO())
    if is_new:
        confirm_most_answers(Clinic.objects.get(), timezone.now())


def connect_phones(*, is_new: bool) -> None:
    """Let the phones of the staff be at the providers of this start; at the first start give them some."""
    from aftercare.people.models import Clinic
    from clinic.demo.outside_world.phones import give_phones, move_providers

    host = urlsplit(settings.TWILIO_API).netloc
    if not host.startswith("127.0.0.1:"):
        return
    if is_new:
        give_phones(Clinic.objects.get(), host, lambda name: Browser(host, name).subscription, timezone.now())
    else:
        move_providers(host)


def static_fingerprint() -> str:
    """Return a fingerprint that changes with the static files and the installed packages."""
    files = list((ROOT / "static").rglob("*"))
    newest = max((path.stat().st_mtime_ns for path in files), default=0)
    return f"{(ROOT / 'requirements.txt').stat().st_mtime_ns}-{len(files)}-{newest}"


def collect_static() -> None:
    """Collect the static files unless they are unchanged since the last time."""
    stamp = Path(settings.DATA_DIR) / STAMP
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(fingerprint)


def sign_in_links() -> dict[str, str]:
    """Return a fresh sign-in link for each demo person."""
    links = {}
    for who, email in DEMO_SIGN_INS.items():
        printed = io.StringIO()
        call_command("sign_in_link", email, stdout=printed)
        links[who] = printed.getvalue().strip()
    return links


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
    django.setup()
    if "--links" not in sys.argv:
        make_database()
        collect_static()
    print(json.dumps(sign_in_links()))


if __name__ == "__main__":
    main()
