"""QR codes as SVG paths, with the quiet zone that scanners need."""

from __future__ import annotations

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

EDGE = 4  # units of quiet zone


@dataclass(frozen=True, slots=True)
class QrCode:
    """`size`: units per side, quiet zone included."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the QR code of a text, such as a link; adjacent dark squares of a row become one rectangle."""
    code = QRCode(border=EDGE, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in runs(row)
    )
    return QrCode(size=len(rows), path=path)


def runs(row: list[bool]) -> list[tuple[int, int]]:
    """Yield start and length of runs of dark squares."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif dark:
            found.append((x, 1))
    return found
