"""Redaction of secrets in logs."""

from __future__ import annotations

import logging
import re

TOKEN_IN_PATH = re.compile(r"(/accounts/(?:link|invitation|staff-invitation)/)[^/\s\"']+")


class RedactTokens(logging.Filter):
    """Logging filter that removes tokens of single-use links."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        redacted = TOKEN_IN_PATH.sub(r"\1[token]", text)
        if redacted != text:
            record.msg, record.args = redacted, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = TOKEN_IN_PATH.sub(
                r"\1[token]", logging.Formatter().formatException(record.exc_info)
            )
        return True
