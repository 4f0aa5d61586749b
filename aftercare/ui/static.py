"""Static files: compressed, with a hash in their names, so that a browser keeps them for good."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# What every page needs, in this order. Over a slow network each file of its own costs a round trip, and a browser
# fetches only six at once, so that they travel as one.
BASE_STYLES = (
    "bootstrap/css/bootstrap.min.css",
    "ui/tokens.css",
    "ui/page.css",
    "ui/parts.css",
    "ui/levels.css",
)
# Beside our own files, so that what they refer to is found from here too.
BUNDLE = "ui/base.bundle.css"
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Before `collectstatic` has run there is no manifest: plain names then, rather than no page at all."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name of `name`, or `name` itself where nothing was collected."""
        if not self.hashed_files:
            return name
        stored: str = super().stored_name(name)
        return stored

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, Any]]:
        """Write the bundle, then hash and compress everything."""
        if not dry_run:
            parts = [Path(self.path(name)).read_text() for name in BASE_STYLES]
            self.delete(BUNDLE)
            self.save(BUNDLE, ContentFile(SOURCE_MAP.sub("", "\n".join(parts)).encode()))
            paths = {**paths, BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def base_styles(self) -> tuple[str, ...]:
        """The names of the files that every page links to: one once they were collected."""
        return (BUNDLE,) if BUNDLE in self.hashed_files else BASE_STYLES
