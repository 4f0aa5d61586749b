"""Messages are found in Python, templates and scripts, and compiled without the gettext programs."""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract

from tools import catalogues
from tools.catalogues import KEYWORDS, extract_template


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues, for a portal that says four things."""
    template = Catalog(domain="django")
    template.add("Call now")
    template.add(("%(n)s day", "%(n)s days"))
    template.add("Open", context="clinic")
    template.add("Open", context="alert")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    monkeypatch.setattr(catalogues, "extracted", lambda: template)
    return tmp_path


def translate(path: Path) -> None:
    catalog = catalogues.read(path, "es")
    catalog.get("Call now").string = "Llame ahora"  # type: ignore[union-attr]
    catalog.get("%(n)s day").string = ("%(n)s día", "%(n)s de días", "%(n)s días")  # type: ignore[union-attr]
    catalog.get("Open", "clinic").string = "Abierta"  # type: ignore[union-attr]
    catalog.get("Open", "alert").string = "Pendiente"  # type: ignore[union-attr]
    catalogues.write(path, catalog)


def test_a_language_is_begun_translated_compiled_and_read(locale: Path) -> None:
    assert catalogues.main(["add", "es"]) == 0
    assert "es/LC_MESSAGES/django.po: not translated: Call now" in catalogues.problems()
    translate(catalogues.po_path("es"))
    assert catalogues.problems() == ["es/LC_MESSAGES/django.po: its .mo is not current, run compile"]
    assert catalogues.main(["compile"]) == 0
    assert catalogues.main(["check"]) == 0
    spanish = gettext.translation("django", locale, ["es"])
    assert spanish.gettext("Call now") == "Llame ahora"
    assert [spanish.ngettext("%(n)s day", "%(n)s days", n) for n in (1, 2)] == ["%(n)s día", "%(n)s días"]
    assert [spanish.pgettext(where, "Open") for where in ("clinic", "alert")] == ["Abierta", "Pendiente"]


def test_a_translation_that_drops_a_placeholder_or_lags_behind_the_code_is_named(
    locale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogues.main(["add", "es"])
    path = catalogues.po_path("es")
    translate(path)
    path.write_text(path.read_text().replace("%(n)s día", "%(days)s día"))
    catalogues.main(["compile"])
    assert any("placeholder" in problem for problem in catalogues.problems())
    later = Catalog(domain="django")
    later.add("Call us now")
    monkeypatch.setattr(catalogues, "extracted", lambda: later)
    assert "es/LC_MESSAGES/django.po: not in the catalogue, run extract: Call us now" in catalogues.problems()
    catalogues.main(["extract"])
    assert "es/LC_MESSAGES/django.po: not translated: Call us now" in catalogues.problems()


def test_the_messages_of_a_template_are_found_with_plurals_contexts_and_comments() -> None:
    template = """
    {% load i18n %}
        {# Translators: above the telephone #}
      <p title="{% translate "Call" %}">{{ who|default:_("Nobody") }}</p>
    {% translate "Open" context "clinic" %}
        {% blocktranslate count n=days trimmed %}
            {{ n }} day
        {% plural %}
            {{ n }} days
        {% endblocktranslate %}
    """
    found = extract(extract_template, BytesIO(template.encode()), KEYWORDS, comment_tags=["Translators:"])
    messages = [(message, comments, context) for _line, message, comments, context in found]
    assert messages == [
        ("Call", ["Translators: above the telephone"], None),
        ("Nobody", [], None),
        ("Open", [], "clinic"),
        (("%(n)s day", "%(n)s days"), [], None),
    ]


def test_every_source_can_be_read_and_every_catalogue_is_complete_and_current() -> None:
    assert len(catalogues.extracted()) > 100
    assert catalogues.problems() == []
