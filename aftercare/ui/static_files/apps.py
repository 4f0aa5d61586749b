"""Which static files are collected."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Django's, without the files of Bootstrap that no page links to: all but the whole of it in one file."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("bootstrap-grid.*", "bootstrap-reboot.*", "bootstrap-utilities.*"),
        "bootstrap.css*",
        "bootstrap.rtl.*",
    ]
