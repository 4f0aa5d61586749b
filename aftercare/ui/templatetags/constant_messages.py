"""The tag `translate`, which looks a constant message up once in each language.

A page has some fifty of them, and what Django does for each would make a check-in 6 % slower. It is a builtin of the
templates (settings.py), after Django's own.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Node
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()


class ConstantMessage(Node):
    """A message that depends on the language alone."""

    def __init__(self, message: Node) -> None:
        self.message = message
        self.rendered: dict[str | None, str] = {}

    def render(self, context: Any) -> str:
        language = get_language()
        if language not in self.rendered:
            self.rendered[language] = self.message.render(context)
        return self.rendered[language]


def is_constant(message: i18n.TranslateNode) -> bool:
    """Return whether it is a literal in the template, without filters, context or a name that it is kept under."""
    expression = message.filter_expression
    is_literal = getattr(expression.var, "literal", None) is not None
    return is_literal and not (expression.filters or message.message_context or message.asvar or message.noop)


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """Compile Django's tag; remember what it renders if that is constant."""
    message = i18n.do_translate(parser, token)
    return ConstantMessage(message) if is_constant(message) else message
