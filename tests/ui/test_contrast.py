"""The colours of the tokens stay readable, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEXT = 4.5  # contrast that text needs on its ground
CONTROL = 3.0  # and the edge of a control
PAIRS = [
    ("ink", "surface", TEXT),
    ("ink", "ground", TEXT),
    ("ink", "sunk", TEXT),
    ("muted", "surface", TEXT),
    ("muted", "ground", TEXT),
    ("muted", "sunk", TEXT),
    ("action", "surface", TEXT),
    ("action", "ground", TEXT),
    ("on-action", "action", TEXT),
    ("emergency", "emergency-tint", TEXT),
    ("urgent", "urgent-tint", TEXT),
    ("same-day", "same-day-tint", TEXT),
    ("routine", "surface", TEXT),
    ("routine", "ground", TEXT),
    ("white", "emergency-fill", TEXT),
    ("white", "urgent-fill", TEXT),
    ("edge", "surface", CONTROL),
    ("edge", "ground", CONTROL),
    ("edge", "sunk", CONTROL),
]


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; the dark one is the light one with some replaced."""
    source = Path(settings.BASE_DIR, "static", "ui", "tokens.css").read_text()
    light, rest = source.split("@media screen and (prefers-color-scheme: dark)")
    dark = rest.split("@media (forced-colors: active)")[0]
    found = dict(re.findall(r"--([a-z-]+): ([^;]+);", light))
    found |= dict(re.findall(r"--([a-z-]+): ([^;]+);", dark)) if theme == "dark" else {}
    found["white"] = "#fff"
    return found


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2 defines it."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def resolved(colours: dict[str, str], name: str) -> str:
    value = colours[name]
    reference = re.fullmatch(r"var\(--([a-z-]+)\)", value)
    return resolved(colours, reference[1]) if reference else value


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_that_meet_are_far_enough_apart(theme: str, front: str, back: str, least: float) -> None:
    colours = tokens(theme)
    lights = sorted((luminance(resolved(colours, name)) for name in (front, back)), reverse=True)
    assert (lights[0] + 0.05) / (lights[1] + 0.05) >= least
