"""Time on an open queue in a real browser, whose computer has another date than the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, Response, expect

from aftercare.alerts.models import Dispatch
from aftercare.outbox.heartbeats import WORKER, beat_heart
from aftercare.people.models import Patient
from tests.clinic.staff_client import QUEUE
from tests.factories import at, check_in
from tests.ui.browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 15_000  # ms
MINUTE = timedelta(minutes=1)
MIDST = timedelta(seconds=20)  # of a minute: between two answers the page's clock goes on
OPENED = at(0, minutes=2)  # 10:02; an open page counts as a new look shortly after 10:30
# How often something that is read out has changed.
LISTEN = """() => {
  window.heard = 0;
  const told = new MutationObserver(changes => { window.heard += changes.length; });
  const parts = document.querySelectorAll('[aria-live], [role=alert], [role=status], [role=log], [role=timer]');
  parts.forEach(part => told.observe(part, {childList: true, characterData: true, subtree: true}));
}"""
Move = Callable[[datetime], None]


@pytest.fixture
def move() -> Iterator[Move]:
    """Set the server's clock, which stands still. Its worker and beat live, and everybody has been told."""
    with time_machine.travel(OPENED, tick=False) as travelling:

        def to(now: datetime) -> None:
            for part in (WORKER, "beat"):
                beat_heart(part, now)
            Dispatch.objects.filter(drained_at=None).update(drained_at=now)
            travelling.move_to(now)

        yield to


@pytest.fixture
def urgent(move: Move, daniel: Patient) -> Patient:
    """A patient who has just reported hives."""
    check_in(daniel, OPENED, signs=["hives"])
    move(OPENED)
    return daniel


def row_in(page: Page) -> Locator:
    return page.locator("[data-section=now] tr", has_text="Daniel Reyes")


def answers_of(page: Page) -> list[int]:
    """Return the statuses of the answers to come."""
    statuses: list[int] = []

    def note(response: Response) -> None:
        if "/clinic/queue/" in response.url:
            statuses.append(response.status)

    page.on("response", note)
    return statuses


def test_minutes_pass_on_an_open_page_without_news(staff_browser: Any, urgent: Patient, move: Move) -> None:
    page = staff_browser().open(QUEUE)
    page.evaluate(LISTEN)
    answers, row = answers_of(page), row_in(page)
    expect(row.locator(".q-when small")).to_have_text("just now")
    row.evaluate("row => { row.wasHere = true; }")

    for minutes in (1, 2, 7, 14):
        move(OPENED + minutes * MINUTE + MIDST)
        expect(row.locator(".q-when small")).to_have_text(f"{minutes} min ago", timeout=SOON)
        expect(row.locator(".q-clock time")).to_have_text(f"{29 - minutes} min left")
        expect(page.locator("#queue-as-of")).to_have_text(f"10:{2 + minutes:02}")

    assert set(answers) == {304}
    assert row.evaluate("row => row.wasHere")
    assert page.evaluate("window.heard") == 0
    assert violations(page) == []


def test_what_becomes_overdue_is_marked_at_its_time(staff_browser: Any, urgent: Patient, move: Move) -> None:
    move(OPENED + 20 * MINUTE)  # an untouched session is locked after 15 minutes
    page = staff_browser().open(QUEUE)
    clock = row_in(page).locator(".q-clock")
    expect(clock.locator(".clock-late")).to_have_count(0)
    for minutes, shown, said in (
        (21, ".clock-late", "8 min left"),
        (30, ".clock-late", "Due now"),
        (31, ".over", "1 min overdue"),
        (34, ".over", "4 min overdue"),
    ):
        move(OPENED + minutes * MINUTE + MIDST)
        expect(clock.locator(shown)).to_have_text(said, timeout=SOON)
    assert violations(page) == []


def test_ages_in_a_row_under_the_pointer_count_on_and_the_row_stays(
    staff_browser: Any, urgent: Patient, move: Move
) -> None:
    page = staff_browser().open(QUEUE)
    page.emulate_media(reduced_motion="reduce")
    row = row_in(page)
    row.get_by_role("button", name="Acknowledge").hover()
    before = row.bounding_box()
    move(OPENED + 12 * MINUTE + MIDST)
    expect(row.locator(".q-when small")).to_have_text("12 min ago", timeout=SOON)
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) <= 1


def test_what_is_drawn_anew_after_a_while_has_ages_of_now(
    staff_browser: Any, urgent: Patient, move: Move
) -> None:
    """A row that was held is drawn from an answer that is minutes old by then."""
    page = staff_browser().open(QUEUE)
    row = row_in(page)
    answers = answers_of(page)
    row.get_by_role("button", name="Acknowledge").hover()
    urgent.user.last_name = "Okafor"
    urgent.user.save()
    held = page.locator("[data-section=now] tr", has_text="Daniel")
    for _ in range(SOON // 100):
        if 200 in answers:
            break
        page.wait_for_timeout(100)
    move(OPENED + 14 * MINUTE + MIDST)
    expect(page.locator("#queue-as-of")).to_have_text("10:16", timeout=SOON)
    expect(held).to_contain_text("Reyes")

    page.locator("h1").hover()

    expect(held).to_contain_text("Okafor")
    expect(held.locator(".q-when small")).to_have_text("14 min ago")


def test_without_script_the_ages_are_those_of_the_load(
    staff_browser: Any, urgent: Patient, move: Move
) -> None:
    move(OPENED + 3 * MINUTE)
    page = staff_browser(scripted=False).open(QUEUE)
    expect(row_in(page).locator(".q-when small")).to_have_text("3 min ago")
    move(OPENED + 9 * MINUTE)
    expect(row_in(page).locator(".q-when small")).to_have_text("3 min ago")
    page.reload()
    expect(row_in(page).locator(".q-when small")).to_have_text("9 min ago")
