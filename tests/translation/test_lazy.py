"""Lazy translation of texts in modules: they are translated when shown, not when the module is loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.servers.process import ROOT

AT_ONCE = frozenset({"gettext", "ngettext", "pgettext", "npgettext"})
MODULES = sorted(path for room in ("aftercare", "clinic") for path in (ROOT / room).rglob("*.py"))


def too_early(source: str) -> list[int]:
    """Return the lines that translate while the module is loaded."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in AT_ONCE
    }
    return [call.lineno for call in calls_at_load(tree) if getattr(call.func, "id", "") in names]


def calls_at_load(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls outside of any function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from calls_at_load(child)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_translates_nothing_while_it_is_loaded(module: Path) -> None:
    assert too_early(module.read_text()) == []


def test_a_translation_at_load_is_found_and_one_in_a_function_is_not() -> None:
    source = """
from django.utils.translation import gettext as _, gettext_lazy
EARLY = [_("One")]
LATE = gettext_lazy("Two")
class Form:
    label = _("Three")
    def words(self): return _("Four")
"""
    assert too_early(source) == [3, 6]
