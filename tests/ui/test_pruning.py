"""Of Bootstrap's stylesheet the bundle has the rules that our pages can use, and no others."""

import re
from pathlib import Path

import bootstrap_wrapper
import pytest

from aftercare.ui.static_files.pruning import pruned, words_in
from aftercare.ui.static_files.storage import sources
from tools.servers.process import ROOT

BOOTSTRAP = Path(bootstrap_wrapper.get_bootstrap_css_dir(), "bootstrap.min.css").read_text()
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# A class that is put together from parts: class="btn-{{ kind }}", class="{{ kind }}-2".
COMPOSED = re.compile(r"class=\"[^\"]*(?:[\w-]+-\{[{%]|[}]-)")


def keep(stylesheet: str, *words: str) -> str:
    return pruned(stylesheet, frozenset(words))


@pytest.mark.parametrize(
    ("stylesheet", "left"),
    [
        (".btn{color:red}.nav{color:blue}", ".btn{color:red}"),
        (".btn,.nav,a{color:red}", ".btn,a{color:red}"),
        (".nav .btn{color:red}.btn:hover>.nav{color:red}", ""),
        ("p+ul{margin:0}#main{margin:1px}", "p+ul{margin:0}#main{margin:1px}"),
        (".btn:not(.nav){color:red}", ".btn:not(.nav){color:red}"),
        (".w-25{width:25%}.btn\\:x{width:0}", ""),
        ("[type=button]{color:red}", "[type=button]{color:red}"),
        ("[data-bs-theme=dark]{color:red}", ""),
        ("@media print{.nav{color:red}}", ""),
        ("@media print{.nav{color:red}.btn{color:blue}}", "@media print{.btn{color:blue}}"),
    ],
)
def test_a_rule_stays_if_all_its_classes_occur(stylesheet: str, left: str) -> None:
    assert keep(stylesheet, "btn", "w") == left


def test_a_property_stays_while_something_reads_it() -> None:
    stylesheet = ":root{--a:1px;--b:var(--c);--c:2px;--d:3px}.btn{margin:var(--a)}.nav{margin:var(--b)}"

    assert keep(stylesheet, "btn") == ":root{--a:1px}.btn{margin:var(--a)}"
    assert keep(stylesheet, "btn", "--b") == ":root{--a:1px;--b:var(--c);--c:2px}.btn{margin:var(--a)}"


def test_an_animation_stays_with_the_rule_that_names_it() -> None:
    stylesheet = "@keyframes turn{to{rotate:1turn}}.btn{animation:1s linear turn}"

    assert keep(stylesheet, "btn") == stylesheet
    assert keep(stylesheet) == ""


def test_what_looks_like_the_end_of_a_declaration_in_a_text_is_none() -> None:
    stylesheet = '.btn{background:url("data:image/svg+xml;utf8,<svg/>");color:red!important}'

    assert keep(stylesheet, "btn") == stylesheet


@pytest.mark.parametrize("stylesheet", ['@import "other.css";', ".btn{color:red} }", ".btn"])
def test_what_would_be_lost_unseen_is_refused(stylesheet: str) -> None:
    with pytest.raises(ValueError, match="neither a rule"):
        keep(stylesheet, "btn")


def test_the_licence_stays() -> None:
    assert keep("/*! Free. */.nav{color:red}") == "/*! Free. */"


def test_every_class_that_a_template_has_keeps_its_rules() -> None:
    words = words_in(sources())
    left = set(CLASS.findall(pruned(BOOTSTRAP, words)))

    assert {"btn", "mb-3", "form-control", "is-invalid", "visually-hidden-focusable"} <= left
    # What would need a word that is in no file.
    assert not {"carousel-item", "offcanvas-start", "spinner-grow"} & left


def test_no_class_is_put_together_from_parts() -> None:
    folders = (ROOT / "templates", ROOT / "aftercare" / "ui" / "templates")
    templates = [path for folder in folders for path in folder.rglob("*.html")]

    assert len(templates) > 200
    assert [path.name for path in templates if COMPOSED.search(path.read_text())] == []
