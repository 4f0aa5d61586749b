"""Constant parts of templates are rendered once in each language, and read as Django renders them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Engine, Template
from django.template.loader import get_template
from django.utils.translation import override

from aftercare.template_loading.constant_nodes import ConstantNode, join_constants

BUILTINS = [
    "django.templatetags.i18n",
    "django.templatetags.static",
    "aftercare.ui.templatetags.styles",
    "aftercare.ui.templatetags.ui",
]
CONSTANT = [
    '{% translate "Monday" %}',
    '{% translate "<b>Monday</b>" %}',
    '{% translate "May" context "abbreviated month" %}',
    "{% blocktranslate %}Monday{% endblocktranslate %}",
    '{% blocktranslate trimmed context "month" %}\n May\n{% endblocktranslate %}',
    '{% url "check_in" %}',
    '{% static "ui/clock.js" %}',
    '{% icon "forward" "end" %}',
    '{% icon name="forward" css="end" %}',
    '{% level_badge "urgent" %}',
    "{% base_styles %}",
    "{% load kept %}{# nothing #}{% comment %}Nothing{% endcomment %}",
]
CHANGING = [
    "{% translate day %}",
    '{% translate "Monday"|upper %}',
    '{% translate "May" context kind %}',
    '{% translate "Monday" as name %}{{ name }}',
    "{% blocktranslate %}On {{ day }}{% endblocktranslate %}",
    "{% blocktranslate with day=day|upper %}On {{ day }}{% endblocktranslate %}",
    "{% blocktranslate count days=days %}One day{% plural %}{{ days }} days{% endblocktranslate %}",
    "{% blocktranslate asvar name %}Monday{% endblocktranslate %}{{ name }}",
    "{% url page %}",
    '{% url "article" slug=kind %}',
    '{% url "check_in" as page %}{{ page }}',
    "{% static file %}",
    '{% static "ui/clock.js" as name %}{{ name }}',
    "{% icon picture %}",
    '{% icon "forward" as name %}{{ name }}',
    "{% csrf_token %}",
    '{% now "Y" %}',
    "{{ day }}",
]
CONTEXTS = [
    {
        "day": "monday",
        "kind": "month",
        "days": 1,
        "page": "check_in",
        "file": "ui/clock.js",
        "picture": "mail",
    },
    {"day": "<b>", "kind": "verb", "days": 3, "page": "account", "file": "ui/icon.svg", "picture": "forward"},
]


def compiled(source: str) -> tuple[Template, Template]:
    """Compile a source twice: with its constants joined, and as Django does."""
    engine = Engine(builtins=BUILTINS, libraries={"kept": "aftercare.ui.templatetags.kept"})
    joined, plain = (Template(source, engine=engine) for _ in range(2))
    join_constants(joined.nodelist)
    return joined, plain


@pytest.mark.parametrize("source", CONSTANT)
def test_a_constant_part_becomes_one_node_with_the_text_around_it(source: str) -> None:
    joined, plain = compiled(f"<p>{source}</p>{source}<i>")
    assert [type(node) for node in joined.nodelist] == [ConstantNode]
    for language in ("en-gb", "pl", "en-gb"):
        with override(language):
            assert joined.render(Context()) == plain.render(Context())


@pytest.mark.parametrize("source", CHANGING)
def test_a_part_that_depends_on_more_than_the_language_is_rendered_each_time(source: str) -> None:
    joined, plain = compiled(f"<p>{source}</p>")
    assert not joined.nodelist.get_nodes_by_type(ConstantNode)
    for values in CONTEXTS:
        assert joined.render(Context(values)) == plain.render(Context(values))


@pytest.mark.parametrize(
    "around",
    [
        "{%% if day %%}%s{%% elif days %%}%s{%% else %%}%s{%% endif %%}",
        "{%% for one in days %%}%s{%% empty %%}%s{%% endfor %%}",
        "{%% with a=day %%}{%% block main %%}%s{{ a }}%s{%% endblock %%}%s{%% endwith %%}",
    ],
)
def test_constants_within_other_tags_are_joined(around: str) -> None:
    constant = '<p>{% icon "mail" %} {% translate "Monday" %}</p>'
    joined, plain = compiled(around % ((constant,) * around.count("%s")))
    assert len(joined.nodelist.get_nodes_by_type(ConstantNode)) == around.count("%s")
    for values in ({"day": "<i>", "days": "12"}, {"days": "1"}, {}):
        assert joined.render(Context(values)) == plain.render(Context(values))


def test_a_constant_part_is_remembered_for_each_language() -> None:
    joined, _plain = compiled('{% translate "Monday" %}')
    for _ in range(2):
        assert joined.render(Context()) == "Monday"
        with override("pl"):
            assert joined.render(Context()) == "Poniedziałek"
    (node,) = joined.nodelist.get_nodes_by_type(ConstantNode)
    assert isinstance(node, ConstantNode)
    assert node.rendered == {"en-gb": "Monday", "pl": "Poniedziałek"}


def test_text_alone_is_left_as_it_is() -> None:
    joined, _plain = compiled("<p>Monday</p>")
    assert not joined.nodelist.get_nodes_by_type(ConstantNode)


def test_the_pages_of_the_portal_are_loaded_with_their_constants_joined_once() -> None:
    first, second = (get_template("base_patient.html").template for _ in range(2))  # type: ignore[attr-defined]
    assert first is second
    assert first.nodelist.get_nodes_by_type(ConstantNode)
    assert not any(
        isinstance(node, ConstantNode)
        for constant in first.nodelist.get_nodes_by_type(ConstantNode)
        for node in constant.nodes
    )


def test_with_debug_nodes_stay_as_they_stand_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<p>{% url "check_in" %}</p>')
    loader: Any = (
        "aftercare.template_loading.loader.Loader",
        [("django.template.loaders.filesystem.Loader", [tmp_path])],
        [],
    )
    for debug in (True, False):
        template = Engine(loaders=[loader], debug=debug).get_template("page.html")
        assert bool(template.nodelist.get_nodes_by_type(ConstantNode)) is not debug
