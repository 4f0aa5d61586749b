"""Counting of a request's queries, without transaction statements."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.support.visits import HIDDEN, Answers, VisitError

TRANSACTION = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


def counted(captured: CaptureQueriesContext) -> list[str]:
    """Return the captured statements without transaction statements."""
    return [query["sql"] for query in captured if not TRANSACTION.match(query["sql"])]


def visit_queries(path: str, answers: Answers, session: str) -> tuple[list[str], list[str]]:
    """Return the statements of fetching the form, and of sending it, for the user of a session."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    with CaptureQueriesContext(connection) as fetching:
        form = client.get(path)
    if form.status_code != 200:
        raise VisitError(f"{path}: {form.status_code} instead of 200\n{form.content[:3000].decode()}")
    hidden = {name.decode(): value.decode() for name, value in HIDDEN.findall(form.content)}
    body = urlencode({**hidden, **answers}, doseq=True)
    with CaptureQueriesContext(connection) as sending:
        sent = client.post(path, body, content_type="application/x-www-form-urlencoded")
    if sent.status_code != 302:
        raise VisitError(f"{path}: {sent.status_code} instead of 302\n{sent.content[:3000].decode()}")
    return counted(fetching), counted(sending)
