"""Static files: compressed, with a hash in their names, so that a browser keeps them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Before `collectstatic` has run there is no manifest: plain names then, rather than no page at all."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name of `name`, or `name` itself where nothing was collected."""
        if not self.hashed_files:
            return name
        stored: str = super().stored_name(name)
        return stored
