"""The QR code of a link."""

import re

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from aftercare.ui.qr import EDGE, qr_code

LINK = "https://portal.example/accounts/invitation/" + "x" * 66 + "/"


def test_the_drawing_has_the_dark_squares_of_the_code_and_a_quiet_edge() -> None:
    drawing = qr_code(LINK)

    dark = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawing.path):
        dark |= {(int(x) + step, int(y)) for step in range(int(length))}

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(LINK)
    rows = code.get_matrix()
    assert drawing.size == len(rows) + 2 * EDGE
    assert dark == {
        (x + EDGE, y + EDGE) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    }


def test_each_text_has_a_code_of_its_own() -> None:
    assert qr_code(LINK).path != qr_code(LINK + "x").path
