"""Hours after a procedure, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from aftercare.ui.times import span_words


def hours_text(begins: float, ends: float | None) -> str:
    """Return from when until when something holds, in hours after treatment; "" if always."""
    if ends is None:
        return _("from %(begins)s after treatment") % {"begins": span_words(begins)} if begins else ""
    if not begins:
        return _("for %(span)s") % {"span": span_words(ends)}
    spans = {"begins": span_words(begins), "ends": span_words(ends)}
    return _("from %(begins)s to %(ends)s after treatment") % spans
