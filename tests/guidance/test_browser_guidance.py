"""Guidance in a real browser: an editor's work from a changed sentence to an old one restored; pages for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.guidance.actions.editors import add_editor
from aftercare.guidance.articles.loading import load_articles
from aftercare.guidance.models import Article
from aftercare.people.models import Patient, StaffMember, User
from tests.factories import ProcedureFactory
from tests.ui.browser import cut_off, small_targets, sticks_out, violations, with_text_twice_as_large

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 60_000  # milliseconds: Wagtail's pages are heavy on a busy machine
# Wagtail looks for changes from some seconds after a page has opened: what is typed before that it does not notice.
NOTE_WHEN_WATCHED = """document.addEventListener(
    "w-unsaved:watch-edits", () => { document.documentElement.dataset.watched = "yes"; })"""
Opener = Callable[..., Page]


@pytest.fixture
def treated(patient: Patient, nurse: StaffMember) -> Patient:
    """The patient, 26 hours after a microneedling; the shipped articles are there."""
    load_articles(by=User.objects.system())
    performed_at = timezone.now() - timedelta(hours=26)
    ProcedureFactory.create(patient=patient, performed_at=performed_at, recorded_by=nurse.user)
    return patient


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opener]:
    """Opens a page as somebody or signed out, in a window of its own; a script error or a blocked file fails."""
    windows: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(path: str, user: User | None = None, width: int = 390, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="en-GB", service_workers="block", **options
        )
        windows.append(context)
        context.set_default_timeout(PATIENCE)
        if user:
            client = Client()
            client.force_login(user)
            assert SESSION_KEY in client.session
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Security Policy" in said.text else None)
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in windows:
        context.close()
    assert errors == []


def publish(page: Page) -> None:
    """Press "Publish", which stands in the menu beside "Save draft"."""
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.get_by_role("button", name=re.compile("^Publish")).click()
    done = page.get_by_role("status").filter(has_text=re.compile("updated and published|has been published"))
    expect(done).to_be_visible(timeout=PATIENCE)


def test_an_editor_changes_previews_publishes_and_restores_a_sentence(
    opened: Opener, treated: Patient, live_server: LiveServer
) -> None:
    article = Article.objects.get(key="A1")
    before, after = article.summary, "Use your fingers, and nothing else."
    reader = opened("/guidance/wash/", treated.user)
    expect(reader.locator(".lead")).to_have_text(before)

    editor_page = opened("/admin/", add_editor(email="nina@test.example"), width=1400)
    editor_page.add_init_script(NOTE_WHEN_WATCHED)
    editor_page.goto(f"{live_server.url}/admin/guidance/articles/edit/{article.pk}/")
    expect(editor_page.locator("html[data-watched]")).to_have_count(1, timeout=PATIENCE)
    editor_page.get_by_role("button", name="Toggle preview").click()
    shown = editor_page.frame_locator("#w-preview-iframe")
    expect(shown.locator(".lead")).to_have_text(before, timeout=PATIENCE)
    editor_page.locator("#id_preview_mode").select_option("mn-26")
    expect(shown.locator("#for-now")).to_contain_text("at 26 hours", timeout=PATIENCE)
    editor_page.locator("#id_summary").fill(after)
    expect(shown.locator(".lead")).to_have_text(after, timeout=PATIENCE)
    expect(shown.locator("#for-now")).to_contain_text("at 26 hours")
    assert Article.objects.get(key="A1").summary == before

    publish(editor_page)
    reader.reload()
    expect(reader.locator(".lead")).to_have_text(after)

    editor_page.goto(
        f"{live_server.url}/admin/guidance/articles/history/{article.pk}/revisions/"
        f"{article.live_revision_id}/revert/"
    )
    expect(editor_page.locator("#id_summary")).to_have_value(before)
    publish(editor_page)
    reader.reload()
    expect(reader.locator(".lead")).to_have_text(before)
    assert Article.objects.get(key="A1").summary == before


def test_an_editor_is_told_which_phrase_is_refused_and_goes_on_from_what_was_typed(
    opened: Opener, treated: Patient, live_server: LiveServer
) -> None:
    article = Article.objects.get(key="A5")
    editor_page = opened("/admin/", add_editor(email="nina@test.example"), width=1400)
    editor_page.get_by_role("textbox", name=re.compile("Search")).last.fill("get help")
    editor_page.keyboard.press("Enter")
    editor_page.get_by_role("link", name="Get help", exact=True).click()
    expect(editor_page.locator("#id_summary")).to_have_value(article.summary)
    assert editor_page.get_by_role("link", name="Unpublish").count() == 0
    editor_page.locator("#id_summary").fill("A bit of heat is normal. Call us.")
    editor_page.locator("footer [data-w-dropdown-target=toggle]").click()
    editor_page.get_by_role("button", name=re.compile("^Publish")).click()

    refusal = editor_page.get_by_text(
        "Not published. Patients must never read “normal”. Say it in other words."
    )
    expect(refusal.first).to_be_visible(timeout=PATIENCE)
    expect(editor_page.locator("#id_summary")).to_have_value("A bit of heat is normal. Call us.")
    assert Article.objects.get(key="A5").summary == article.summary
    # Wagtail keeps what was refused as a draft by itself; a draft that is saved later would be the newest.
    kept = editor_page.locator("#w-autosave-indicator[data-w-autosave-state-value=saved]")
    expect(kept).to_be_attached(timeout=PATIENCE)

    editor_page.locator("#id_summary").fill("A bit of heat is common. Call us.")
    publish(editor_page)
    assert Article.objects.get(key="A5").summary == "A bit of heat is common. Call us."

    editor_page.goto(f"{live_server.url}/admin/guidance/articles/history/{article.pk}/")
    shipped = editor_page.get_by_role("row").filter(has_text="Text that came with the portal")
    shipped.get_by_role("button").first.click()
    editor_page.get_by_role("link", name="Compare with current version").last.click()
    changed = editor_page.locator("table.listing tbody")
    expect(changed.locator(".addition").first).to_contain_text("A bit of heat is common", timeout=PATIENCE)
    expect(changed).not_to_contain_text("hard to breathe")


PATHS = ["/guidance/", "/guidance/?q=sleep", "/guidance/?q=zebra", "/guidance/wash/", "/guidance/get-help/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_guidance_can_be_used_by_everybody(opened: Opener, treated: Patient, scheme: str) -> None:
    page = opened("/guidance/", treated.user, color_scheme=scheme)
    for path in PATHS:
        page.goto(page.url.split("/guidance/")[0] + path)
        assert violations(page) == [], path
        assert not sticks_out(page), path
        page.set_viewport_size({"width": 320, "height": 640})
        assert not sticks_out(page), path
        page.set_viewport_size({"width": 390, "height": 900})


def test_search_needs_neither_script_nor_mouse(opened: Opener, treated: Patient) -> None:
    page = opened("/guidance/", java_script_enabled=False)
    page.get_by_label("Search guidance").focus()
    page.keyboard.type("pillow")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("about “pillow”"))).to_be_visible()
    page.get_by_role("link", name="Sleeping").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sleep")


def test_on_paper_the_text_and_the_telephone_stay(opened: Opener, treated: Patient) -> None:
    page = opened("/guidance/wash/", treated.user)
    page.emulate_media(media="print")
    expect(page.locator(".prose")).to_be_visible()
    expect(page.locator("aside .btn-tel").first).to_be_visible()
    for css in (".tabs", ".way-back", ".read-next"):
        expect(page.locator(css)).to_be_hidden()


def test_rows_pictures_and_dates_of_the_form_work_under_the_policy(opened: Opener, treated: Patient) -> None:
    article = Article.objects.get(key="A1")
    editor = add_editor(email="nina@test.example")
    page = opened(f"/admin/guidance/articles/edit/{article.pk}/", editor, width=1400)
    rows = page.locator("#id_instructions-FORMS > *")
    before = rows.count()
    page.locator("#id_instructions-ADD").click()
    expect(rows).to_have_count(before + 1)
    page.locator("#id_pictures-ADD").click()
    page.locator("#id_checked_on").click()
    expect(page.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)
    page.get_by_role("button", name="Choose an image").first.click()
    expect(page.get_by_role("dialog").filter(has_text="Choose an image")).to_be_visible()


def test_everyday_life_at_every_width_with_large_text_and_by_keyboard(
    opened: Opener, treated: Patient
) -> None:
    for width, scheme in ((320, "dark"), (1280, "light")):
        page = opened("/guidance/everyday-life/", treated.user, width=width, color_scheme=scheme)
        expect(page.get_by_role("heading", name="What do you want to know?")).to_be_visible()
        assert_usable(page)
    topic = page.locator(".topics details").first
    topic.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(topic.locator("li").first).to_be_visible()
    with_text_twice_as_large(page)
    assert_usable(page)
    page = opened("/guidance/everyday-life/", treated.user, java_script_enabled=False)
    page.locator(".topics summary").first.click()
    expect(page.locator(".topics details").first.locator("li").first).to_be_visible()


def assert_usable(page: Page) -> None:
    """Nothing that axe finds, nothing sideways, cut off or too small for a finger."""
    assert violations(page) == []
    assert not sticks_out(page)
    assert (cut_off(page), small_targets(page)) == ([], [])
