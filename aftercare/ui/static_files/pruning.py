"""A stylesheet without the rules that none of our pages can use.

Bootstrap's has rules for every component that it knows, and a phone on a slow network waits for all of them before it
draws anything. A rule stays if each class that it asks for occurs as a word in a template, a script or a module: words
are compared whole, so that no class may be put together from parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tinycss2  # type: ignore[import-untyped]

WORD = re.compile(r"[\w-]+")
LICENCE = re.compile(r"/\*!.*?\*/", re.DOTALL)
GROUPS = ("media", "supports", "layer", "container")
# Attributes that are there only where a page sets them.
OPTIONAL_ATTRIBUTES = "data-bs-"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule or a group of rules. `head`: what stands before the braces; `declared`: name and text of declarations."""

    head: str
    declared: tuple[tuple[str, str], ...] = ()
    rules: tuple[Rule, ...] = field(default=())

    @property
    def text(self) -> str:
        """The rule as CSS; empty if nothing is left in it."""
        content = ";".join(text for _, text in self.declared) + "".join(rule.text for rule in self.rules)
        return f"{self.head}{{{content}}}" if content else ""


def words_in(files: Iterable[Path]) -> frozenset[str]:
    """Return all words of some templates, scripts and modules."""
    return frozenset(word for path in files for word in WORD.findall(path.read_text()))


def pruned(stylesheet: str, words: frozenset[str]) -> str:
    """Return the stylesheet without what pages with these words alone cannot use: rules, properties, animations."""
    rules = tuple(used_rules(tinycss2.parse_stylesheet(stylesheet, True, True), words))
    rules = without_unread(rules, words)
    licence = LICENCE.search(stylesheet)
    return "".join([licence.group() if licence else "", *(rule.text for rule in rules)])


def used_rules(nodes: Iterable[Any], words: frozenset[str]) -> Iterator[Rule]:
    """Yield the rules that pages with these words can use; raise ValueError for what is no rule."""
    for node in nodes:
        if node.type == "qualified-rule":
            head = ",".join(used_selectors(node.prelude, words))
            yield from [Rule(head=head, declared=tuple(declarations(node.content)))] if head else []
        elif node.type == "at-rule" and node.content is not None:
            yield used_group(node, words)
        elif node.type != "at-rule" or node.lower_at_keyword != "charset":
            raise ValueError(f"neither a rule nor a group of rules: {node!r}")


def used_group(node: Any, words: frozenset[str]) -> Rule:
    """Return what is used of `@media` and the like; an animation or a font as it is."""
    head = f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}"
    if node.lower_at_keyword in GROUPS:
        inner = tinycss2.parse_rule_list(node.content, True, True)
        return Rule(head=head, rules=tuple(used_rules(inner, words)))
    return Rule(head=head, declared=(("", tinycss2.serialize(node.content)),))


def declarations(content: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each declaration."""
    for node in tinycss2.parse_blocks_contents(content, True, True):
        if node.type != "declaration":
            raise ValueError(f"not a declaration: {node.serialize()}")
        yield node.name, node.serialize()


def used_selectors(prelude: Sequence[Any], words: frozenset[str]) -> Iterator[str]:
    """Yield the selectors of a list whose classes all occur."""
    selector: list[Any] = []
    for node in [*prelude, None]:
        if node is not None and node != ",":
            selector.append(node)
            continue
        if names_asked_for(selector) <= words:
            yield tinycss2.serialize(selector).strip()
        selector = []


def names_asked_for(selector: Sequence[Any]) -> set[str]:
    """Return the classes and optional attributes that an element must have; not those in `:not()` and the like."""
    names, before = set(), None
    for node in selector:
        if node.type == "ident" and before == ".":
            names.add(node.value)
        elif node.type == "[] block":
            first = node.content[0]
            names |= {first.value} if str(first.value).startswith(OPTIONAL_ATTRIBUTES) else set()
        before = node
    return names


def without_unread(rules: tuple[Rule, ...], words: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules without custom properties and animations that nothing reads any more."""
    while True:
        read = words | {word for text in texts_of(rules) for word in WORD.findall(text)}
        left = tuple(read_part(rule, read) for rule in rules if is_read(rule, read))
        if left == rules:
            return rules
        rules = left


def texts_of(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield the value of each declaration, without its name."""
    for rule in rules:
        yield from (text.removeprefix(name) for name, text in rule.declared)
        yield from texts_of(rule.rules)


def is_read(rule: Rule, read: frozenset[str] | set[str]) -> bool:
    """Return False for an animation that nothing names."""
    return not rule.head.startswith("@keyframes") or rule.head.removeprefix("@keyframes").strip() in read


def read_part(rule: Rule, read: frozenset[str] | set[str]) -> Rule:
    declared = tuple(
        (name, text) for name, text in rule.declared if not name.startswith("--") or name in read
    )
    inner = tuple(read_part(one, read) for one in rule.rules if is_read(one, read))
    return replace(rule, declared=declared, rules=inner)
