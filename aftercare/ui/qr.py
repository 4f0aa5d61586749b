"""A QR code as the path of an SVG drawing: dark squares of one unit, with the quiet edge that scanners need."""

from __future__ import annotations

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

EDGE = 4  # units of white around it


@dataclass(frozen=True, slots=True)
class QrCode:
    """`size`: units on a side, the edge included."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The code of a text, such as a link. Runs of dark squares in a row are one rectangle."""
    code = QRCode(border=EDGE, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in runs(row)
    )
    return QrCode(size=len(rows), path=path)


def runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark squares stand next to each other: start and length."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif dark:
            found.append((x, 1))
    return found
