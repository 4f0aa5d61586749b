"""Readers for whom a draft can be previewed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftercare.people.models import Procedure
from aftercare.ui.times import span_words

PREVIEW_HOURS = (2, 26, 72, 120, 336)
SIGNED_OUT = "signed-out"
PREVIEW_MODES: list[tuple[str, object]] = [
    *(
        (f"{kind.value}-{hours}", f"{span_words(hours)}: {kind.label}")
        for kind in Procedure.Kind
        for hours in PREVIEW_HOURS
    ),
    (SIGNED_OUT, _("Signed out")),
]
