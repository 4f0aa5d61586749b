"""Extract and compile message catalogues with Babel, without the gettext programs.

    .venv/bin/python -m tools.catalogues add es     begins a language
    .venv/bin/python -m tools.catalogues extract    brings every language up to date with the code
    .venv/bin/python -m tools.catalogues compile    makes the files that the portal reads (.mo)
    .venv/bin/python -m tools.catalogues check      names what is not right; exit 1 if anything is not

`extract` writes the template of the catalogues too (`locale/django.pot`, not committed). Scripts hold no words: pages
hand them theirs. How to mark a string: docs/translating.md.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
SOURCES = ("aftercare", "clinic", "templates")
UNREAD = frozenset(
    {"migrations", "management", "demo"}
)  # folders without messages: only developers and operators read their texts
DOMAIN = "django"
TRANSLATORS = "Translators:"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extract_template(
    fileobj: Any, keywords: Any, comment_tags: Any, options: Any
) -> Generator[Any, None, None]:
    """Extract the messages of a Django template, as an extraction method of Babel.

    Django rewrites the template as calls of gettext functions, which parse as Python once the indentation is
    removed.
    """
    from django.utils.translation.template import templatize

    calls = templatize(fileobj.read().decode(), origin=getattr(fileobj, "name", None))
    lines = "\n".join(line.lstrip() for line in calls.splitlines())
    yield from extract_python(BytesIO(lines.encode()), keywords, comment_tags, options)


def sources() -> Iterator[tuple[Path, Any]]:
    """Yield the files that hold messages, each with its extraction method."""
    methods: dict[str, Any] = {".py": "python", ".html": extract_template, ".txt": extract_template}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in methods and not UNREAD.intersection(path.parts):
                yield path, methods[path.suffix]


def extracted() -> Catalog:
    """Return every message as a template catalogue."""
    catalog = Catalog(domain=DOMAIN, project="Aftercare", charset="utf-8", fuzzy=False)
    for path, method in sources():
        with path.open("rb") as file:
            for _line, message, comments, context in extract(
                method, file, KEYWORDS, comment_tags=[TRANSLATORS], strip_comment_tags=True
            ):
                where = [(str(path.relative_to(ROOT)), 0)]
                catalog.add(message, None, where, auto_comments=comments, context=context)
    add_triage(catalog)
    return catalog


def add_triage(catalog: Catalog) -> None:
    """The sentences of rules and sources, as they are: triage imports no Django, so that it can mark nothing."""
    from aftercare.triage import RULES
    from aftercare.triage.statements import STATEMENTS

    for sentence in (*(rule.staff for rule in RULES.values()), *STATEMENTS.values()):
        catalog.add(sentence, None, [("aftercare/triage", 0)])


def languages() -> list[str]:
    """Return the languages with catalogues, by folder name: "es", "pt_BR"."""
    return sorted(path.name for path in LOCALE.glob("*") if path.is_dir())


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=path.stem, charset="utf-8")


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue without line numbers, so that it changes only with its messages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)


def compiled(catalog: Catalog) -> bytes:
    """Return the compiled catalogue (.mo). Fuzzy translations are left out."""
    target = BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def add(language: str) -> None:
    """Create the catalogues of a language, untranslated."""
    path = po_path(language)
    if not path.exists():
        catalog = Catalog(locale=language, domain=DOMAIN, project="Aftercare", fuzzy=False)
        catalog.update(extracted())
        write(path, catalog)


def update() -> None:
    """Write the template, and merge new and changed messages into each language."""
    template = extracted()
    write(LOCALE / f"{DOMAIN}.pot", template)
    for language in languages():
        catalog = read(po_path(language), language)
        catalog.update(template, update_creation_date=False)
        write(po_path(language), catalog)


def compile_all() -> None:
    for language in languages():
        path = po_path(language)
        path.with_suffix(".mo").write_bytes(compiled(read(path, language)))


def problems() -> list[str]:
    """Return what is not right in the catalogues, in sentences."""
    template = extracted()
    return [one for language in languages() for one in problems_of(po_path(language), language, template)]


def problems_of(path: Path, language: str, template: Catalog) -> list[str]:
    name, catalog = path.relative_to(LOCALE), read(path, language)
    found = [f"{name}: {error}: {shown(message)}" for message, errors in catalog.check() for error in errors]
    wanted, present = keys(template), keys(catalog)
    found += [f"{name}: not in the catalogue, run extract: {key[0]}" for key in sorted(wanted - present)]
    found += [f"{name}: not in the code any more, run extract: {key[0]}" for key in sorted(present - wanted)]
    found += [f"{name}: not translated: {shown(one)}" for one in catalog if one.id and not is_translated(one)]
    built = path.with_suffix(".mo")
    if not built.exists() or built.read_bytes() != compiled(catalog):
        found.append(f"{name}: its .mo is not current, run compile")
    return found


def keys(catalog: Catalog) -> set[tuple[str, str]]:
    return {(shown(message), message.context or "") for message in catalog if message.id}


def shown(message: Message) -> str:
    """Return the text that names a message: of a plural its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def is_translated(message: Message) -> bool:
    texts = (message.string,) if isinstance(message.string, str) else message.string or ("",)
    return not message.fuzzy and all(texts)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["add", language]:
            add(language)
        case ["extract"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            print("\n".join(found) or "Every catalogue is complete and current.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
