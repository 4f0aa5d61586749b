"""Words for what arrived while a page was open: {% load news %}."""

from __future__ import annotations

from django import template

from aftercare.checkins.models import Finding
from aftercare.triage import RULES

register = template.Library()


@register.filter
def rule_words(finding: Finding) -> str:
    """The rule behind a finding, in words for staff, without its full stop."""
    return RULES[finding.rule].staff.rstrip(".")
