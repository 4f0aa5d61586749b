"""A constant message of a template is looked up once in each language; any other each time."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.translation import override

from aftercare.ui.templatetags.constant_messages import ConstantMessage


def test_a_constant_message_is_rendered_in_each_language_and_remembered() -> None:
    page = Template('{% translate "Monday" %}')
    for _ in range(2):
        assert page.render(Context()) == "Monday"
        with override("pl"):
            assert page.render(Context()) == "Poniedziałek"
    (node,) = page.nodelist.get_nodes_by_type(ConstantMessage)
    assert isinstance(node, ConstantMessage)
    assert node.rendered == {"en-gb": "Monday", "pl": "Poniedziałek"}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% translate day %}", "<b>"),
        ('{% translate "Monday"|upper %}', "MONDAY"),
        ('{% translate "May" context "abbreviated month" %}', "May"),
        ('{% translate "Monday" as name %}{{ name }}', "Monday"),
        ('{% translate "<b>Monday</b>" %}', "<b>Monday</b>"),
    ],
)
def test_every_message_reads_as_with_the_tag_of_django(source: str, shown: str) -> None:
    own, django_s = Template(source), Template("{% load i18n %}" + source)
    for context in (Context({"day": "<i>"}), Context({"day": "Tuesday"})):
        assert own.render(context) == django_s.render(context)
    assert own.render(Context({"day": "<b>"})) in {shown, "&lt;b&gt;"}
