"""Nothing of the source documents goes missing, and the page that says so is current."""

from __future__ import annotations

from typing import Any

import pytest

from tools import seed_trace


def test_every_statement_is_carried_by_what_should_carry_it_or_dropped_with_a_reason() -> None:
    assert set(seed_trace.statements()) == set(seed_trace.STATEMENTS)
    assert seed_trace.missing() == []


def test_the_page_is_current() -> None:
    assert seed_trace.TRACE.read_text() == seed_trace.page(), "run: python -m tools.seed_trace"


@pytest.mark.parametrize(
    ("statement", "about", "fault"),
    [
        ("S27", {"needs": ["A2"]}, "S27: A2 does not carry it"),
        ("S27", {"dropped": "…"}, "S27: dropped, yet carried"),
        ("S28", {}, "S28: neither carried nor dropped"),
        ("S65", {}, "S65: there is no such statement"),
        ("S64", None, "S64: docs/seed_trace.toml says nothing about it"),
    ],
)
def test_a_statement_that_is_lost_is_named(
    monkeypatch: pytest.MonkeyPatch, statement: str, about: dict[str, Any] | None, fault: str
) -> None:
    said = seed_trace.statements()
    changed = {key: value for key, value in {**said, statement: about}.items() if value is not None}
    monkeypatch.setattr(seed_trace, "statements", lambda: changed)
    assert seed_trace.missing() == [fault]


def test_a_rule_or_an_article_that_goes_takes_its_statements_along(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [article for article in seed_trace.articles() if article["key"] != "A3"]
    monkeypatch.setattr(seed_trace, "articles", lambda: kept)
    assert "S64: A3 does not carry it" in seed_trace.missing()
    assert "S64: neither carried nor dropped" in seed_trace.missing()


def test_every_article_of_the_specification_is_there_once() -> None:
    assert [article["key"] for article in seed_trace.articles()] == [f"A{number}" for number in range(1, 13)]
    assert len({article["slug"] for article in seed_trace.articles()}) == 12
