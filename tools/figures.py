"""Figures of this repository, and the limits that some of them have.

    .venv/bin/python -m tools.figures             prints the figures
    .venv/bin/python -m tools.figures --check     names each breach of a limit; exit 1 if there is one
    .venv/bin/python -m tools.figures --check functions circles     of these limits alone

Tests and migrations are left out of all figures. bin/test checks the limits named in tools/check/suites.py.
"""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import imports

ROOT = imports.ROOT
SOURCES = ("aftercare", "clinic", "bench", "tools")

WIDEST_LINE = 120  # characters of a template's line
FULLEST_FOLDER = 14  # Python files
LONGEST_FUNCTION = 40  # lines, from `def` to the end of the body
WIDE_LINE = 200  # a template line that no screen shows whole


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method. `lines` counts from its `def`."""

    where: str
    lines: int
    has_docstring: bool


def python_files() -> list[Path]:
    """Return the Python files of the product and its tools, relative to the root."""
    return imports.python_files(SOURCES, ROOT)


def functions() -> Iterator[Function]:
    for path in python_files():
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield Function(f"{path}:{node.lineno} {node.name}", lines, bool(ast.get_docstring(node)))


def template_widths() -> Iterator[tuple[str, int]]:
    """Yield the place and width of each non-empty line of the HTML templates. Text mails are left out."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if line:
                yield f"{path.relative_to(ROOT)}:{number}", len(line)


def folder_sizes() -> Counter[str]:
    """Return the number of Python files of each folder."""
    return Counter(str(path.parent) for path in python_files())


def subject_widths() -> list[int]:
    """Return the width of each commit's subject."""
    done = subprocess.run(["git", "log", "--format=%s"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [len(subject) for subject in done.stdout.splitlines()]


def wide_template_lines() -> list[str]:
    return [f"{where}: {width} characters" for where, width in template_widths() if width > WIDEST_LINE]


def full_folders() -> list[str]:
    sizes = folder_sizes().most_common()
    return [f"{folder}: {number} Python files" for folder, number in sizes if number > FULLEST_FOLDER]


def long_functions() -> list[str]:
    return [f"{each.where}: {each.lines} lines" for each in functions() if each.lines > LONGEST_FUNCTION]


def import_circles() -> list[str]:
    """Return the first import circle found, as a line that names its modules; else an empty list."""
    graph = {module: found - {module} for module, found in imports.imports(python_files(), ROOT).items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [" imports ".join(reversed(error.args[1]))]
    return []


LIMITS: dict[str, Callable[[], list[str]]] = {
    "templates": wide_template_lines,
    "folders": full_folders,
    "functions": long_functions,
    "circles": import_circles,
}


def at(values: Sequence[int], share: float) -> int:
    """Return the quantile of the values: `share` 0.5 is the median, 1 the maximum."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def figures() -> dict[str, str]:
    """Return the figures by row name."""
    widths = [width for _, width in template_widths()]
    sizes = list(folder_sizes().values())
    written = list(functions())
    lengths = [each.lines for each in written]
    subjects = subject_widths()
    wide = sum(width > WIDE_LINE for width in widths) / len(widths)
    documented = sum(each.has_docstring for each in written) / len(written)
    return {
        "template line width, median / p90 / max": f"{at(widths, 0.5)} / {at(widths, 0.9)} / {max(widths)}",
        f"template lines over {WIDE_LINE} characters": f"{wide:.2%}",
        "files in a folder, median / max": f"{at(sizes, 0.5)} / {max(sizes)}",
        "functions with a docstring": f"{documented:.0%}",
        "commit subject, median / p90": f"{at(subjects, 0.5)} / {at(subjects, 0.9)}",
        "lines per function, median / p90 / max": f"{at(lengths, 0.5)} / {at(lengths, 0.9)} / {max(lengths)}",
        "import circles": "; ".join(import_circles()) or "none",
    }


def main(arguments: Sequence[str]) -> int:
    if "--check" not in arguments:
        print("\n".join(f"{name:<42} {value}" for name, value in figures().items()))
        return 0
    chosen = [argument for argument in arguments if argument != "--check"] or list(LIMITS)
    breaches = [breach for name in chosen for breach in LIMITS[name]()]
    print("\n".join(breaches))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
