"""bin/check runs the static checks and finds the tests that a change touches."""

from pathlib import Path

import pytest

from tools.check import quick, suites, touched

FILES = {
    "aftercare/__init__.py": "",
    "aftercare/people/__init__.py": "",
    "aftercare/people/names.py": "",
    "aftercare/people/hours.py": "from aftercare.people import names\n",
    "aftercare/people/quiet.py": "",
    "clinic/__init__.py": "",
    "clinic/views.py": "TEMPLATE = 'clinic/page.html'\n",
    "templates/clinic/page.html": "<p>",
    "docs/glossary.md": "",
    "tests/__init__.py": "",
    "tests/helping.py": "",
    "tests/people/__init__.py": "",
    "tests/people/conftest.py": "",
    "tests/people/test_names.py": "from tests import helping\n",
    "tests/people/test_names_of_others.py": "",
    "tests/people/test_hours.py": "def test_it():\n    from aftercare.people.names import whole\n",
    "tests/clinic/test_pages.py": "from clinic import views\n",
    "tests/tooling/test_words.py": "GLOSSARY = 'docs/glossary.md'\n",
    "tests/tooling/test_previous_release.py": "",
}


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(touched, "ROOT", tmp_path)


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("tests/people/test_hours.py", ["people/test_hours"]),
        # By its name in the mirrored folder, and by an import, here inside a function.
        (
            "aftercare/people/names.py",
            ["people/test_names", "people/test_names_of_others", "people/test_hours"],
        ),
        # Nothing is named for it or imports it: all of its folder.
        (
            "aftercare/people/quiet.py",
            ["people/test_hours", "people/test_names", "people/test_names_of_others"],
        ),
        (
            "tests/people/conftest.py",
            ["people/test_hours", "people/test_names", "people/test_names_of_others"],
        ),
        ("tests/helping.py", ["people/test_names"]),
        ("templates/clinic/page.html", ["clinic/test_pages"]),
        ("docs/glossary.md", ["tooling/test_words"]),
        ("aftercare/people/migrations/0002_more.py", ["tooling/test_previous_release"]),
        (
            "aftercare/people/gone.py",
            ["people/test_hours", "people/test_names", "people/test_names_of_others"],
        ),
        ("tests/people/test_gone.py", []),
        ("LICENSE", []),
    ],
)
def test_a_changed_file_touches(changed: str, tests: list[str]) -> None:
    found = touched.touched_tests([Path(changed)])

    assert [str(path.relative_to("tests").with_suffix("")) for path in found] == tests


def test_changed_tests_come_first_and_none_comes_twice() -> None:
    changed = [Path("aftercare/people/names.py"), Path("tests/people/test_hours.py")]

    assert [path.stem for path in touched.touched_tests(changed)] == [
        "test_hours",
        "test_names",
        "test_names_of_others",
    ]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that bin/check runs, with every test touched and no check failing."""
    done: list[str] = []

    def static_checks(_env: dict[str, str]) -> list[str]:
        done.append("checks")
        return []

    def run_tests(_folder: Path, tests: list[Path], _arguments: list[str]) -> bool:
        done.extend(path.stem for path in tests)
        return True

    monkeypatch.setattr(suites, "static_checks", static_checks)
    monkeypatch.setattr(quick, "changed_files", lambda: [Path("aftercare/people/names.py")])
    monkeypatch.setattr(quick, "run_tests", run_tests)
    return done


def test_the_static_checks_come_before_the_tests(ran: list[str]) -> None:
    assert quick.main([]) == 0
    assert ran == ["checks", "test_names", "test_names_of_others", "test_hours"]


def test_static_leaves_the_tests_out(ran: list[str]) -> None:
    assert quick.main(["--static"]) == 0
    assert ran == ["checks"]


def test_list_runs_nothing(ran: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert quick.main(["--list"]) == 0
    assert ran == []
    assert "tests/people/test_names.py" in capsys.readouterr().out


def test_a_failed_static_check_fails_after_the_tests_have_run(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suites, "static_checks", lambda _env: ["types"])

    assert quick.main([]) == 1
    assert ran == ["test_names", "test_names_of_others", "test_hours"]


def test_what_is_more_than_a_minute_is_named_and_left_to_bin_test(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quick, "MOST_FILES", 2)

    assert quick.main([]) == 0
    assert "left to bin/test: tests/people/test_hours.py" in capsys.readouterr().out
    assert "test_hours" not in ran
