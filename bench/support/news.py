"""What is written while queues are open: heartbeats of worker and beat, and changes of alerts."""

from __future__ import annotations

import threading
from contextlib import closing
from itertools import cycle
from types import TracebackType
from typing import Self

import psycopg2  # type: ignore[import-untyped]

CHANGES_A_MINUTE = 1.0  # of each clinic: somebody reports, takes an alert on, calls or closes
BEAT_EVERY = 5.0  # seconds
OPEN_ALERTS = (
    "SELECT min(id::text) FROM alerts_alert WHERE status <> 'closed' GROUP BY clinic_id ORDER BY clinic_id"
)
CHANGE = "UPDATE alerts_alert SET escalations = escalations + 1 WHERE id = %s::uuid"
BEAT = """
INSERT INTO outbox_heartbeat (name, at) VALUES ('worker', now()), ('beat', now())
ON CONFLICT (name) DO UPDATE SET at = now()
"""


class News:
    """Writes in the background of a block. `changes`: how many alerts were changed so far."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.changes = 0
        self.over = threading.Event()
        self.threads = [threading.Thread(target=act, daemon=True) for act in (self.beat, self.change)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def beat(self) -> None:
        with closing(psycopg2.connect(self.database)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            while not self.over.is_set():
                cursor.execute(BEAT)
                self.over.wait(BEAT_EVERY)

    def change(self) -> None:
        """Change an open alert of each clinic, the changes spread over the minute."""
        with closing(psycopg2.connect(self.database)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(OPEN_ALERTS)
            alerts = cursor.fetchall()
            for alert in cycle(alerts):
                if self.over.wait(60 / CHANGES_A_MINUTE / len(alerts)):
                    return
                cursor.execute(CHANGE, alert)
                self.changes += 1
