"""The page of all components, as everybody may see it: in light and dark, small, large, mirrored, in own colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.ui.browser import (
    cut_off,
    overlapping_texts,
    small_targets,
    sticks_out,
    violations,
    with_text_twice_as_large,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

Opener = Callable[..., "Page"]


@pytest.mark.django_db
def test_the_components_are_shown_in_a_demonstration_only(settings: Any) -> None:
    settings.DEMO = True
    assert Client().get("/ui/").status_code == 200
    assert Client().post("/ui/").status_code == 405
    settings.DEMO = False
    assert Client().get("/ui/").status_code == 404


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, settings: Any) -> Iterator[Opener]:
    """Opens the page of components in a window of its own."""
    settings.DEMO = True
    windows: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(width: int = 390, *, large: bool = False, **look: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="en-GB", **look)
        windows.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        if large:
            with_text_twice_as_large(page)
        page.goto(f"{live_server.url}/ui/")
        return page

    yield open_page
    for context in windows:
        context.close()
    assert errors == []


LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "desk": {"width": 1280},
    "320 px": {"width": 320},
    "text of 200 %": {"large": True},
    "forced colours": {"forced_colors": "active"},
    "right to left": {},
}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("look", LOOKS)
def test_every_component_can_be_used_by_everybody(opened: Opener, look: str) -> None:
    page = opened(**LOOKS[look])
    if look == "right to left":
        page.evaluate("document.documentElement.dir = 'rtl'")
    assert violations(page) == []
    assert not sticks_out(page)
    assert overlapping_texts(page) == []
    assert cut_off(page) == []
    assert small_targets(page) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_chart_is_legible_on_the_smallest_screen_and_keeps_its_direction(opened: Opener) -> None:
    page = opened(320)
    size = page.evaluate(
        "() => { const word = document.querySelector('.panels .ch text');"
        " const scale = word.ownerSVGElement.getBoundingClientRect().width / 320;"
        " return parseFloat(getComputedStyle(word).fontSize) * scale }"
    )
    assert size >= 12
    page.evaluate("document.documentElement.dir = 'rtl'")
    first, last = (
        page.locator(".panels .ch").first.locator("text[text-anchor=middle]:not(.minor)").all()[0:4:3]
    )
    assert first.bounding_box()["x"] < last.bounding_box()["x"]  # type: ignore[index]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_forced_colours_and_on_paper_nothing_hangs_on_colour(opened: Opener) -> None:
    page = opened(forced_colors="active")
    fills = "[...document.querySelectorAll('.loud')].map(e => getComputedStyle(e).borderTopStyle)"
    assert set(page.evaluate(fills)) == {"solid"}
    page.emulate_media(media="print", forced_colors="none", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('.ln')).stroke") == "rgb(0, 0, 0)"
    assert not page.locator(".tabs").first.is_visible()
    assert page.locator(".btn-tel").first.is_visible()
