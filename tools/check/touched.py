"""The tests that a change touches."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools import imports

ROOT = imports.ROOT
CODE = ("aftercare", "clinic", "bench", "tools", "tests")
TRUNKS = ("main", "origin/main")
# Folders whose tests are in a folder of another name.
MIRRORS = {"tools": "tooling", "bench": "tooling", "bin": "tooling"}
OF_MIGRATIONS = "test_previous_release.py"


def git(*arguments: str) -> list[str]:
    """Return the lines that a git command prints; an empty list if it fails."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed_files() -> list[Path]:
    """Return the files that differ from where the branch left main, uncommitted and untracked files included."""
    bases = (git("merge-base", "HEAD", trunk) for trunk in TRUNKS)
    base = next((lines[0] for lines in bases if lines), "HEAD")
    names = [*git("diff", "--name-only", base), *git("ls-files", "--others", "--exclude-standard")]
    return [Path(name) for name in dict.fromkeys(names)]


class Tests:
    """The test files of the repository, and the modules that each imports."""

    def __init__(self) -> None:
        paths = imports.python_files(CODE, ROOT)
        self.code = [path for path in paths if path.parts[0] != "tests"]
        self.files = [path for path in paths if path.name.startswith("test_")]
        self.importers: defaultdict[str, list[Path]] = defaultdict(list)
        named = {imports.module_name(path): path for path in paths}
        for module, found in imports.imports(paths, ROOT).items():
            if named[module] in self.files:
                for imported in found:
                    self.importers[imported].append(named[module])

    def touched_by(self, path: Path) -> Iterator[Path]:
        """Yield the tests of one changed file, the closest first."""
        if path in self.files:
            yield path
        elif path.name == "conftest.py":
            yield from self.in_folder(path.parent)
        elif "migrations" in path.parts:
            yield from (test for test in self.files if test.name == OF_MIGRATIONS)
        elif path.suffix == ".py":
            yield from self.of_module(path)
        elif path.parts[0] == "templates":
            yield from self.of_template(path)
        else:
            yield from self.naming(path.name if path.suffix else str(path))

    def of_module(self, path: Path) -> list[Path]:
        """Return the module's own tests in the mirrored folder and the tests that import it, else the whole folder."""
        folder = mirror(path)
        ours = [test for test in self.in_folder(folder) if test.stem.startswith(f"test_{path.stem}")]
        found = [*ours, *self.importers[imports.module_name(path)]]
        return found or self.in_folder(folder)

    def of_template(self, path: Path) -> list[Path]:
        """Return the tests that name the template or test a module that does, else the mirrored folder."""
        name = str(path.relative_to("templates"))
        drawing = [module for module in self.code if name in (ROOT / module).read_text()]
        found = [*self.naming(name), *(test for module in drawing for test in self.of_module(module))]
        return found or self.in_folder(mirror(path))

    def naming(self, name: str) -> list[Path]:
        return [test for test in self.files if name in (ROOT / test).read_text()]

    def in_folder(self, folder: Path) -> list[Path]:
        return [test for test in self.files if test.parent == folder]


def mirror(path: Path) -> Path:
    """Return the deepest folder of tests that mirrors the folder of a file."""
    parts = [part for part in path.parent.parts if part not in {"aftercare", "templates"}]
    folder = Path("tests", *(MIRRORS.get(part, part) for part in parts[:1]), *parts[1:])
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    return folder


def touched_tests(changed: Iterable[Path]) -> list[Path]:
    """Return the tests that a change touches, changed test files first."""
    tests = Tests()
    in_order = sorted(changed, key=lambda path: path not in tests.files)
    return list(dict.fromkeys(test for path in in_order for test in tests.touched_by(path)))
