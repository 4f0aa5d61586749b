"""Fixtures for every test: no network, the test database, servers, the browser."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import sockets
from tools.check.migrated import VARIABLE

if TYPE_CHECKING:
    from django.http import HttpRequest
    from playwright.sync_api import Browser, Page

    from tools.servers.mail import MailServer
    from tools.servers.valkey import Valkey

pytest_plugins = ["tests.fixtures", "tests.databases", "tests.order"]

# Made between two collections of garbage; Python's default is 700. To collect all tests takes a quarter less so.
OBJECTS_TO_COLLECT = 50_000


def pytest_configure() -> None:
    gc.set_threshold(OBJECTS_TO_COLLECT)


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from looking at what lives as long as the run: modules and tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """A test that reaches beyond this machine fails and names the address."""
    with pytest.MonkeyPatch.context() as patch:
        sockets.block(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def static_folder() -> None:
    """Make the folder of collected files: WhiteNoise warns where there is none."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True, scope="session")
def serve_collected_files() -> Iterator[None]:
    """Let Django's test server find static files by their collected names too, not only by those of the sources."""
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.views.static import serve

    by_source_name = StaticFilesHandler.serve

    def serve_file(handler: StaticFilesHandler, request: "HttpRequest") -> Any:
        path = handler.file_path(request.path)
        if Path(settings.STATIC_ROOT, path).is_file():
            return serve(request, path, document_root=str(settings.STATIC_ROOT))
        return by_source_name(handler, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_file)
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_scanned_once() -> Iterator[None]:
    """Let WhiteNoise read a folder once: each test's client is a server that starts, and there are 2,000 files."""
    from whitenoise.base import WhiteNoise

    scan = WhiteNoise.update_files_dictionary
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def scan_once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            before = self.files
            self.files = {}
            scan(self, root, prefix)
            found[root, prefix], self.files = self.files, before
        self.files.update(found[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", scan_once)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, worker_id: str) -> None:
    """On SQLite the test database is a file: in memory it would lock otherwise than the demonstration's.

    On PostgreSQL it is a copy of the migrated database, if one was made: see `tests/databases.py`.
    """
    from django.conf import settings
    from django.db import connections

    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(settings.DATA_DIR / f"test-{worker_id}.sqlite3")
    else:
        database["TEST"]["TEMPLATE"] = os.environ.get(VARIABLE)


@pytest.fixture(autouse=True)
def clear_banner_caches() -> None:
    """Clear what the banners of staff pages keep in memory about delivery, so that no test sees another's."""
    from clinic.on_call.banners import clear_caches

    clear_caches()


@pytest.fixture
def valkey() -> "Iterator[Valkey]":
    """A broker of the test's own, which the test may freeze and kill."""
    from tools.servers.valkey import Valkey

    with Valkey() as server:
        yield server


@pytest.fixture
def mail_server() -> "Iterator[MailServer]":
    """A real SMTP server that keeps what it is sent."""
    from tools.servers.mail import MailServer

    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for the session, whose pages reach this machine only."""
    from playwright.sync_api import sync_playwright

    from tools.servers import chromium

    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    # Playwright keeps an event loop in this thread, at which Django's ORM would take fright.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=str(chromium.browser()), args=arguments)
        yield program
        program.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page of a phone's size (390 px) with cookies of its own; a script error fails the test."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", service_workers="block"
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
