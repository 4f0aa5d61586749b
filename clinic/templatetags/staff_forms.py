"""The CSRF token of every form; on pages of staff with the clinic that the form was drawn for beside it.

A builtin (settings.py): no form of staff can be written without its clinic, since none works without its token.
"""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.held_forms import DRAWN_FOR

register = template.Library()


class StaffTokenNode(CsrfTokenNode):
    """Writes the token, and the clinic for which the staff member of this page acts."""

    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        member = getattr(getattr(context, "request", None), "_acting_member", None)
        if not token or member is None:
            return token
        clinic = format_html('<input type="hidden" name="{}" value="{}">', DRAWN_FOR, member.clinic_id)
        return SafeString(token + clinic)


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> StaffTokenNode:
    return StaffTokenNode()
