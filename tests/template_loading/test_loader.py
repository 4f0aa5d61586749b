"""Pages are sent without the indentation of their templates."""

import re
from pathlib import Path

from django.conf import settings
from django.template import Engine
from django.template.loader import get_template

from aftercare.template_loading.loader import Loader

FILES = "django.template.loaders.filesystem.Loader"


def compiled(folder: Path, name: str, text: str, *, is_own: bool = True, debug: bool = False) -> str:
    """Compile a template with the loader and render it."""
    (folder / name).write_text(text)
    engine = Engine(
        loaders=[
            ("aftercare.template_loading.loader.Loader", [(FILES, [folder])], [folder] if is_own else [])
        ],
        debug=debug,
    )
    return engine.render_to_string(name)


def test_a_page_is_sent_without_indentation(tmp_path: Path) -> None:
    assert compiled(tmp_path, "page.html", "<p>\n    Call\n\t us\n</p>\n") == "<p>\nCall\nus\n</p>\n"


def test_a_line_of_tags_that_show_nothing_leaves_no_empty_line(tmp_path: Path) -> None:
    text = "<p>\n  Call\n  {% if 1 %}\n    {% with a=1 %}\n      us\n    {% endwith %}\n  {% endif %}\n  now\n</p>\n"
    assert compiled(tmp_path, "page.html", text) == "<p>\nCall\nus\nnow\n</p>\n"


def test_the_first_line_of_a_part_keeps_what_is_around_it_apart(tmp_path: Path) -> None:
    assert compiled(tmp_path, "part.html", "{% if 1 %}\nus\n{% endif %}\n") == "\nus\n"


def test_a_tag_that_shows_something_keeps_its_line(tmp_path: Path) -> None:
    assert compiled(tmp_path, "page.html", "Call\n{% firstof 'us' %}\nnow") == "Call\nus\nnow"


def test_the_text_of_a_mail_stays_as_it_is(tmp_path: Path) -> None:
    assert compiled(tmp_path, "mail.txt", "Call\n    us\n") == "Call\n    us\n"


def test_the_templates_of_packages_stay_as_they_are(tmp_path: Path) -> None:
    assert compiled(tmp_path, "page.html", "<pre>\n    a\n</pre>", is_own=False) == "<pre>\n    a\n</pre>"


def test_errors_name_the_lines_of_the_file(tmp_path: Path) -> None:
    text = "<p>\n\n    Call\n  {% if 1 %}\n  us\n  {% endif %}\n</p>"
    assert compiled(tmp_path, "page.html", text, debug=True).count("\n") == text.count("\n")


def test_the_portal_loads_its_pages_by_it_and_caches_them() -> None:
    [loader] = get_template("base.html").backend.engine.template_loaders  # type: ignore[attr-defined]

    assert isinstance(loader, Loader)
    assert get_template("base.html").template is get_template("base.html").template  # type: ignore[attr-defined]


def test_no_page_of_ours_has_text_in_which_indentation_counts() -> None:
    for folder in (settings.BASE_DIR / "templates", settings.BASE_DIR / "aftercare" / "ui" / "templates"):
        for path in folder.rglob("*.html"):
            assert not re.search(r"<pre\b|<textarea[^>]*>[^<]*\n", path.read_text()), path
