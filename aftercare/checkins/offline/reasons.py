"""The answers behind an advice, in words: the phone shows those that fired a rule of its table."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.wording import (
    CAME_BACK_CHOICES,
    EMERGENCY_CHOICES,
    SEVERITIES,
    SHORT,
    UNWELL_CHOICES,
    WARNING_SIGNS,
    Choices,
)
from aftercare.triage import SYMPTOMS

PAINKILLER = ("painkiller:did_not_help", _("Pain medicine did not help"))


def reasons() -> Choices:
    """Return each answer that can fire a rule of the table, as "name" of a tick or "name:value", and its words."""
    ticks = [*EMERGENCY_CHOICES, *WARNING_SIGNS, *UNWELL_CHOICES]
    scales: Choices = [
        (f"{symptom}:{value}", format_lazy("{}: {}", SHORT[symptom], word))
        for symptom in SYMPTOMS
        for value, word in enumerate(SEVERITIES)
        if value
    ]
    returns: Choices = [
        (f"came_back:{value}", format_lazy("{}: {}", SHORT["came_back"], word))
        for value, word in CAME_BACK_CHOICES
    ]
    return [*ticks, *scales, PAINKILLER, *returns]
