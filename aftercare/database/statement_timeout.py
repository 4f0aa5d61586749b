"""Time limit of the web process's database statements.

PostgreSQL takes the limit as an option of the connection, so that it costs no query. Migrations, commands,
worker and beat do not ask for it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, connections

QUERY_CANCELED = "57014"  # SQLSTATE


def limit_statements() -> None:
    """Let PostgreSQL cancel a statement of this process after `STATEMENT_TIMEOUT_SECONDS`; 0 sets no limit.

    Applies to connections opened later.
    """
    milliseconds = round(settings.STATEMENT_TIMEOUT_SECONDS * 1000)
    if milliseconds and connection.vendor == "postgresql":
        database = connections.settings["default"]
        asked = database["OPTIONS"].get("options", "")
        database["OPTIONS"]["options"] = f"{asked} -c statement_timeout={milliseconds}".strip()


def is_timeout(error: BaseException) -> bool:
    """Return True if a database error is a cancelled statement."""
    return getattr(error.__cause__, "pgcode", None) == QUERY_CANCELED
