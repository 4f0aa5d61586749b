"""Write the stylesheet of the icons; to be run whenever an icon has changed.

.venv/bin/python tools/icon_styles.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from aftercare.ui.icons import ICONS, css_class  # noqa: E402

FILE = ROOT / "static" / "ui" / "icons.css"
HEAD = "/* Drawn from aftercare/ui/icons.py by tools/icon_styles.py: not to be changed by hand. */\n"
SIDE = 24
# Of a mask only the opacity counts: any colour will do.
SOLID = "fill-rule='evenodd'"
LINES = "fill='none' stroke='red' stroke-width='2.2' stroke-linecap='round' stroke-linejoin='round'"


def stylesheet() -> str:
    """Return one drawing of all icons, one below the other, and the place of each as a share of its height.

    One drawing, because a phone takes some 10 ms to begin a new one.
    """
    last = len(ICONS) - 1
    places = (f".{css_class(name)} {{ --at: {place / last:.4%}; }}\n" for place, name in enumerate(ICONS))
    drawing = f':root {{ --icons: url("{address()}"); --icons-size: 100% {len(ICONS)}00%; }}\n'
    return "\n".join([HEAD, drawing, "".join(places)])


def address() -> str:
    """Return the drawing of all icons as an address that holds it."""
    paths: dict[bool, str] = {True: "", False: ""}
    for place, icon in enumerate(ICONS.values()):
        paths[icon.solid] += f"<path transform='translate(0 {place * SIDE})' d='{icon.path}'/>"
    return (
        f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {SIDE} {len(ICONS) * SIDE}'>"
        f"<g {SOLID}>{paths[True]}</g><g {LINES}>{paths[False]}</g></svg>"
    )


if __name__ == "__main__":
    FILE.write_text(stylesheet())
