"""The sentences among the strings of the code, without docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

UNREAD = frozenset({"migrations", "management", "demo", "rehearsal"})
# Of a sentence, or of a label with more than one word; not a format, a query, an address or a shell command.
READ = re.compile(r"[A-Za-z“”’]{2}.* ")
OF_CODE = re.compile(r"[{<]\w|\\b|==|::|^\s*(?:SELECT|UPDATE|INSERT)\b|%\(|--")
FILLED_IN = re.compile(r"%\(\w+\)[a-z]")  # a placeholder of a message that is translated
VALUE = "…"


def modules(*rooms: Path) -> list[Path]:
    """The modules of rooms that say anything to people."""
    found = [path for room in rooms for path in room.rglob("*.py")]
    return sorted(path for path in found if not UNREAD.intersection(path.parts))


def said_in(source: str) -> Iterator[str]:
    """Each string of the source that a person may read; what is filled in is shown as "…"."""
    tree = ast.parse(source)
    unread = {id(text) for node in ast.walk(tree) for text in (*docstring_of(node), *parts_of(node))}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else VALUE for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unread:
            text = node.value
        else:
            continue
        text = FILLED_IN.sub(VALUE, text)
        if READ.search(text) and not OF_CODE.search(text):
            yield text


def docstring_of(node: ast.AST) -> list[ast.AST]:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    first = node.body[0] if node.body else None
    return [first.value] if isinstance(first, ast.Expr) else []


def parts_of(node: ast.AST) -> list[ast.expr]:
    """The pieces of a formatted string: read within it."""
    return list(node.values) if isinstance(node, ast.JoinedStr) else []
