"""A `csrf_token` tag that adds the clinic that a form of staff was drawn for.

A builtin (settings.py), so that every form of staff with a token carries its clinic.
"""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from aftercare.people.requests import sender_of
from clinic.held_forms import DRAWN_FOR

register = template.Library()


class StaffTokenNode(CsrfTokenNode):
    """Writes the CSRF token and, on pages of staff, the id of the member's clinic."""

    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        request = getattr(context, "request", None)
        member = sender_of(request).acting_member if request else None
        if not token or member is None:
            return token
        clinic = format_html('<input type="hidden" name="{}" value="{}">', DRAWN_FOR, member.clinic_id)
        return SafeString(token + clinic)


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> StaffTokenNode:
    return StaffTokenNode()
