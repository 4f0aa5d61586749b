"""Template tags for pictures of a patient: {% load photos %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from clinic.photos.page import Comparison

register = template.Library()


@register.inclusion_tag("clinic/photos/card.html", takes_context=True)
def patient_photos(context: Context) -> dict[str, Any]:
    """Render the newest picture beside the earlier one of its area. Reads `patient` and `photos` from the context."""
    patient = context["patient"]
    return {
        "patient": patient,
        "comparison": Comparison.of(context["photos"]),
        "now": context.get("now", timezone.now()),
    }
