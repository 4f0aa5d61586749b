"""The stylesheets of every page travel as one file once they were collected; pages travel compressed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Context, Template
from django.test import Client, override_settings

from aftercare.ui.static_files.storage import BASE_STYLES, BUNDLE

LINKS = Template("{% load styles %}{% base_styles %}")


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
    call_command("collectstatic", interactive=False, verbosity=0)
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
