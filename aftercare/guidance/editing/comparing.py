"""Comparison of revisions that shows changed parts only."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import partial
from itertools import zip_longest
from typing import Any

from bs4 import BeautifulSoup
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail.admin.compare import (
    ChildObjectComparison,
    ChildRelationComparison,
    RichTextFieldComparison,
    TextDiff,
    diff_text,
)
from wagtail.admin.panels import InlinePanel

from aftercare.guidance.forbidden_phrases import blocks_in

UNCHANGED = "…"


def blocks_of(body: str) -> list[str]:
    """Return the paragraphs of a text, with bold as asterisks and link addresses."""
    soup = BeautifulSoup(body, "html.parser")
    for bold in soup.find_all(["b", "strong"]):
        bold.insert_before("*")
        bold.insert_after("*")
    for link in soup.find_all("a"):
        link.insert_after(f" ({link.get('href', '')})")
    for line in soup.find_all("li"):
        line.insert(0, "• ")
    return list(blocks_in(str(soup)))


class BodyComparison(RichTextFieldComparison):
    """Changed paragraphs of the body, with changed words marked."""

    def has_changed(self) -> bool:
        """Ignore white space and the editor's paragraph keys."""
        return blocks_of(self.val_a) != blocks_of(self.val_b)

    def htmldiff(self) -> SafeString:
        """Return the changed paragraphs as HTML, with "…" for unchanged ones between them."""
        shown = changes(blocks_of(self.val_a), blocks_of(self.val_b))
        return format_html_join("", "<p>{}</p>", ((html,) for html in shown))


def changes(before: list[str], after: list[str]) -> Iterator[str]:
    """Return each changed paragraph as HTML, in order."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield UNCHANGED
            continue
        for old, new in zip_longest(before[i1:i2], after[j1:j2]):
            if old is None:
                yield TextDiff([("addition", new)]).to_html()
            elif new is None:
                yield TextDiff([("deletion", old)]).to_html()
            else:
                yield diff_text(old, new).to_html()


class RowsComparison(ChildRelationComparison):
    """Instructions or pictures that were added, changed or removed."""

    def get_child_comparisons(self) -> list[ChildObjectComparison]:
        rows = super().get_child_comparisons()
        return [row for row in rows if row.is_addition() or row.is_deletion() or row.has_changed()]


class RowsPanel(InlinePanel):
    """Inline panel with the comparison above."""

    class BoundPanel(InlinePanel.BoundPanel):
        def get_comparison(self) -> list[partial[RowsComparison]]:
            (whole,) = super().get_comparison()
            return [partial(RowsComparison, *whole.args, **whole.keywords)]

        def js_opts(self) -> dict[str, Any]:
            """The editor's script knows the panel by the name of Wagtail's class."""
            return {**super().js_opts(), "type": InlinePanel.__name__}
