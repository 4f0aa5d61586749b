"""Formatters of log lines: JSON for production, plain text for a terminal."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from aftercare.logs.errors import kind_of, trace_of
from aftercare.logs.request_ids import META_KEY, current_request_id
from aftercare.people.token_paths import without_tokens

ADDRESS = re.compile(r"[^\s@<>\"'(),:;=\[\]]+@[^\s@<>\"'(),:;=\[\]]+")
QUERY = re.compile(r"(/[^\s\"'?]*)\?[^\s\"']+")
# What Celery puts into its messages about a failed task.
SAID_BY_CELERY = frozenset({"exc", "traceback", "args", "kwargs", "return_value"})


def message_of(record: logging.LogRecord) -> str:
    """Return the message without tokens, e-mail addresses, queries, unknown paths, and what exceptions say."""
    said = plain(record.msg, record)
    args = record.args
    try:
        if isinstance(args, Mapping):
            text = str(said) % {name: named(name, value, record) for name, value in args.items()}
        else:
            text = str(said) % tuple(plain(value, record) for value in args) if args else str(said)
    except (TypeError, ValueError, KeyError):
        text = str(said)
    return QUERY.sub(r"\1?[query]", ADDRESS.sub("[address]", without_tokens(text)))


def named(name: str, value: object, record: logging.LogRecord) -> object:
    """Return a value of a message with names, without what Celery says about the failure of a task."""
    return "[left out]" if name in SAID_BY_CELERY else plain(value, record)


def plain(value: object, record: logging.LogRecord) -> object:
    """Return the kind of an exception, "[unknown path]" for the path of no page, any other value as it is."""
    if isinstance(value, BaseException):
        return kind_of(value)
    request = getattr(record, "request", None)  # Django attaches it
    if value == getattr(request, "path", None) and getattr(request, "resolver_match", None) is None:
        return "[unknown path]"
    return value


def ids_of(record: logging.LogRecord) -> dict[str, str]:
    """Return the ids of the request and of the task during which the line was written."""
    ids = {"request_id": request_id_of(record), "task_id": task_id_of(record)}
    return {name: value for name, value in ids.items() if value}


def request_id_of(record: logging.LogRecord) -> str:
    """Return the id of the request that is being answered, or that Django writes about; "" for other lines."""
    request = getattr(record, "request", None)
    return current_request_id.get() or str(getattr(request, "META", {}).get(META_KEY, ""))


def task_id_of(record: logging.LogRecord) -> str:
    """Return the id of the running task, or of the task that Celery writes about; "" for other lines."""
    if isinstance(record.args, Mapping) and record.name.startswith("celery."):
        return str(record.args.get("id") or "")
    celery = sys.modules.get("celery")
    running = getattr(celery, "current_task", None)
    return str(running.request.id or "") if running else ""


class JsonFormatter(logging.Formatter):
    """One JSON object a line, of these fields only: what libraries attach to a record may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            **ids_of(record),
            **({"error": kind_of(error), "trace": trace_of(error)} if error else {}),
        }
        return json.dumps(line)


class PlainFormatter(logging.Formatter):
    """A line of text, followed by the stack of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        time = self.formatTime(record)
        ids = "".join(f" [{value}]" for value in ids_of(record).values())
        line = f"{time} {record.levelname} {record.name}{ids}: {message_of(record)}"
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join([line, *(trace_of(error) if error else [])])
