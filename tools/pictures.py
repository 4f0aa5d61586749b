"""Take a picture of every page, and compare two sets of pictures pixel by pixel.

    .venv/bin/python -m tools.pictures take FOLDER [part of a name ...]
    .venv/bin/python -m tools.pictures compare BEFORE AFTER [DIFFERENCES]

Each page of patients, of staff and of signing in is taken whole, at 390 and at 1,280 px, in light and in
dark, at a fixed instant. Run it before and after every change that is to leave the look alone. The portal
runs in this process on a throwaway PostgreSQL with the demo clinic (see tools/screens.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools import screens
from tools.servers import chromium
from tools.servers.cleanup import process_cleanup

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PATIENT, NURSE, MANAGER = "patient@demo.example", "nurse@demo.example", "manager@demo.example"
WITH_A_FLARE, EMERGENCY = "daniel.reyes@demo.example", "joan.whitaker@demo.example"
HEALING, UNTREATED = "leila.haddad@demo.example", "untreated@demo.example"
SIZES = ((390, 844), (1280, 800))
SCHEMES = ("light", "dark")
THRESHOLD_PERCENT = 0.1  # per cent of the pixels; smaller differences are not listed
Act = Callable[["Page"], None]


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A page as one person sees it. `act` is performed on the page before the picture is taken."""

    name: str
    path: str
    who: str = ""
    act: Act | None = None
    status: int = 200


def send_empty(page: Page) -> None:
    """Submit the page's main form without an answer."""
    page.locator("main form[method=post] button[type=submit], main form[method=post] .btn").last.click()
    page.wait_for_load_state("load")


