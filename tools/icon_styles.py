"""Write the stylesheet of the icons; to be run whenever an icon has changed.

.venv/bin/python tools/icon_styles.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from aftercare.ui.icons import ICONS, Icon, css_class  # noqa: E402

FILE = ROOT / "static" / "ui" / "icons.css"
HEAD = "/* Drawn from aftercare/ui/icons.py by tools/icon_styles.py: not to be changed by hand. */\n"
# Of a mask only the opacity counts: any colour will do.
SOLID = "fill-rule='evenodd'"
LINES = "fill='none' stroke='red' stroke-width='2.2' stroke-linecap='round' stroke-linejoin='round'"


def stylesheet() -> str:
    """Return the rules of all icons, one a line."""
    rules = (f'.{css_class(name)} {{ --icon: url("{address(icon)}"); }}\n' for name, icon in ICONS.items())
    return "\n".join([HEAD, "".join(rules)])


def address(icon: Icon) -> str:
    """Return the drawing of an icon as an address that holds it."""
    style = SOLID if icon.solid else LINES
    return (
        "data:image/svg+xml,"
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' {style}><path d='{icon.path}'/></svg>"
    )


if __name__ == "__main__":
    FILE.write_text(stylesheet())
