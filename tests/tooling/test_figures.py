"""The figures count what they say, and each limit names what breaks it."""

from pathlib import Path

import pytest

from tools import figures, imports
from tools.check import suites


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with one long function, one template and two modules that import each other."""
    files = {
        "clinic/__init__.py": "",
        "clinic/queue.py": "from clinic import rows\n\n\ndef draw():\n    '''Draw.'''\n" + "    pass\n" * 39,
        "clinic/rows.py": "def row():\n    from clinic.queue import draw\n",
        "clinic/migrations/0001_initial.py": "def forwards():\n    pass\n",
        "templates/clinic/queue.html": "<p>\n\n" + "x" * 121 + "\n</p>\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(figures, "ROOT", tmp_path)


def test_functions_are_counted_with_their_lines_and_docstrings(tree: None) -> None:
    found = [(each.where, each.lines, each.has_docstring) for each in figures.functions()]

    assert found == [("clinic/queue.py:4 draw", 41, True), ("clinic/rows.py:1 row", 2, False)]


def test_template_lines_are_measured_but_for_empty_ones(tree: None) -> None:
    widths = dict(figures.template_widths())

    assert [*widths.values()] == [3, 121, 4]
    assert "templates/clinic/queue.html:3" in widths


def test_folders_are_counted_without_migrations(tree: None) -> None:
    assert figures.folder_sizes() == {"clinic": 3}


def test_imports_are_found_inside_functions_too(tree: None) -> None:
    found = imports.imports(figures.python_files(), figures.ROOT)

    assert found["clinic.rows"] == {"clinic.queue"}
    assert found["clinic.queue"] == {"clinic.rows"}


def test_each_limit_names_what_breaks_it(tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "FULLEST_FOLDER", 2)

    assert figures.wide_template_lines() == ["templates/clinic/queue.html:3: 121 characters"]
    assert figures.full_folders() == ["clinic: 3 Python files"]
    assert figures.long_functions() == ["clinic/queue.py:4 draw: 41 lines"]
    (circle,) = figures.import_circles()
    assert set(circle.split(" imports ")) == {"clinic.queue", "clinic.rows"}


def test_a_breach_fails_the_check_and_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(figures.LIMITS, "folders", lambda: ["clinic: 38 Python files"])
    monkeypatch.setitem(figures.LIMITS, "functions", list)

    assert figures.main(["--check", "functions"]) == 0
    assert figures.main(["--check", "functions", "folders"]) == 1
    assert capsys.readouterr().out.strip() == "clinic: 38 Python files"


def test_bin_test_checks_only_limits_that_exist() -> None:
    assert set(suites.LIMITS) <= set(figures.LIMITS)


def test_every_figure_has_a_value() -> None:
    assert all(figures.figures().values())
