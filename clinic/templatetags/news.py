"""Template filters for news that arrived while a page was open: {% load news %}."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from aftercare.checkins.models import Finding
from aftercare.triage import RULES

register = template.Library()


@register.filter
def rule_words(finding: Finding) -> str:
    """Return the rule of a finding in words for staff, without the full stop."""
    return gettext(RULES[finding.rule].staff).rstrip(".")
