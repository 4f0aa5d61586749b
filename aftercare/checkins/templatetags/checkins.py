"""Template tags of the check-in pages: {% load checkins %}."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse

from aftercare.checkins.wording import SHORT, severity_word
from aftercare.triage import SYMPTOMS, Level
from aftercare.ui.times import span_words, whole_hours

register = template.Library()


@register.simple_tag(takes_context=True)
def recovery_url(context: dict[str, Any], name: str, *named: Any) -> str:
    """Return the path of a patient's page; on the page of a companion that of the companion's."""
    companion = context.get("companion")
    return (
        reverse(f"companion_{name}", args=[companion.pk, *named]) if companion else reverse(name, args=named)
    )


@register.filter
def severities(answers: dict[str, Any]) -> list[str]:
    """Return the four severities of stored answers in words."""
    return [severity_word(answers.get(symptom)) for symptom in SYMPTOMS]


@register.filter
def named_severities(answers: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return (name of the symptom, severity in words, whether it is known) for each symptom."""
    values = [(symptom, answers.get(symptom)) for symptom in SYMPTOMS]
    return [(str(SHORT[symptom]), severity_word(value), value is not None) for symptom, value in values]


@register.filter
def is_flag(level: str) -> bool:
    """Return True if a level requires action."""
    return Level(level) > Level.EXPECTED


@register.filter
def whole(hours: float) -> int:
    """Return whole hours, for display."""
    return whole_hours(hours)


@register.filter
def span_since(instant: datetime, now: datetime) -> str:
    """Return the time since, "26 hours" or "5 days"."""
    return span_words((now - instant).total_seconds() / 3600)
