"""The stylesheets of every page travel as one file once they were collected; pages travel compressed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import brotli  # type: ignore[import-untyped]
import pytest
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Context, Template
from django.test import Client, override_settings

from aftercare.ui.static_files.apps import StaticFiles
from aftercare.ui.static_files.storage import BASE_STYLES, BUNDLE, HashedStaticStorage

LINKS = Template("{% load styles %}{% base_styles %}")


def names_of(ignored: list[str]) -> set[str]:
    """Return the names of all static files, but those that are ignored."""
    return {
        f"{prefix}/{name}" if (prefix := getattr(storage, "prefix", None)) else name
        for finder in get_finders()
        for name, storage in finder.list(ignored)
    }


@pytest.fixture
def empty_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing was collected yet."""
    with override_settings(STATIC_ROOT=tmp_path):
        yield tmp_path


def test_where_nothing_was_collected_a_page_links_to_each_file(empty_folder: Path) -> None:
    assert [f'href="/static/{name}"' in LINKS.render(Context()) for name in BASE_STYLES] == [True] * len(
        BASE_STYLES
    )


def test_once_collected_a_page_links_to_one_file_that_holds_them_all_in_order(empty_folder: Path) -> None:
    # Twice, as on every update: the bundle of last time is no part of the next.
    for _ in range(2):
        call_command("collectstatic", interactive=False, verbosity=0)
    hashed = staticfiles_storage.url(BUNDLE).removeprefix("/static/")
    bundled = Path(empty_folder, hashed).read_text()
    places = [bundled.index(start) for start in ("/*!", ":root {", ".wrap")]

    assert LINKS.render(Context()) == f'<link rel="stylesheet" href="/static/{hashed}">'
    assert places == sorted(places)
    assert "sourceMappingURL" not in bundled
    assert len(list(empty_folder.glob("ui/base.bundle.*.css"))) == 1
    assert gzip.decompress(Path(empty_folder, f"{hashed}.gz").read_bytes()).decode() == bundled
    assert brotli.decompress(Path(empty_folder, f"{hashed}.br").read_bytes()).decode() == bundled


def test_what_pages_link_to_is_compressed_and_nothing_else(empty_folder: Path) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    hashed = set(cast("HashedStaticStorage", staticfiles_storage).hashed_files.values())
    linked = {name for name in hashed if name.endswith((".css", ".js", ".svg"))}
    compressed = {str(path.relative_to(empty_folder))[:-3] for path in empty_folder.rglob("*.br")}

    assert compressed <= hashed
    # What is so small that compression makes it larger stays as it is.
    assert {name for name in linked - compressed if Path(empty_folder, name).stat().st_size > 1000} == set()


def test_every_file_is_collected_but_those_of_bootstrap_that_no_page_links_to() -> None:
    every, collected = names_of([]), names_of(StaticFiles.ignore_patterns)
    left_out = {name for name in every - collected if not name.startswith("bootstrap/css/")}

    assert left_out == set()
    assert {name for name in collected if name.startswith("bootstrap/")} == {
        "bootstrap/css/bootstrap.min.css",
        "bootstrap/css/bootstrap.min.css.map",
    }


@pytest.mark.django_db
def test_a_page_travels_compressed_where_the_browser_takes_that(client: Client) -> None:
    plain = client.get("/accounts/login/code/")
    packed = client.get("/accounts/login/code/", headers={"accept-encoding": "gzip"})
    smaller = client.get("/accounts/login/code/", headers={"accept-encoding": "gzip, br"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert smaller.headers["Content-Encoding"] == "br"
    assert b"<h1" in gzip.decompress(packed.content)
    assert b"<h1" in brotli.decompress(smaller.content)
    for page in (plain, packed, smaller):
        assert "Accept-Encoding" in page.headers["Vary"]
