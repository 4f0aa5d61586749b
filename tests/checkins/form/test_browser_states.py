"""The states of the check-in form that come and go: asked for an area, sent before, saved, not saved, corrected."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from aftercare.people.models import Patient
from tests.checkins.browsing import Opener, choose, send
from tests.ui.browser import assert_usable

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]


def tick(page: Page) -> None:
    page.locator("label", has_text="Hard to breathe").click()


def ask_for_an_area(page: Page) -> None:
    choose(page, "How red is the treated skin?", "Mild")
    send(page)
    expect(page.locator(".callout.errors")).to_contain_text("Which area is this about?")


def sent_before(page: Page) -> None:
    choose(page, "How red is the treated skin?", "Mild")
    choose(page, "Which area is this about?", "More than one")
    send(page)
    expect(page.locator("[data-level]")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="You sent this at")).to_be_visible()


def will_be_saved(page: Page) -> None:
    tick(page)
    expect(page.get_by_text("We save this and tell the clinic.")).to_be_visible()


def saved(page: Page) -> None:
    tick(page)
    page.locator(".bar a", has_text="Call 999").click()
    expect(page.get_by_text("Saved at")).to_be_visible()


def not_saved(page: Page) -> None:
    tick(page)
    page.context.set_offline(True)
    page.locator(".bar a", has_text="Call 999").click()
    expect(page.get_by_text("Not saved. Call 999.")).to_be_visible()


def corrected(page: Page) -> None:
    saved(page)
    page.get_by_role("button", name="Ticked by mistake?").click()
    expect(page.locator("[data-mended]")).to_be_visible()


def test_every_state_of_the_form_can_be_used_by_everybody(opened: Opener, treated: Patient) -> None:
    procedure = treated.procedures.get()
    procedure.pk, procedure.area = None, "neck"
    procedure.save(force_insert=True)
    states: list[Callable[[Page], None]] = [
        ask_for_an_area,
        sent_before,
        will_be_saved,
        saved,
        not_saved,
        corrected,
    ]
    for bring_about in states:
        page = opened("/check-in/")
        bring_about(page)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{bring_about.__name__}.png")
        assert_usable(page, bring_about.__name__)
