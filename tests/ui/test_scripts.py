"""The two small scripts, and the stylesheet of the check-in without :has()."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

STATIC = Path(settings.BASE_DIR, "static", "ui")
ADVICE = "Call 999 now. Do not wait for us. Do not drive."


@pytest.fixture
def check_in(page: "Page") -> "Page":
    """The emergency question, one other question, and the bar; stylesheet and script not yet loaded."""
    clinic = {"emergency_number": "999"}
    advice = render_to_string("ui/emergency_advice.html", {"clinic": clinic})
    bar = render_to_string("ui/send_bar.html", {"clinic": clinic})
    page.set_content(
        '<form class="ask"><div class="first">'
        '<input type="checkbox" id="breathing" value="breathing">'
        '<input type="checkbox" id="eye" value="eye">'
        '<input type="checkbox" id="none" value="none"></div>'
        f"{re.sub('<script.*?</script>', '', advice)}"
        f'<div id="redness">How red is the treated skin?</div>{bar}</form>'
    )
    return page


def shows_the_advice_only(page: "Page") -> bool:
    advice = page.locator(".em-on .loud").is_visible()
    other_question = page.locator("#redness").is_visible()
    assert advice != other_question
    assert page.locator(".bar .em-on").is_visible() == advice
    return advice


def test_an_emergency_tick_brings_up_the_advice_without_any_script(check_in: "Page") -> None:
    check_in.add_style_tag(path=STATIC / "check_in.css")
    assert not shows_the_advice_only(check_in)
    check_in.check("#breathing")
    assert shows_the_advice_only(check_in)
    check_in.uncheck("#breathing")
    check_in.check("#none")
    assert not shows_the_advice_only(check_in)


def test_a_browser_without_has_is_served_by_the_script(check_in: "Page") -> None:
    stylesheet = (STATIC / "check_in.css").read_text()
    without_has = re.sub(r"@supports selector\(:has\(\*\)\) \{.*?\n\}\n", "", stylesheet, flags=re.DOTALL)
    assert ":has(" in stylesheet
    assert ":has([" not in without_has
    check_in.add_style_tag(content=without_has)
    check_in.add_script_tag(path=STATIC / "emergency.js")
    assert not shows_the_advice_only(check_in)
    check_in.check("#eye")
    assert shows_the_advice_only(check_in)
    check_in.uncheck("#eye")
    assert not shows_the_advice_only(check_in)


def test_the_advice_is_read_out_once_when_the_first_emergency_is_ticked(check_in: "Page") -> None:
    check_in.add_script_tag(path=STATIC / "emergency.js")
    announcement = check_in.locator("[role=alert].announce")
    assert announcement.text_content() == ""
    check_in.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('.announce').textContent))"
        ".observe(document.querySelector('.announce'), {childList: true})"
    )
    check_in.check("#breathing")
    check_in.check("#eye")
    assert (announcement.text_content() or "").startswith(ADVICE)
    assert len(check_in.evaluate("said")) == 1
    check_in.uncheck("#breathing")
    check_in.uncheck("#eye")
    assert announcement.text_content() == ""


def test_ticks_that_are_there_when_the_page_comes_back_count(check_in: "Page") -> None:
    check_in.check("#breathing")
    check_in.add_script_tag(path=STATIC / "emergency.js")
    check_in.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert (check_in.locator(".announce").text_content() or "").startswith(ADVICE)


def test_the_list_of_what_is_wrong_takes_the_focus(page: "Page") -> None:
    page.set_content('<div class="callout errors" tabindex="-1" id="wrong">One answer</div><input autofocus>')
    page.add_script_tag(path=STATIC / "errors.js")
    assert page.evaluate("document.activeElement.id") == "wrong"
