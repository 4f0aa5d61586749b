"""Reconciliation of the database with the mails received, independent of the portal's code."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from uuid import UUID

import psycopg2  # type: ignore[import-untyped]

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Expected (dispatch, user) pairs: all staff of the clinic, because none of these clinics has contact steps.
EXPECTED = """
    SELECT dispatch.id, staff.user_id FROM alerts_dispatch dispatch
    JOIN people_staffmember staff ON staff.clinic_id = dispatch.clinic_id AND staff.is_active
    WHERE dispatch.reason = 'opened'
"""
ROWS = "SELECT id, subject, recipient_id, state FROM outbox_message WHERE kind = 'alert_dispatch'"

UNFINISHED = ("pending", "sending", "retrying")


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Expected and received notifications. `lost`: missing check-ins, dispatches and messages, in words."""

    check_ins: int
    expected: int
    arrived: int
    duplicates: int
    lost: list[str]
    unfinished: int


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query, over a connection of its own."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]
    finally:
        connection.close()


def ids_in(mails: Iterable[Message]) -> Counter[str]:
    """Count the message ids in the mails' headers."""
    return Counter(found for mail in mails for found in ID.findall(str(mail["X-Aftercare-Message"])))


def reconcile(
    url: str, accepted: Iterable[UUID], flagged: Iterable[UUID], came: Counter[str]
) -> Reconciliation:
    """Compare the accepted check-ins, the tables, and the message ids received by mail."""
    stored = {str(row[0]) for row in ask(url, "SELECT id FROM checkins_checkin")}
    told = {str(row[0]) for row in ask(url, "SELECT event FROM alerts_dispatch WHERE reason = 'opened'")}
    rows: dict[tuple[str, object], list[tuple[str, object]]] = {}
    for pk, subject, user, state in ask(url, ROWS):
        rows.setdefault((str(subject), user), []).append((str(pk), state))
    pairs = [(str(dispatch), user) for dispatch, user in ask(url, EXPECTED)]
    arrived = [pair for pair in pairs if any(pk in came for pk, _state in rows.get(pair, []))]
    accepted = list(accepted)
    lost = [f"check-in {each} is not stored" for each in accepted if str(each) not in stored]
    lost += [f"of check-in {each} nobody is told" for each in flagged if str(each) not in told]
    for pair in set(pairs) - set(arrived):
        lost.append(f"dispatch {pair[0]} was not told to {pair[1]}: {rows.get(pair, 'no message')}")
    for row in rows.values():
        lost += [
            f"message {pk} is said to be sent" for pk, state in row if state == "sent" and pk not in came
        ]
    return Reconciliation(
        check_ins=len(accepted),
        expected=len(pairs),
        arrived=len(arrived),
        duplicates=sum(count - 1 for count in came.values()),
        lost=lost,
        unfinished=sum(state in UNFINISHED for row in rows.values() for _pk, state in row),
    )
