"""The check-in in a real browser: with and without script, by keyboard alone, in light and in dark."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.checkins.models import CheckIn
from aftercare.people.models import Patient, StaffMember
from tests.checkins.browsing import NARROWEST, Opener, choose, send
from tests.factories import check_in
from tests.ui.browser import (
    assert_usable,
    overlapping_texts,
    sticks_out,
    violations,
    with_text_twice_as_large,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_patient_reports_a_return_and_reads_what_to_do(opened: Opener, script: bool) -> None:
    page = opened("/", script=script)
    page.get_by_role("link", name="Start check-in").click()
    choose(page, "How red is the treated skin?", "Severe")
    choose(page, "How much does it hurt?", "Moderate")
    choose(page, "Have you had pain medicine", "Yes, but it did not help")
    choose(page, "Was redness or pain getting better", "Yes, redness")
    choose(page, "Can you see or feel any of these?", "Pus bumps")
    page.get_by_label("Anything else?").fill("Since noon.")
    send(page)
    expect(page.locator("[data-level]")).to_have_attribute("data-level", "urgent")
    expect(page.get_by_role("heading", level=1)).to_contain_text("not tomorrow")
    saved = CheckIn.objects.get()
    assert saved.answers["redness"] == 3
    assert saved.answers["painkiller"] == "did_not_help"
    assert saved.answers["swelling"] is None
    assert saved.note == "Since noon."


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_emergency_tick_shows_at_once_whom_to_call_and_hides_the_rest(
    opened: Opener, script: bool
) -> None:
    page = opened("/check-in/", script=script)
    advice = page.get_by_role("heading", name="Call 999 now")
    expect(advice).to_be_hidden()
    page.locator("label", has_text="Hard to breathe").click()
    expect(advice).to_be_visible()
    expect(page.get_by_role("group", name="How red is the treated skin?")).to_be_hidden()
    expect(page.locator(".bar a", has_text="Call 999")).to_have_attribute("href", "tel:999")
    send(page)
    expect(page.locator("[data-level]")).to_have_attribute("data-level", "emergency")
    expect(page.get_by_role("heading", level=1)).to_have_text("Call 999 now")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_answer_of_the_check_in_before_is_read_after_this_one_and_not_ahead(
    opened: Opener, treated: Patient, script: bool
) -> None:
    check_in(treated, timezone.now() - timedelta(hours=1), redness=2, pain=1)
    page = opened("/check-in/", script=script)
    form = page.locator("form.ask")
    assert page.locator(".last").count() == 4
    assert "Last time" not in form.aria_snapshot()
    assert "Last time" not in form.inner_text()
    choose(page, "How red is the treated skin?", "Mild")
    redness = page.get_by_role("group", name="How red is the treated skin?")
    expect(redness.locator(".last")).to_contain_text("Last time: Moderate.")
    assert form.aria_snapshot().count("Last time") == 1
    assert not script or violations(page) == []


def test_a_follow_up_comes_with_the_answer_that_asks_for_it(opened: Opener) -> None:
    page = opened("/check-in/")
    medicine = page.get_by_role("group", name="Have you had pain medicine")
    expect(medicine).to_be_hidden()
    choose(page, "How much does it hurt?", "Mild")
    expect(medicine).to_be_hidden()
    choose(page, "How much does it hurt?", "Moderate")
    expect(medicine).to_be_visible()
    choose(page, "How itchy is it?", "Very severe")
    expect(page.get_by_role("group", name="Does the itch stop you")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_check_in_needs_only_the_keyboard(opened: Opener, script: bool) -> None:
    page = opened("/check-in/", script=script)
    page.locator("[name=emergency][value=none]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#id_redness_1")).to_be_checked()
    expect(page.locator("#id_redness_1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#id_pain_0")).to_be_checked()
    while not page.evaluate("document.activeElement.type === 'submit'"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-level]")).to_have_attribute("data-level", "expected")


def test_faults_come_first_and_lead_to_their_questions(opened: Opener) -> None:
    page = opened("/check-in/")
    choose(page, "How red is the treated skin?", "Mild")
    choose(page, "Can you see or feel any of these?", "Spots like you had before")
    choose(page, "Can you see or feel any of these?", "None of these")
    page.get_by_text("This was earlier, not now").click()
    page.get_by_label("When was this?").fill("2050-01-01T10:00")
    send(page)
    summary = page.locator(".callout.errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Two answers need another look")
    expect(summary).to_contain_text("Nothing has been sent yet. All your answers are still here.")
    expect(page.locator("#id_redness_1")).to_be_checked()
    summary.get_by_role("link", name="When was this?").click()
    expect(page.get_by_label("When was this?")).to_be_focused()
    expect(page.get_by_label("When was this?")).to_have_value("2050-01-01T10:00")


def test_a_correction_starts_from_the_first_answers(opened: Opener, treated: Patient) -> None:
    first = check_in(treated, timezone.now(), redness=3).check_in
    page = opened(f"/check-ins/{first.pk}/")
    page.get_by_text("What you told us").click()
    page.get_by_role("link", name="Change an answer").click()
    expect(page.locator("#id_redness_3")).to_be_checked()
    choose(page, "How red is the treated skin?", "Mild")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("do not show a warning sign")
    assert CheckIn.objects.get(supersedes=first).answers["redness"] == 1


@pytest.fixture
def paths(treated: Patient) -> list[str]:
    """Every page of a patient: all levels of result, the form blank and to correct, the history, today."""
    now = timezone.now()
    levels: list[dict[str, Any]] = [
        {"emergency": ["breathing"]},
        {"signs": ["pus"], "came_back": "both"},
        {"pain": 3, "painkiller": "too_soon"},
        {"signs": ["patches"]},
        {"pain": 1, "note": "Dry."},
    ]
    results = [check_in(treated, now - timedelta(minutes=9 - nth), **said) for nth, said in enumerate(levels)]
    pages = [f"/check-ins/{result.check_in.pk}/" for result in results]
    return ["/", "/check-in/", f"/check-in/?correct={results[1].check_in.pk}", "/check-ins/", *pages]


def test_the_pages_of_a_patient_can_be_used_by_everybody(opened: Opener, paths: list[str]) -> None:
    for path in paths:
        assert_usable(opened(path), path)


def test_a_form_with_faults_and_with_an_emergency_can_be_used_by_everybody(opened: Opener) -> None:
    page = opened("/check-in/")
    send(page)
    expect(page.locator(".callout.errors")).to_be_focused()
    assert violations(page) == []
    page.locator("label", has_text="Hard to breathe").click()
    assert violations(page) == []


def test_the_pages_of_a_patient_fit_the_narrowest_screen(opened: Opener, paths: list[str]) -> None:
    for path in paths:
        page = opened(path, size=NARROWEST)
        assert not sticks_out(page), path
        assert overlapping_texts(page) == [], path


def test_a_form_with_large_text_is_read_one_answer_below_the_other(opened: Opener) -> None:
    page = opened("/healthz")
    with_text_twice_as_large(page)
    page.goto(page.url.replace("/healthz", "/check-in/"))
    mild, moderate = (page.locator(f"label[for=id_redness_{value}]").bounding_box() for value in (1, 2))
    assert mild is not None
    assert moderate is not None
    assert mild["x"] == moderate["x"]
    assert moderate["y"] >= mild["y"] + mild["height"]
    assert not sticks_out(page)
    assert overlapping_texts(page) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("tel:999", {"emergency": ["breathing"]}),
        ("tel:+44161", {"signs": ["pus"], "came_back": "both"}),
        ("tel:+44161", {"pain": 3, "painkiller": "too_soon"}),
    ],
    ids=["emergency", "urgent", "same day"],
)
def test_each_result_leads_the_keyboard_to_whom_to_call_first(
    opened: Opener, treated: Patient, number: str, said: dict[str, Any]
) -> None:
    sent = check_in(treated, timezone.now(), **said).check_in
    page = opened(f"/check-ins/{sent.pk}/", script=False)
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", re.compile("^" + re.escape(number)))


def test_an_open_emergency_leads_the_keyboard_on_every_result(opened: Opener, paths: list[str]) -> None:
    for path in paths[4:7]:
        page = opened(path, script=False)
        page.locator("#main").focus()
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_attribute("href", "tel:999")


def test_the_history_needs_neither_script_nor_mouse(opened: Opener, paths: list[str]) -> None:
    page = opened("/check-ins/", script=False)
    expect(page.get_by_role("img", name="Redness, by hours since treatment")).to_be_visible()
    page.get_by_role("region", name="Table, scrolls sideways").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-level]")).to_have_attribute("data-level", "expected")


def test_on_paper_a_result_keeps_its_telephones_and_its_answers(opened: Opener, paths: list[str]) -> None:
    page = opened(paths[5], scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator(".loud .btn-tel").first).to_be_visible()
    expect(page.get_by_text("Yes, both")).to_be_visible()
    expect(page.locator(".tabs")).to_be_hidden()
    expect(page.get_by_role("link", name="Back to today")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.loud h1')).color") == "rgb(0, 0, 0)"


def test_an_open_result_turns_from_sent_to_seen_without_being_loaded_again(
    opened: Opener, treated: Patient, nurse: StaffMember
) -> None:
    report = check_in(treated, timezone.now(), signs=["pus"]).check_in
    page = opened(f"/check-ins/{report.pk}/", hurry=False)
    line = page.locator("[data-confirmation]")
    expect(line).to_contain_text("Saved for the clinic")
    page.evaluate("window.stillHere = true")

    for alert in treated.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=timezone.now())

    expect(line).to_contain_text("Seen by the clinic", timeout=30_000)
    assert page.evaluate("window.stillHere")
    assert violations(page) == []


def test_an_open_result_that_gets_no_answer_says_so_and_then_goes_on(
    opened: Opener, treated: Patient, nurse: StaffMember
) -> None:
    report = check_in(treated, timezone.now(), signs=["pus"]).check_in
    page = opened(f"/check-ins/{report.pk}/")
    page.route("**/confirmation/", lambda route: route.abort())
    expect(page.get_by_text("Load this page again.")).to_be_visible(timeout=30_000)

    page.unroute("**/confirmation/")
    for alert in treated.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=timezone.now())

    expect(page.locator("[data-confirmation]")).to_contain_text("Seen by the clinic", timeout=30_000)
    expect(page.get_by_text("Load this page again.")).to_be_hidden()
