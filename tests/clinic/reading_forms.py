"""Reading the forms of a page, as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class FormReader(HTMLParser):
    """Every form of a page: where it goes, and the fields it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.select = self.area = ""

    @property
    def fields(self) -> dict[str, Any]:
        return self.forms[-1][1] if self.forms else {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("action", ""), {}))
        elif tag == "select":
            self.select = told["name"]
            self.fields[self.select] = ""
        elif tag == "option" and "selected" in told:
            self.fields[self.select] = told.get("value", "")
        elif tag == "textarea":
            self.area = told["name"]
            self.fields[self.area] = ""
        elif tag == "input":
            self.read_input(told)

    def read_input(self, told: dict[str, str]) -> None:
        if told.get("type") in {"checkbox", "radio"} and "checked" not in told:
            return
        name, value = told.get("name", ""), told.get("value", "")
        before = self.fields.get(name)
        self.fields[name] = (
            value if before is None else [*([before] if isinstance(before, str) else before), value]
        )

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def forms_of(page: str) -> list[tuple[str, dict[str, Any]]]:
    reader = FormReader()
    reader.feed(page)
    return reader.forms


def fields_of(page: str, action: str = "") -> dict[str, Any]:
    """The fields of the last form that is sent to an address; of the last without one, where none is named."""
    return [fields for where, fields in forms_of(page) if where == action][-1]