def open_details(page: Page) -> None:
    """Open every <details> element."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")


def shots() -> list[Shot]:
    """Return every page, with ids of the demo clinic in its path."""
    return [*of_visitors(), *of_patients(), *of_articles(), *of_records(), *of_staff(), *of_a_manager()]


def of_visitors() -> Iterator[Shot]:
    yield Shot(name="sign-in", path="/accounts/login/")
    yield Shot(name="sign-in-errors", path="/accounts/login/", act=send_empty)
    yield Shot(name="sign-in-code", path="/accounts/login/code/")
    yield Shot(name="link-used", path="/accounts/link/none/", status=410)
    yield Shot(name="invitation-unknown", path="/accounts/invitation/none/", status=410)
    yield Shot(name="staff-invitation-unknown", path="/accounts/staff-invitation/none/", status=410)
    yield Shot(name="not-found", path="/none/", status=404)
    yield Shot(name="signed-out-get-help", path="/guidance/get-help/")


def of_patients() -> Iterator[Shot]:
    for name, who in (
        ("quiet", PATIENT),
        ("flare", WITH_A_FLARE),
        ("emergency", EMERGENCY),
        ("healing", HEALING),
        ("untreated", UNTREATED),
    ):
        yield Shot(name=f"today-{name}", path="/", who=who)
        yield Shot(name=f"history-{name}", path="/check-ins/", who=who)
        yield Shot(name=f"timeline-{name}", path="/timeline/", who=who)
        yield Shot(name=f"printed-course-{name}", path="/check-ins/print/", who=who)
    yield Shot(name="check-in", path="/check-in/", who=PATIENT)
    yield Shot(name="check-in-open", path="/check-in/", who=PATIENT, act=open_details)
    yield Shot(name="check-in-errors", path="/check-in/", who=PATIENT, act=send_empty)
    yield Shot(name="account", path="/accounts/", who=PATIENT)
    yield Shot(name="sign-out", path="/accounts/logout/", who=PATIENT)
    yield Shot(name="not-allowed", path="/clinic/", who=PATIENT, status=404)
    from aftercare.checkins.models import CheckIn
    from aftercare.triage import Level

    for level in Level:
        for number, one in enumerate(CheckIn.objects.filter(level=level.value).order_by("submitted_at")[:2]):
            who = one.patient.user.email
            yield Shot(
                name=f"result-{level.value}-{number}", path=f"/check-ins/{one.pk}/", who=who, act=open_details
            )
            if number == 0:
                yield Shot(name=f"printed-{level.value}", path=f"/check-ins/{one.pk}/print/", who=who)
                yield Shot(name=f"correct-{level.value}", path=f"/check-in/?correct={one.pk}", who=who)


def of_articles() -> Iterator[Shot]:
    yield Shot(name="guidance", path="/guidance/", who=PATIENT)
    from aftercare.guidance.models import Article

    for article in Article.objects.filter(live=True).order_by("slug"):
        yield Shot(name=f"article-{article.slug}", path=f"/guidance/{article.slug}/", who=PATIENT)


def of_records() -> Iterator[Shot]:
    """Yield the pages of four alerts and of their patients."""
    from aftercare.alerts.models import Alert
    from aftercare.people.models import Patient

    alerts = Alert.objects.filter(patient__clinic__slug="larkfield").order_by("opened_at", "rule")
    by_status = {alert.status: alert for alert in alerts}
    for email in (WITH_A_FLARE, EMERGENCY):
        by_status[email.split(".")[0]] = Alert.objects.filter(patient__user__email=email).worst_first()[0]
    for status, alert in by_status.items():
        yield Shot(name=f"alert-{status}", path=f"/clinic/alerts/{alert.pk}/", who=NURSE)
        yield Shot(
            name=f"alert-{status}-open", path=f"/clinic/alerts/{alert.pk}/", who=MANAGER, act=open_details
        )
    patient = Patient.objects.get(user__email=WITH_A_FLARE)
    own = f"/clinic/patients/{patient.pk}/"
    procedure, check_in = patient.procedures.first(), patient.check_ins.order_by("number").first()
    assert procedure is not None
    assert check_in is not None
    yield Shot(name="call-errors", path=f"/clinic/alerts/{by_status['joan'].pk}/", who=MANAGER, act=send_call)
    for name, path in (
        ("patient", own),
        ("patient-edit", f"{own}edit/"),
        ("patient-invitation", f"{own}invitation/"),
        ("patient-telephone", f"{own}check-ins/new/"),
        ("patient-check-in", f"{own}check-ins/{check_in.pk}/"),
        ("patient-procedure", f"{own}procedures/new/"),
        ("patient-procedure-correct", f"{own}procedures/{procedure.pk}/correct/"),
        ("patient-procedure-move", f"{own}procedures/{procedure.pk}/move/"),
        ("patient-intake", f"{own}intake/"),
        ("patient-withdraw", f"{own}withdraw/"),
    ):
        yield Shot(name=name, path=path, who=MANAGER)
    for name, path in (("patient-procedure", "procedures/new/"), ("patient-telephone", "check-ins/new/")):
        yield Shot(name=f"{name}-errors", path=f"{own}{path}", who=MANAGER, act=send_empty)


def send_call(page: Page) -> None:
    """Submit the call panel without an answer."""
    page.locator(".call button[type=submit]").click()
    page.wait_for_load_state("load")


def of_staff() -> Iterator[Shot]:
    for name, path in (
        ("queue", "/clinic/"),
        ("queue-mine", "/clinic/?show=mine"),
        ("handover", "/clinic/handover/"),
        ("patients", "/clinic/patients/"),
        ("search", "/clinic/patients/search/"),
        ("contacts", "/clinic/contacts/"),
        ("staff-account", "/accounts/"),
    ):
        yield Shot(name=name, path=path, who=NURSE)


def of_a_manager() -> Iterator[Shot]:
    for name, path in (
        ("enrol", "/clinic/patients/enrol/"),
        ("staff", "/clinic/staff/"),
        ("staff-add", "/clinic/staff/add/"),
        ("details", "/clinic/details/"),
        ("messages", "/clinic/messages/"),
        ("contacts-manager", "/clinic/contacts/"),
        ("contact-step", "/clinic/contacts/steps/new/open/"),
        ("shift", "/clinic/contacts/rota/new/"),
        ("closed-day", "/clinic/contacts/closed-days/new/"),
    ):
        yield Shot(name=name, path=path, who=MANAGER)
    for name, path in (
        ("enrol", "/clinic/patients/enrol/"),
        ("staff-add", "/clinic/staff/add/"),
        ("contact-step", "/clinic/contacts/steps/new/open/"),
        ("shift", "/clinic/contacts/rota/new/"),
    ):
        yield Shot(name=f"{name}-errors", path=path, who=MANAGER, act=send_empty)


def add_a_patient_without_treatment() -> None:
    from aftercare.people.models import Clinic, Patient, User

    user = User.objects.create_user(email=UNTREATED, first_name="Ines", last_name="Duarte")
    clinic = Clinic.objects.get(slug="larkfield")
    agreed = {"consent_version": clinic.consent_version, "consented_at": screens.NOW}
    Patient.objects.create(user=user, clinic=clinic, enrolled_at=screens.NOW, **agreed)


def take_all(folder: Path, parts: list[str]) -> None:
    import time_machine
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with process_cleanup(), time_machine.travel(screens.NOW, tick=False), screens.portal() as base:
        # Before Playwright starts: its event loop in this thread makes Django's ORM raise SynchronousOnlyOperation.
        add_a_patient_without_treatment()
        wanted = [one for one in shots() if not parts or any(part in one.name for part in parts)]
        sessions = {who: screens.session_of(who) for who in {one.who for one in wanted if one.who}}
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chromium.browser()), args=arguments)
            for size in SIZES:
                for scheme in SCHEMES:
                    for one in wanted:
                        take(browser, base, one, sessions.get(one.who), size, scheme, folder)
            browser.close()
    print(f"{len(wanted) * len(SIZES) * len(SCHEMES)} pictures of {len(wanted)} pages in {folder}")


def take(
    browser: Browser,
    base: str,
    one: Shot,
    session: str | None,
    size: tuple[int, int],
    scheme: Any,
    folder: Path,
) -> None:
    """Take one picture. Prints a message if the page responds with an unexpected status."""
    width, height = size
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page = context.new_page()
    page.clock.set_fixed_time(screens.NOW)
    answer = page.goto(base + one.path, wait_until="load")
    if answer is None or answer.status != one.status:
        print(f"{one.name}: {one.path} answered {answer and answer.status}, not {one.status}")
    if one.act:
        one.act(page)
    picture = folder / f"{one.name}-{width}-{scheme}.png"
    page.screenshot(path=picture, full_page=True, animations="disabled", caret="hide")
    context.close()


def compare(before: Path, after: Path, differences: Path | None) -> int:
    """Print the pictures that differ, by share of pixels, largest first. Returns their number."""
    rows: list[tuple[float, str]] = []
    names = {one.name for folder in (before, after) for one in folder.glob("*.png")}
    for name in sorted(names):
        if not all((folder / name).exists() for folder in (before, after)):
            rows.append((100.0, f"{name} (in one folder only)"))
            continue
        share = differing_percent(before / name, after / name, differences and differences / name)
        rows.append((share, name))
    shown = [row for row in sorted(rows, reverse=True) if row[0] > THRESHOLD_PERCENT]
    for share, name in shown:
        print(f"{share:8.3f} %  {name}")
    same = sum(share == 0 for share, _name in rows)
    print(
        f"{len(rows)} pictures: {same} the same to the pixel, {len(shown)} differ by over {THRESHOLD_PERCENT} %"
    )
    return len(shown)


def differing_percent(before: Path, after: Path, marked: Path | None) -> float:
    """Return the per cent of pixels that differ. Pixels outside the smaller picture count as different."""
    from PIL import Image, ImageChops

    with Image.open(before) as first, Image.open(after) as second:
        size = (max(first.width, second.width), max(first.height, second.height))
        both: list[Image.Image] = []
        for picture in (first, second):
            canvas = Image.new("RGBA", size)
            canvas.paste(picture.convert("RGBA"))
            both.append(canvas)
    difference = ImageChops.difference(*both).convert("RGB")
    is_other = difference.convert("L").point(lambda value: 255 if value else 0)
    share = 100 * is_other.histogram()[255] / (size[0] * size[1])
    if share > THRESHOLD_PERCENT and marked:
        marked.parent.mkdir(parents=True, exist_ok=True)
        side = Image.new("RGB", (size[0] * 3, size[1]), "white")
        for place, shown in enumerate((*both, is_other)):
            side.paste(shown.convert("RGB"), (place * size[0], 0))
        side.save(marked)
    return share


def main(arguments: list[str]) -> int:
    match arguments:
        case ["take", folder, *parts]:
            take_all(Path(folder), parts)
            return 0
        case ["compare", before, after]:
            return min(compare(Path(before), Path(after), None), 1)
        case ["compare", before, after, differences]:
            return min(compare(Path(before), Path(after), Path(differences)), 1)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
