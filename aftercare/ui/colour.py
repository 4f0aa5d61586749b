"""Colour arithmetic: contrast, and a clinic's accent for the dark theme.

Colours are written as in CSS, "#1b5a5c". OKLCH (lightness, chroma, hue) is perceptually uniform: a hue keeps
its name when its lightness changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import atan2, cos, hypot, sin
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

HEX: Final = re.compile(r"#[0-9a-f]{6}")
LEAST_ON_WHITE: Final = 6.0  # minimum contrast: an accent is also small text and the border of a button
DARK_LIGHTNESS: Final = 0.76
DARK_CHROMA: Final = 0.08  # more would dazzle on a dark page

# Matrices from linear light to cone response to OKLab, and back (Ottosson 2020).
_TO_CONES: Final = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB: Final = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_CONES: Final = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_Matrix = tuple[tuple[float, float, float], ...]
_Triple = tuple[float, float, float]


class Oklch(NamedTuple):
    """`lightness` 0 to 1, `chroma` from 0 (grey), `hue` in radians."""

    lightness: float
    chroma: float
    hue: float


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklch(colour: str) -> Oklch:
    """Return a colour in OKLCH; raise ValueError for invalid text."""
    cones = _times(_TO_CONES, _linear(colour))
    lightness, a, b = _times(_TO_LAB, _triple(value ** (1 / 3) for value in cones))
    return Oklch(lightness, hypot(a, b), atan2(b, a))


def accent_dark(accent: str) -> str:
    """Return the accent for dark pages: same hue, readable, not dazzling."""
    wanted = oklch(accent)
    return _to_hex(Oklch(DARK_LIGHTNESS, min(wanted.chroma, DARK_CHROMA), wanted.hue))


def accent_problem(accent: str) -> str:
    """Return why a colour cannot be an accent; "" if it can."""
    if not HEX.fullmatch(accent):
        return _("Give a colour such as #1b5a5c.")
    reached = contrast(accent, "#ffffff")
    if reached < LEAST_ON_WHITE:
        # Rounded down: 5.96 must not be displayed as the required 6.
        return _(
            "This colour is too light to read on white: its contrast is %(reached)s to 1. "
            "Choose a darker one, of at least %(least)s to 1."
        ) % {"reached": int(reached * 10) / 10, "least": f"{LEAST_ON_WHITE:g}"}
    return ""


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> _Triple:
    """Return the linear light of each channel, 0 to 1."""
    if not HEX.fullmatch(colour):
        raise ValueError(f"not a colour such as #1b5a5c: {colour!r}")
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _triple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def _to_hex(colour: Oklch) -> str:
    a, b = colour.chroma * cos(colour.hue), colour.chroma * sin(colour.hue)
    cones = _triple(value**3 for value in _times(_FROM_LAB, (colour.lightness, a, b)))
    channels = (min(max(light, 0.0), 1.0) for light in _times(_FROM_CONES, cones))
    coded = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in channels)
    return "#" + "".join(f"{round(255 * c):02x}" for c in coded)


def _times(matrix: _Matrix, vector: _Triple) -> _Triple:
    return _triple(sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)


def _triple(values: Iterable[float]) -> _Triple:
    one, two, three = values
    return one, two, three
