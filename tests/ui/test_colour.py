"""A clinic's accent: readable on white or refused, and its counterpart for dark pages."""

from math import atan2, cos, degrees, sin

import pytest

from aftercare.ui.colour import accent_dark, accent_problem, contrast, oklch

DARK_SURFACE, ON_ACTION = "#1c1e20", "#0f1f1f"  # tokens.css
PORTAL, PORTAL_DARK = "#1b5a5c", "#81bebf"

# Seven hues round the circle, each readable on white; the last has little colour and keeps what it has.
HUES = [
    ("#8a1538", "#df9ca5"),  # red
    ("#7a3b00", "#daa481"),  # orange
    ("#5a5000", "#bcb377"),  # yellow
    ("#1f5c2e", "#8ec095"),  # green
    ("#1d4f91", "#91b3e4"),  # blue
    ("#4b3a9b", "#acaae2"),  # violet
    (PORTAL, PORTAL_DARK),  # teal: below the most that is allowed
]


@pytest.mark.parametrize(("accent", "dark"), HUES)
def test_the_dark_accent_has_the_hue_of_the_accent_and_is_readable(accent: str, dark: str) -> None:
    assert accent_problem(accent) == ""
    assert accent_dark(accent) == dark
    before, after = oklch(accent), oklch(dark)
    turned = atan2(sin(after.hue - before.hue), cos(after.hue - before.hue))
    assert abs(degrees(turned)) < 1.5
    assert after.lightness == pytest.approx(0.76, abs=0.003)
    assert after.chroma <= 0.082
    assert contrast(dark, DARK_SURFACE) >= 6
    assert contrast(ON_ACTION, dark) >= 6


@pytest.mark.parametrize(("accent", "dark"), [("#000000", "#b1b1b1"), ("#333333", "#b1b1b1")])
def test_a_grey_stays_grey(accent: str, dark: str) -> None:
    assert accent_dark(accent) == dark


@pytest.mark.parametrize(
    ("accent", "problem"),
    [
        ("#ff0000", "its contrast is 3.9 to 1. Choose a darker one, of at least 6 to 1."),
        ("#646464", "its contrast is 5.9 to 1"),  # 5.92: just too light
        ("#636363", ""),  # 6.01
        ("#ffffff", "its contrast is 1.0 to 1"),
        ("teal", "Give a colour such as #1b5a5c."),
        ("#1B5A5C", "Give a colour such as #1b5a5c."),
        ("#1b5a5c\n", "Give a colour such as #1b5a5c."),
        ("", "Give a colour such as #1b5a5c."),
    ],
)
def test_a_colour_that_cannot_be_an_accent_says_why(accent: str, problem: str) -> None:
    assert problem in accent_problem(accent)
    assert bool(accent_problem(accent)) == bool(problem)


def test_what_is_no_colour_has_no_dark_counterpart() -> None:
    with pytest.raises(ValueError, match="not a colour"):
        accent_dark("#12345")


def test_black_on_white_is_the_most_that_contrast_can_be() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
