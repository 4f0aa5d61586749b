"""Checks of a page in a real browser: axe, sideways scrolling, overlapping text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from axe_core_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Pairs of texts that are drawn over each other, by their places: pixels would differ with every font.
# A text of a drawing is one piece; a wrapped text is as many as it has lines.
OVERLAPS = """() => {
  const seen = [], pairs = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('script, style, title, desc, .visually-hidden, .skip')) continue;
    if (parent.closest('.tabs, .bar')) continue; // they lie over the page on purpose
    if (!parent.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) seen.push({node, box, text: node.textContent.trim().slice(0, 40)});
    }
  }
  for (let i = 0; i < seen.length; i++) {
    for (let j = i + 1; j < seen.length; j++) {
      const a = seen[i], b = seen[j];
      if (a.node === b.node) continue;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // Boxes of lines are taller than their letters: a third of a line is only leading.
      if (across > 1 && down > Math.min(a.box.height, b.box.height) / 3) pairs.push([a.text, b.text]);
    }
  }
  return pairs;
}"""
CUT_OFF = """() => [...document.querySelectorAll('.btn, .lv, .callout, .card, .opts label, .loud, .sos, th, td')]
  .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1
    && getComputedStyle(box).display !== 'inline')
  .map(box => box.className + ': ' + box.textContent.trim().slice(0, 40))"""
SMALL_TARGETS = """() => [...document.querySelectorAll('a.btn, button, .tap, .go, summary, .opts label, .sos, .tabs a')]
  .filter(target => target.checkVisibility() && target.getBoundingClientRect().height < 43.5)
  .map(target => target.className + ': ' + target.textContent.trim().slice(0, 40))"""

OPEN_FOLDS = (
    "document.querySelectorAll('details:not([open])').forEach(fold => {fold.open = fold.opened = true})"
)
CLOSE_FOLDS = """
document.querySelectorAll('details').forEach(fold => {if (fold.opened) fold.open = fold.opened = false})
"""

# Init script: what a page asks for every few seconds, it asks for ten times as often. What waits for longer does.
HURRY = """for (const name of ['setTimeout', 'setInterval']) {
  const original = window[name];
  window[name] = (act, wait, ...more) =>
    original.call(window, act, wait >= 2500 && wait <= 6000 ? wait / 10 : wait, ...more);
}"""
FAULTS = """() => axe.run({resultTypes: ['violations']}).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(({target, html}) => `${id}: ${target} ${html.slice(0, 120)}`)))"""


def violations(page: Page) -> list[str]:
    """Return the violations that axe finds, each with its place.

    What lies in a closed fold has no place of its own, and axe takes the box below for its background: where
    something is found, the folds are opened and the page is looked at again.
    """
    found = faults(page)
    if found and page.locator("details:not([open])").count():
        page.evaluate(OPEN_FOLDS)
        found = faults(page)
        page.evaluate(CLOSE_FOLDS)
    return found


def faults(page: Page) -> list[str]:
    """The package's own call brings over every passed check too: most of its time."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(FAULTS)
    return found


def sticks_out(page: Page) -> bool:
    """Return True if the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def overlapping_texts(page: Page) -> Any:
    return page.evaluate(OVERLAPS)


def cut_off(page: Page) -> Any:
    """Boxes that are too narrow for what they hold."""
    return page.evaluate(CUT_OFF)


def small_targets(page: Page) -> Any:
    """Return the controls that are too low for a finger: under 44 pixels."""
    return page.evaluate(SMALL_TARGETS)


def assert_usable(page: Page, where: str) -> None:
    """Check an open page in both colour schemes, which style sheets alone tell apart."""
    for scheme in SCHEMES:
        # Without motion: a button that still changes its colour is not what anybody reads.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == [], (where, scheme)
        assert not sticks_out(page), (where, scheme)
        assert overlapping_texts(page) == [], (where, scheme)
        assert small_targets(page) == [], (where, scheme)


def with_text_twice_as_large(page: Page) -> None:
    """As a reader's own setting of the browser: what is measured in em and rem grows, breakpoints too."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
