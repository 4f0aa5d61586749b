"""The configuration of logging, for Django, Celery and gunicorn alike."""

from __future__ import annotations

from typing import Any

JSON, PLAIN = "json", "plain"
FORMATTERS = {
    JSON: "aftercare.logs.formatting.JsonFormatter",
    PLAIN: "aftercare.logs.formatting.PlainFormatter",
}


def logging_configuration(log_format: str) -> dict[str, Any]:
    """Return the dictionary for `logging.config`: every line on standard error, in one format."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATTERS[log_format]}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        # Handlers of their own would print in another format, and Django's would mail tracebacks.
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django_tasks": {"level": "WARNING"},  # Wagtail's bookkeeping after each change of an article
            "gunicorn.error": {"handlers": [], "propagate": True, "level": "INFO"},
        },
    }
