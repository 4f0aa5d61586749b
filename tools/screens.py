"""Take the pictures in docs/screens/: pages of the demo clinic at a fixed instant.

    .venv/bin/python -m tools.screens [folder]

The portal runs in this process, with its clock set, on a throwaway PostgreSQL; Chromium takes the pictures.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tools.servers import chromium
from tools.servers.cleanup import process_cleanup
from tools.servers.portal import NO_MAIL_SERVER, fresh_secrets
from tools.servers.ports import free_port
from tools.servers.postgres import Postgres
from tools.servers.process import ROOT
from tools.servers.valkey import Valkey

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = ROOT / "docs" / "screens"
NOW = datetime(2026, 11, 18, 13, 12, tzinfo=UTC)  # a Wednesday, and the clinic is open
PHONE, DESK = (390, 844), (1280, 800)
COLOURS = 96  # colours of a picture, which reduces its size to a third
MOST_BYTES = 400_000  # of all pictures together

PATIENT, NURSE = "patient@demo.example", "nurse@demo.example"
WITH_A_FLARE, HEALING = "daniel.reyes@demo.example", "leila.haddad@demo.example"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A page as one person sees it.

    `path` may contain {result} or {alert}: the latest check-in, or highest alert, of the person in `about`.
    """

    name: str
    who: str
    path: str
    size: tuple[int, int] = PHONE
    scheme: Literal["light", "dark"] = "light"
    about: str = ""


PICTURES = (
    Picture(name="today", who=PATIENT, path="/"),
    Picture(name="check-in", who=PATIENT, path="/check-in/"),
    Picture(name="result", who=WITH_A_FLARE, path="/check-ins/{result}/", scheme="dark"),
    Picture(name="guidance", who=PATIENT, path="/guidance/"),
    Picture(name="check-ins", who=HEALING, path="/check-ins/"),
    Picture(name="queue", who=NURSE, path="/clinic/", size=DESK),
    Picture(name="alert", who=NURSE, path="/clinic/alerts/{alert}/", size=DESK, about=WITH_A_FLARE),
)


@contextmanager
def portal() -> Iterator[str]:
    """Serve the demo clinic from this process and yield its URL."""
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-screens-"))
        postgres, valkey = stack.enter_context(Postgres()), stack.enter_context(Valkey())
        port = free_port()
        for name in ("DEMO", "DEBUG", "ALLOWED_HOSTS"):
            os.environ.pop(name, None)
        os.environ |= {
            "DATABASE_URL": postgres.create_database("portal"),
            "REDIS_URL": valkey.url,
            "EMAIL_URL": NO_MAIL_SERVER,
            **fresh_secrets(),
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": data,
            "STAFF_MFA": "optional",
            "DJANGO_SETTINGS_MODULE": "aftercare.settings",
        }
        fill()
        stack.enter_context(serve(port))
        yield f"http://127.0.0.1:{port}"


def fill() -> None:
    """Create tables, static files and the demo clinic."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from aftercare.outbox.delivery_health import PARTS
    from aftercare.outbox.heartbeats import beat_heart

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_guidance", verbosity=0)
    call_command("seed_demo", verbosity=0)
    # No worker runs: without heartbeats every page of staff would show a banner.
    for part in PARTS:
        beat_heart(part, NOW)
    connection.close()


@contextmanager
def serve(port: int) -> Iterator[None]:
    """Run Django's server in a thread, because a clock set in this process does not affect gunicorn's processes."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()


def session_of(email: str) -> str:
    """Return a new session key of a person."""
    from aftercare.people.models import User
    from bench.support.sessions import signed_in

    (session,) = signed_in([User.objects.get(email=email)])
    return session


def address_of(picture: Picture) -> str:
    """Return the picture's path with its ids."""
    from aftercare.alerts.models import Alert
    from aftercare.checkins.models import CheckIn

    person = picture.about or picture.who
    result = CheckIn.objects.filter(patient__user__email=person).order_by("-submitted_at").first()
    alert = Alert.objects.filter(patient__user__email=person).worst_first().first()
    return picture.path.format(result=result and result.pk, alert=alert and alert.pk)


def take(browser: Browser, base: str, picture: Picture, *, session: str, path: str) -> bytes:
    """Take a picture, as a PNG of few colours."""
    from PIL import Image

    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=picture.scheme, locale="en-GB"
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page = context.new_page()
    answer = page.goto(base + path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{path} did not answer with a page.")
    shot = page.screenshot(animations="disabled", caret="hide")
    context.close()
    packed = BytesIO()
    Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        packed, "PNG", optimize=True
    )
    return packed.getvalue()


def main(folder: Path) -> None:
    import time_machine
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    with process_cleanup(), time_machine.travel(NOW), portal() as base:
        # Before Playwright starts: its event loop in this thread makes Django's ORM raise SynchronousOnlyOperation.
        wanted = [(picture, session_of(picture.who), address_of(picture)) for picture in PICTURES]
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chromium.browser()), args=arguments)
            for picture, session, path in wanted:
                content = take(browser, base, picture, session=session, path=path)
                (folder / f"{picture.name}.png").write_bytes(content)
                total += len(content)
                print(f"{picture.name}.png: {len(content)} bytes")
            browser.close()
    if total > MOST_BYTES:
        raise SystemExit(f"The pictures are too large: {total} bytes instead of at most {MOST_BYTES}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
