"""Icons on a grid of 24 by 24, in the colour of the surrounding text.

Pages name them by a class; their shapes are in static/ui/icons.css, which tools/icon_styles.py writes from this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Icon:
    """An icon.

    `path`: outline in SVG path syntax. `solid`: filled, otherwise stroked. `turns`: mirrored in right-to-left
    languages, because it points along the text.
    """

    path: str
    solid: bool = False
    turns: bool = False


# Levels differ by shape first: octagon with a cross, triangle, clock, square, ring.
_LEVEL_ICONS: Final = {
    "emergency": Icon(
        path=(
            "M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6z"
            "M10.4 6v4.4H6v3.2h4.4V18h3.2v-4.4H18v-3.2h-4.4V6z"
        ),
        solid=True,
    ),
    "urgent": Icon(
        path=(
            "M12 1.8c.7 0 1.2.4 1.5.9l9.3 17c.6 1.1-.2 2.5-1.5 2.5H2.7c-1.3 0-2.1-1.4-1.5-2.5l9.3-17"
            "c.3-.5.8-.9 1.5-.9zm-1.3 6.7.4 6h1.8l.4-6zM12 16.3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z"
        ),
        solid=True,
    ),
    "same_day": Icon(
        path="M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21zM10.9 6h2.2v5.6l3.9 2.3-1.1 1.9-5-3z",
        solid=True,
    ),
    "routine": Icon(
        path=(
            "M5 2.5h14A2.5 2.5 0 0 1 21.5 5v14a2.5 2.5 0 0 1-2.5 2.5H5A2.5 2.5 0 0 1 2.5 19V5"
            "A2.5 2.5 0 0 1 5 2.5zM7.5 9h9M7.5 15h6"
        )
    ),
    "expected": Icon(
        path="M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM6.5 13c1.8-3.6 3.7-3.6 5.5-1s3.7 2.6 5.5-1"
    ),
}

_OTHER_ICONS: Final = {
    # The bars of a network, crossed out.
    "no_network": Icon(
        path=(
            "M3.5 3.5l17 17M8.5 14.5a5 5 0 0 1 5-1.2M5.2 11a9.8 9.8 0 0 1 4-2.3M14 8.4a9.8 9.8 0 0 1 4.8 2.6"
            "M2 7.6a14.5 14.5 0 0 1 4-2.5M11 4a14.5 14.5 0 0 1 11 3.6M12 19h.1"
        )
    ),
    "phone": Icon(
        path=(
            "M6.6 2.5h2.7c.5 0 .9.3 1 .8l1 4.2c.1.4 0 .8-.4 1.1l-1.9 1.5a12.5 12.5 0 0 0 4.9 4.9"
            "l1.5-1.9c.3-.3.7-.5 1.1-.4l4.2 1c.5.1.8.5.8 1v2.7a4.1 4.1 0 0 1-4.1 4.1"
            "C9.5 21.5 2.5 14.5 2.5 6.6a4.1 4.1 0 0 1 4.1-4.1z"
        ),
        solid=True,
    ),
    "clock": Icon(path="M4 12a8 8 0 1 1 16 0 8 8 0 0 1-16 0zM12 8v4l2.5 2"),
    "lock": Icon(
        path=(
            "M7 10V7a5 5 0 0 1 10 0v3h.5c.8 0 1.5.7 1.5 1.5v8c0 .8-.7 1.5-1.5 1.5h-11c-.8 0-1.5-.7-1.5-1.5v-8"
            "c0-.8.7-1.5 1.5-1.5zM9.5 10h5V7a2.5 2.5 0 0 0-5 0z"
        ),
        solid=True,
    ),
    "bell": Icon(path="M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10zM10 20a2 2 0 0 0 4 0"),
    "mute": Icon(path="M3.5 9.5v5H7l5 4v-13l-5 4zM16 9.5l5 5M21 9.5l-5 5"),
    "undo": Icon(path="M8.5 4.5 4 9l4.5 4.5M4 9h10a5.5 5.5 0 0 1 0 11H9", turns=True),
    "tick": Icon(path="m4.5 12.5 5 5 10-11"),
    "cross": Icon(path="m6 6 12 12M18 6 6 18"),
    "flag": Icon(path="M6 21V4M6 4.5h11l-2.5 4 2.5 4H6"),
    "person": Icon(path="M12 3.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.5-4 3.5-6.5 7.5-6.5s7 2.5 7.5 6.5"),
    "queue": Icon(path="M6 21V4M6 4.5h11l-2.5 4 2.5 4H6"),
    "chart": Icon(path="M4 18 9 11l4 3 7-9M4 21h16"),
    "book": Icon(
        path="M12 6.5C10 5 7 4.5 3.5 4.5V18C7 18 10 18.5 12 20c2-1.5 5-2 8.5-2V4.5C17 4.5 14 5 12 6.5zm0 0V20"
    ),
    "back": Icon(path="m15 5-7 7 7 7", turns=True),
    "forward": Icon(path="m9 5 7 7-7 7", turns=True),
    "mail": Icon(path="M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5"),
    "search": Icon(path="M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm5 11.5L20.5 20.5"),
    "arrow_up": Icon(path="M12 20V5M6 10.5 12 4.5l6 6"),
    "arrow_down": Icon(path="M12 4v15M6 13.5l6 6 6-6"),
    "message": Icon(
        path=(
            "M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-8.5L7 20.5v-4H4A1.5 1.5 0 0 1 2.5 15V6"
            "A1.5 1.5 0 0 1 4 4.5zM7 9h10M7 12.5h6"
        )
    ),
    # States: a disc with a tick, a dashed one, and a barred one.
    "state_wait": Icon(
        path=(
            "M12.0 2.5A9.5 9.5 0 0 1 15.2 3.1M17.6 4.3A9.5 9.5 0 0 1 19.9 6.7M21.0 9.1A9.5 9.5 0 0 1 21.5 12.3"
            "M21.0 14.9A9.5 9.5 0 0 1 19.5 17.8M17.6 19.7A9.5 9.5 0 0 1 14.6 21.1M12.0 21.5A9.5 9.5 0 0 1 8.8 20.9"
            "M6.4 19.7A9.5 9.5 0 0 1 4.1 17.3M3.0 14.9A9.5 9.5 0 0 1 2.5 11.7M3.0 9.1A9.5 9.5 0 0 1 4.5 6.2"
            "M6.4 4.3A9.5 9.5 0 0 1 9.4 2.9"
        )
    ),
    "state_on": Icon(path="M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM7.5 12.3l3.2 3.2 5.8-6.5"),
    "state_off": Icon(path="M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM5.5 18.5l13-13"),
    "device": Icon(
        path=(
            "M8 2.5h8A1.5 1.5 0 0 1 17.5 4v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4"
            "A1.5 1.5 0 0 1 8 2.5zM10.5 18.2h3M10 7.5h4M10 10.5h4"
        )
    ),
    "laptop": Icon(path="M5.5 5h13v10.5h-13zM2.5 19h19"),
    "key": Icon(path="M7.5 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11.5 12h10M18 12v3.5M21.5 12v2.5"),
    "settings": Icon(
        path=(
            "M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3"
            "M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1"
        )
    ),
    "picture": Icon(
        path=(
            "M4 4.5h16A1.5 1.5 0 0 1 21.5 6v12a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 18V6"
            "A1.5 1.5 0 0 1 4 4.5zM3 17l5.5-6 4 4.5 2.5-2.5 6 5.5M15.5 8.8h.1"
        )
    ),
    "camera": Icon(
        path=(
            "M4 7.5h3.5L9 5h6l1.5 2.5H20A1.5 1.5 0 0 1 21.5 9v9a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 18V9"
            "A1.5 1.5 0 0 1 4 7.5zM12 10a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8z"
        )
    ),
    "daylight": Icon(
        path=(
            "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4"
            "M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
        )
    ),
    "ruler": Icon(path="M3 9h18v6H3zM7 9v2.5M11 9v3.5M15 9v2.5M19 9v2.5"),
    "face": Icon(path="M12 3.5c4 0 6 3 6 7s-2.5 9.5-6 9.5-6-5.5-6-9.5 2-7 6-7zM12 3.5V20M6.5 11h11"),
    "empty": Icon(path="M3.5 13.5 6.5 5h11l3 8.5V19h-17zM3.5 13.5H9c0 3.5 6 3.5 6 0h5.5"),
}

ICONS: Final[Mapping[str, Icon]] = MappingProxyType(_LEVEL_ICONS | _OTHER_ICONS)


def css_class(name: str) -> str:
    """Return the class that gives an element the shape of an icon; raise KeyError for an unknown icon."""
    if name not in ICONS:
        raise KeyError(name)
    return f"i-{name.replace('_', '-')}"
