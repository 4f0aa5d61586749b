"""The log of gunicorn's first process, which never loads Django, in the format of the other lines."""

from __future__ import annotations

from logging.config import dictConfig
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from aftercare.environment import from_process
from aftercare.logs.configuration import logging_configuration

ROOT = Path(__file__).resolve().parent.parent.parent


class PortalLogger(Logger):
    def setup(self, cfg: Any) -> None:
        """Set gunicorn's own handlers aside; without an access log, whose lines hold addresses and tokens."""
        super().setup(cfg)
        dictConfig(logging_configuration(from_process(ROOT).log_format))
