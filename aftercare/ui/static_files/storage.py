"""Static files: compressed, with hashed names, so that browsers cache them for good."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import crispy_bootstrap5  # type: ignore[import-untyped]
import django.forms
from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from aftercare.ui.static_files.pruning import pruned, words_in

# Stylesheets of every page, in order. They are bundled, because over a slow network each file costs a round
# trip.
BASE_STYLES = (
    "bootstrap/css/bootstrap.min.css",
    "ui/tokens.css",
    "ui/page.css",
    "ui/icons.css",
    "ui/parts.css",
    "ui/levels.css",
)
# The first is written for every site; of its rules the bundle has those that our pages can use.
FOR_EVERY_SITE = BASE_STYLES[0]
# In the directory of our own files, so that relative references still resolve.
BUNDLE = "ui/base.bundle.css"
# What makes the markup of our pages, in the project and in the packages whose templates we use.
MAKES_MARKUP = (
    (settings.BASE_DIR / "templates", "*.html"),
    (settings.BASE_DIR / "static", "*.[jc]s*"),
    (settings.BASE_DIR / "aftercare", "*.html"),
    (settings.BASE_DIR / "aftercare", "*.py"),
    (settings.BASE_DIR / "clinic", "*.py"),
    (Path(crispy_bootstrap5.__file__).parent, "*.html"),
    (Path(django.forms.__file__).parent, "*.html"),
)
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


def sources() -> Iterator[Path]:
    """Yield the files in which a class of our pages is written."""
    for folder, pattern in MAKES_MARKUP:
        yield from folder.rglob(pattern)


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Without a manifest (before `collectstatic`) plain names are used, instead of failing."""

    manifest_strict = False

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file, worked out once per process: it changes only with a new `collectstatic`."""
        if name is None or force or not self.hashed_files:
            return str(super().url(name, force))
        if name not in self._urls:
            self._urls[name] = str(super().url(name))
        return self._urls[name]

    @cached_property
    def _urls(self) -> dict[str, str]:
        return {}

    def stored_name(self, name: str) -> str:
        """Return the hashed name of `name`, or `name` if nothing was collected."""
        if not self.hashed_files:
            return name
        stored: str = super().stored_name(name)
        return stored

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, Any]]:
        """Write the bundle, then hash and compress all files."""
        self._urls.clear()
        if not dry_run:
            parts = {name: SOURCE_MAP.sub("", Path(self.path(name)).read_text()) for name in BASE_STYLES}
            parts[FOR_EVERY_SITE] = pruned(parts[FOR_EVERY_SITE], words_in(sources()))
            self.delete(BUNDLE)
            self.save(BUNDLE, ContentFile("\n".join(parts.values()).encode()))
            paths = {**paths, BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Compress what pages link to: files by their hashed names, and no maps, which developers' tools alone ask for.

        The best compression takes a second for each megabyte.
        """
        linked = paths & set(self.hashed_files.values())
        yield from super().compress_files({path for path in linked if not path.endswith(".map")})

    def base_styles(self) -> tuple[str, ...]:
        """Return the base stylesheets: the bundle once files were collected."""
        return (BUNDLE,) if BUNDLE in self.hashed_files else BASE_STYLES
