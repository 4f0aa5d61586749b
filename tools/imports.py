"""The imports between the Python files of this repository, read from their text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {"migrations", "__pycache__"}


def python_files(folders: Sequence[str], root: Path = ROOT) -> list[Path]:
    """Return the Python files below these folders, relative to the root, without migrations."""
    found = (path.relative_to(root) for folder in folders for path in (root / folder).rglob("*.py"))
    return sorted(path for path in found if not LEFT_OUT.intersection(path.parts))


def imports(paths: Iterable[Path], root: Path = ROOT) -> dict[str, set[str]]:
    """Return, for each module among these files, the modules that it imports anywhere, inside functions too."""
    modules = {module_name(path): path for path in paths}
    return {
        module: {
            found for name in imported_names((root / path).read_text()) if (found := owner(name, modules))
        }
        for module, path in modules.items()
    }


def module_name(path: Path) -> str:
    """Return the dotted module name of a file; for `__init__.py` that of its package."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(text: str) -> Iterator[str]:
    """Yield the dotted names that a module imports: `a.b` for `from a import b`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def owner(name: str, modules: Iterable[str]) -> str | None:
    """Return the module that a dotted name is, or is defined in; None if it is not one of `modules`."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None
