"""A template loader that compiles pages for what they cost: their bytes, and the time to render them.

It leaves out the indentation of the portal's own pages, and lines of nothing but tags. They are for whoever reads a
template: sent with each page they are a tenth of its bytes, and some of them even when compressed. A line break stays
before each such line, so that words stay apart. With DEBUG lines are kept, so that line numbers of errors are those of
the file.

Constant parts are joined (`aftercare/template_loading/constant_nodes.py`), also in the templates of packages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.template import Engine, Origin, Template
from django.template.loaders import base, cached

from aftercare.template_loading.constant_nodes import join_constants

INDENTATION = re.compile(r"\n[ \t]+")
# A line of tags that show nothing themselves; not the first of a file, which may be included in the middle of a line.
SILENT = r"(?:if|elif|else|endif|for|empty|endfor|with|endwith|load)\b[^\n{}]*|[^\n{}]+ as \w+ "
SILENT_LINE = re.compile(rf"(?<=\n)(\{{% (?:{SILENT})%\}})\n")


class JoiningLoader(base.Loader):
    """Compiles templates with their constant parts joined."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template: Template = super().get_template(template_name, skip)
        if not self.engine.debug:
            join_constants(template.nodelist)
        return template


class Loader(cached.Loader, JoiningLoader):
    """Caches compiled templates as Django's own does; pages below `folders` are compiled without indentation."""

    def __init__(self, engine: Engine, loaders: Sequence[Any], folders: Sequence[Path]) -> None:
        super().__init__(engine, loaders)
        self.folders = folders

    def get_contents(self, origin: Origin) -> str:
        contents: str = super().get_contents(origin)
        path = Path(origin.name)
        if path.suffix == ".html" and any(path.is_relative_to(folder) for folder in self.folders):
            contents = INDENTATION.sub("\n", contents)
            return contents if self.engine.debug else SILENT_LINE.sub(r"\1", contents)
        return contents
