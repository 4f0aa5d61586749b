"""Icons are shapes of the stylesheet, cut out of the colour of the text: on every screen and on paper."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageStat

from aftercare.ui.icons import ICONS, css_class
from tools.icon_styles import FILE, stylesheet

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "forced colours, dark": {"forced_colors": "active", "color_scheme": "dark"},
}
# Icons that are not filled with the colour that a text in their place has.
ODD_COLOURS = """() => [...document.querySelectorAll('i.i')].map(icon => [icon.className, getComputedStyle(icon)])
  .filter(([, style]) => style.backgroundColor !== style.color).map(([name]) => name)"""
# In forced colours these are the reader's: no icon without a class for it has another than the text around it.
APART = """() => [...document.querySelectorAll('i.i:not(.al)')].filter(icon =>
  getComputedStyle(icon).color !== getComputedStyle(icon.parentElement).color).map(icon => icon.className)"""
SHAPELESS = """() => [...document.querySelectorAll('i.i')].filter(icon =>
  !getComputedStyle(icon).maskImage.startsWith('url(')).map(icon => icon.className)"""


def test_the_stylesheet_has_every_icon_as_it_is() -> None:
    assert FILE.read_text() == stylesheet(), "an icon has changed: run tools/icon_styles.py"
    assert set(re.findall(r"^\.([\w-]+) ", stylesheet(), re.MULTILINE)) == {css_class(name) for name in ICONS}


@pytest.fixture
def windows(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Windows to close after the test."""
    opened: list[BrowserContext] = []
    yield opened
    for window in opened:
        window.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("look", LOOKS)
def test_an_icon_is_its_shape_in_the_colour_of_the_text(
    browser: Browser, windows: list[BrowserContext], live_server: LiveServer, settings: Any, look: str
) -> None:
    settings.DEMO = True
    windows.append(browser.new_context(viewport={"width": 390, "height": 844}, **LOOKS[look]))
    page: Page = windows[0].new_page()
    page.goto(f"{live_server.url}/ui/")
    assert page.locator("i.i").count() > 20
    assert page.evaluate(SHAPELESS) == []
    assert page.evaluate(ODD_COLOURS) == []
    assert "forced_colors" not in LOOKS[look] or page.evaluate(APART) == []
    for level in ("emergency", "urgent", "same-day", "routine", "expected"):
        badge = page.locator(f".lv-{level} > i.i").first
        assert 0.1 < inked(badge.screenshot()) < 0.9, level  # neither nothing nor a whole square


def inked(picture: bytes) -> float:
    """Return the share of a picture that is not in the colour of its corner, where no shape reaches."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((0, 0)))
    differs = ImageChops.difference(image, ground).convert("L").point(lambda value: 255 * (value > 40))
    return float(ImageStat.Stat(differs).mean[0] / 255)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_paper_shows_icons_in_black(
    browser: Browser, windows: list[BrowserContext], live_server: LiveServer, settings: Any
) -> None:
    settings.DEMO = True
    windows.append(browser.new_context(color_scheme="dark"))
    page = windows[0].new_page()
    page.goto(f"{live_server.url}/ui/")
    page.emulate_media(media="print")
    badges = (
        "[...document.querySelectorAll('.lv > i.i')].map(icon => getComputedStyle(icon)).map(style =>"
        + (" `${style.backgroundColor} ${style.printColorAdjust}`)")
    )
    assert set(page.evaluate(badges)) == {"rgb(0, 0, 0) exact"}
