"""Generate docs/seed_trace.md: each statement of the source documents, with the parts of the product that carry it.

    .venv/bin/python -m tools.seed_trace            writes it anew
    .venv/bin/python -m tools.seed_trace --check    says whether it is current; exit 1 if it is not

Run it after a change to an article's sources, to a rule, to a question or to docs/seed_trace.toml.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TRACE, DATA, GLOSSARY = (ROOT / "docs" / name for name in ("seed_trace.md", "seed_trace.toml", "glossary.md"))
CONTENT = ROOT / "aftercare" / "guidance" / "content"
STATEMENTS = [f"S{number}" for number in range(1, 65)]

HEAD = """# Where each source statement went

The 64 statements of the source documents, in a few words of our own, and what carries each of them in the product.
Made by `python -m tools.seed_trace` from the articles, rules, questions and expected courses as they are, and from
[seed_trace.toml](seed_trace.toml); a test fails when this page is not current or when a statement goes missing.

| | Says, in short | Carried by |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A part of the product that carries statements. `shown`: its name on the page."""

    name: str
    shown: str


def articles() -> list[dict[str, Any]]:
    """Return the shipped articles, in the order of their keys."""
    found = [tomllib.loads(path.read_text()) for path in CONTENT.glob("*.toml")]
    return sorted(found, key=lambda article: int(article["key"][1:]))


def carriers() -> dict[str, list[Carrier]]:
    """Return the carriers of each statement, in the order of the page."""
    found: dict[str, list[Carrier]] = defaultdict(list)
    for carrier, sources in all_carriers():
        for source in sources:
            if carrier not in found[source]:
                found[source].append(carrier)
    return found


def all_carriers() -> Iterator[tuple[Carrier, Iterable[str]]]:
    """Yield every carrier of the product with its statements."""
    from aftercare.checkins.wording import QUESTION_SOURCES
    from aftercare.guidance.actions.courses import SOURCES
    from aftercare.people.models.patients import INTAKE_SOURCES
    from aftercare.triage import RULES, TIMED_RULES

    for article in articles():
        rows = [*article.get("instructions", []), *article.get("answers", [])]
        own = {source for row in rows for source in row.get("sources", [])}
        shown = f"{article['key']} {article['title']}"
        yield Carrier(article["key"], shown), sorted(own.union(article["sources"]))
    for rule in RULES.values():
        yield Carrier(rule.id, f"rule `{rule.family}`"), rule.sources
    for timed in TIMED_RULES.values():
        yield Carrier(timed.id, f"rule `{timed.id}`"), timed.sources
    for key, sources in QUESTION_SOURCES.items():
        yield Carrier(f"question:{key}", f"question `{key}`"), sources
    for symptom, line in SOURCES.items():
        yield Carrier(f"course:{symptom}", f"expected course of {symptom}"), line.split()
    for question, sources in INTAKE_SOURCES.items():
        yield Carrier(f"intake:{question.value}", f"intake {question.value.upper()}"), sources
    cited = re.findall(r"\bS\d+\b", GLOSSARY.read_text())
    yield Carrier("glossary", "[glossary](glossary.md)"), cited


def statements() -> dict[str, dict[str, Any]]:
    """Return the hand-written notes about each statement."""
    return tomllib.loads(DATA.read_text())


def missing() -> list[str]:
    """Return an error for each statement that the product should carry and does not."""
    said, found = statements(), carriers()
    faults = [f"{unknown}: there is no such statement" for unknown in {*said, *found} - {*STATEMENTS, "ADD"}]
    for statement in STATEMENTS:
        about = said.get(statement)
        if about is None:
            faults.append(f"{statement}: docs/seed_trace.toml says nothing about it")
            continue
        names = {carrier.name for carrier in found[statement]}
        needs = about.get("needs", [])
        faults += [f"{statement}: {need} does not carry it" for need in needs if not is_carried(names, need)]
        if bool(names) == bool(about.get("dropped")):
            faults.append(
                f"{statement}: {'dropped, yet carried' if names else 'neither carried nor dropped'}"
            )
    return faults


def is_carried(names: set[str], need: str) -> bool:
    """Return whether `need` is among the names; "past_expected.*" matches any rule of the family."""
    return need in names or (need.endswith(".*") and any(name.startswith(need[:-1]) for name in names))


def page() -> str:
    """Return the text of the page."""
    said, found = statements(), carriers()
    return HEAD + "".join(row(statement, said, found) for statement in STATEMENTS)


def row(statement: str, said: dict[str, dict[str, Any]], found: dict[str, list[Carrier]]) -> str:
    from aftercare.triage.statements import STATEMENTS as WORDS

    about = said[statement]
    # Rules of one family have the same name here.
    shown = "; ".join(dict.fromkeys(carrier.shown for carrier in found[statement]))
    parts = [f"{shown}." if shown else f"Dropped: {about['dropped']}"]
    if same := about.get("as"):
        parts.append(f"What carries {same} carries it too.")
    if note := about.get("note"):
        parts.append(note)
    return f"| {statement} | {WORDS[statement]} | {' '.join(parts)} |\n"


def main(arguments: list[str]) -> int:
    set_up()
    faults = missing()
    is_current = TRACE.is_file() and TRACE.read_text() == page()
    if not faults and "--check" not in arguments:
        TRACE.write_text(page())
    elif not faults and not is_current:
        faults = ["docs/seed_trace.md is not current. Run: python -m tools.seed_trace"]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def set_up() -> None:
    """Set up Django as in the demonstration, without opening a database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("SECRET_KEY", "not-used-for-anything")
    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
