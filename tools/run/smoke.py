"""Smoke test over HTTP: a patient reports pus and reads the advice, and the clinic is notified."""

import email.policy
import json
import re
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import TypeVar

from tools.run import configuration
from tools.run.portal import Portal, started
from tools.run.prepare import DEMO_SIGN_INS
from tools.run.visitor import Page, Visitor
from tools.servers.errors import ServerError
from tools.servers.portal import bare_environment
from tools.servers.ports import free_port
from tools.servers.process import wait_until

MAIL_SECONDS = 30.0
PUS_AND_LITTLE_ELSE: dict[str, str | list[str]] = {
    "emergency": ["none"],
    "redness": "1",
    "pain": "1",
    "swelling": "1",
    "itch": "0",
    "came_back": "no",
    "signs": ["pus"],
    "unwell": ["none"],
    "want_contact": "no",
}
ALERT_PATH = re.compile(r"/clinic/alerts/[0-9a-f-]{36}/")

Result = TypeVar("Result")


def smoke() -> int:
    """Run the smoke test. Raises ServerError for the step that fails."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aftercare-smoke-") as name:
        variables = bare_environment()
        folder = configuration.data_folder({**variables, "DATA_DIR": name})
        portal = Portal(variables, folder=folder, port=free_port())
        with started(portal) as seconds:
            for title, took in seconds.items():
                report(title, took)
            main_job(portal)
    report("stopped; all of it together", time.monotonic() - began)
    return 0


def report(title: str, seconds: float) -> None:
    print(f"{title:<44} {seconds:6.2f} s", flush=True)


def timed(title: str, step: Callable[[], Result]) -> Result:
    """Perform a step and print its duration."""
    began = time.monotonic()
    result = step()
    report(title, time.monotonic() - began)
    return result


def main_job(portal: Portal) -> None:
    patient, nurse = Visitor(portal.address), Visitor(portal.address)
    earlier_mails = timed("earlier messages are out", lambda: settled_mails(patient, portal.folder))
    nurse_queue = timed("the nurse signs in", lambda: sign_in(nurse, portal.links["nurse"], "/clinic/"))
    earlier_alerts = set(ALERT_PATH.findall(nurse_queue.text))
    timed("the patient signs in", lambda: sign_in(patient, portal.links["patient"], "/"))
    result = timed("the patient reports pus", lambda: report_pus(patient))
    timed("the result says to call now", lambda: read_advice(result))
    told = timed(
        "the nurse has an e-mail", lambda: wait_for_mail(portal.folder, earlier_mails, earlier_alerts)
    )
    timed("the nurse finds the alert in the queue", lambda: find_alert(nurse, told))


def settled_mails(visitor: Visitor, folder: Path) -> set[Path]:
    """Return the mails of the demo clinic's own alerts, once none is left to send."""

    def nothing_due() -> bool:
        state = json.loads(visitor.get("/readyz").text)
        return bool(state["worker"] == "ok" and state["oldest_due_seconds"] == 0)

    wait_until(nothing_due, seconds=MAIL_SECONDS, what="the messages of the demo clinic are not sent")
    return set((folder / "mail").iterdir())


def sign_in(visitor: Visitor, link: str, path: str) -> Page:
    """Open the link and press its button. Returns the page at `path`, signed in."""
    visitor.send(visitor.get(link))
    page = visitor.get(path)
    if "/accounts/" in page.url:
        raise ServerError(f"Signing in did not work: {path} leads to {page.url}.")
    return page


def report_pus(patient: Visitor) -> Page:
    return patient.send(patient.get("/check-in/"), **PUS_AND_LITTLE_ELSE)


def read_advice(result: Page) -> None:
    """Check that the result shows the level urgent once, and a telephone number."""
    if re.search(r"/check-ins/[0-9a-f-]{36}/$", result.url) is None:
        raise ServerError(f"The check-in was not accepted; it leads to {result.url}.")
    if result.text.count("data-level=") != 1 or 'data-level="urgent"' not in result.text:
        raise ServerError("The result does not say that this is urgent.")
    if 'href="tel:' not in result.text:
        raise ServerError("The result offers no telephone number.")


def wait_for_mail(folder: Path, earlier_mails: set[Path], earlier_alerts: set[str]) -> set[str]:
    """Wait for a mail to the nurse about a new alert. Returns the paths of the new alerts."""
    told: set[str] = set()

    def nurse_was_told() -> bool:
        new = set((folder / "mail").iterdir()) - earlier_mails
        told.update(*(alerts_in_mail_to_nurse(path) for path in new))
        return bool(told - earlier_alerts)

    wait_until(nurse_was_told, seconds=MAIL_SECONDS, what="no e-mail to the nurse")
    return told - earlier_alerts


def alerts_in_mail_to_nurse(path: Path) -> set[str]:
    mail = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(path.read_bytes())
    if DEMO_SIGN_INS["nurse"] not in str(mail["To"]) or mail["X-Aftercare-Message"] is None:
        return set()
    return set(ALERT_PATH.findall(mail.get_content()))


def find_alert(nurse: Visitor, told: set[str]) -> None:
    """Check that the queue shows the alert of the mail, and that its page opens."""
    shown = set(ALERT_PATH.findall(nurse.get("/clinic/").text)) & told
    if not shown:
        raise ServerError("The queue does not show the alert.")
    for path in shown:
        nurse.get(path)
