"""Constant parts of templates, which are rendered once in each language.

Messages without variables, icons, and the addresses of pages and of static files depend on the language alone. What
stands side by side of these, with the text between them, is made one node when a template is loaded
(`aftercare/template_loading/loader.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, TypeVar

from django.template import Node, NodeList
from django.template.base import FilterExpression, TextNode, TokenType
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language

F = TypeVar("F", bound=Callable[..., Any])


def constant(tag: F) -> F:
    """Mark the function of a simple tag whose result depends on its arguments and the language alone."""
    vars(tag)["is_constant"] = True
    return tag


class ConstantNode(Node):
    """Nodes of a template that depend on the language alone."""

    child_nodelists = ("nodes",)

    def __init__(self, nodes: NodeList) -> None:
        self.nodes = nodes
        self.origin, self.token = nodes[0].origin, nodes[0].token
        self.rendered: dict[str | None, str] = {}

    def render(self, context: Any) -> str:
        language = get_language()
        if language not in self.rendered:
            self.rendered[language] = self.nodes.render(context)
        return self.rendered[language]


def join_constants(nodes: NodeList) -> None:
    """Make each run of constant nodes in a list, and in the lists of its nodes, one ConstantNode."""
    for node in nodes:
        for inner in node_lists(node):
            join_constants(inner)
    nodes[:] = [node for is_run, run in groupby(nodes, is_constant) for node in joined(is_run, list(run))]


def joined(is_run: bool, nodes: list[Node]) -> list[Node]:
    """Return the nodes, as one if they are constant and more than text."""
    is_more = is_run and any(not isinstance(node, TextNode) for node in nodes)
    return [ConstantNode(NodeList(nodes))] if is_more else nodes


def node_lists(node: Node) -> Iterator[NodeList]:
    """Yield the lists of nodes that a node holds."""
    yield from (value for value in vars(node).values() if isinstance(value, NodeList))
    if isinstance(node, IfNode):
        yield from (nodes for _condition, nodes in node.conditions_nodelists)


def is_constant(node: Node) -> bool:
    """Return whether what a node shows depends on the language alone, and the node gives nothing to other nodes."""
    check = CHECKS.get(type(node))
    return check is not None and check(node)


def is_constant_message(message: TranslateNode) -> bool:
    return not message.asvar and all_literal(message.filter_expression, message.message_context)


def is_constant_block(block: BlockTranslateNode) -> bool:
    is_text = all(token.token_type == TokenType.TEXT for token in block.singular)
    takes_values = block.extra_context or block.plural or block.asvar
    return is_text and not takes_values and all_literal(block.message_context)


def is_constant_address(url: URLNode) -> bool:
    """With a namespace an address depends on the request too."""
    is_plain = not (url.asvar or url.args or url.kwargs)
    return is_plain and all_literal(url.view_name) and ":" not in str(url.view_name)


def is_constant_file(static: StaticNode) -> bool:
    return static.varname is None and all_literal(static.path)


def is_constant_tag(tag: SimpleNode) -> bool:
    is_marked = getattr(tag.func, "is_constant", False) and tag.target_var is None
    return is_marked and all_literal(*tag.args, *tag.kwargs.values())


def all_literal(*expressions: FilterExpression | None) -> bool:
    """Return whether all expressions that are there are written in the template, without filters."""
    return all(
        not expression.filters
        and (isinstance(expression.var, str) or getattr(expression.var, "literal", None) is not None)
        for expression in expressions
        if expression is not None
    )


CHECKS: dict[type[Node], Callable[[Any], bool]] = {
    **dict.fromkeys((TextNode, CommentNode, LoadNode), lambda _node: True),
    TranslateNode: is_constant_message,
    BlockTranslateNode: is_constant_block,
    URLNode: is_constant_address,
    StaticNode: is_constant_file,
    SimpleNode: is_constant_tag,
}
