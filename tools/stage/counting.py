"""Reconciliation of the database with the messages received, independent of the portal's code."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from uuid import UUID

import psycopg2  # type: ignore[import-untyped]

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Expected (dispatch, user, channel): all staff of the clinic, because none of these clinics has contact steps. Whoever
# has a telephone or a browser uses each at once.
EXPECTED = """
    SELECT dispatch.id, staff.user_id, way.channel FROM alerts_dispatch dispatch
    JOIN people_staffmember staff ON staff.clinic_id = dispatch.clinic_id AND staff.is_active
    JOIN LATERAL (
        SELECT 'email' AS channel UNION SELECT kind FROM people_contactpoint WHERE user_id = staff.user_id
    ) way ON true
    WHERE dispatch.reason = 'opened'
"""
ROWS = """
    SELECT id, subject, recipient_id, channel, state, deaths FROM outbox_message WHERE kind = 'alert_dispatch'
"""

UNFINISHED = ("pending", "sending", "retrying")


@dataclass(frozen=True, kw_only=True)
class Count:
    """Expected and received notifications of one channel. `duplicates_without_death`: of what no worker died over."""

    expected: int
    arrived: int
    duplicates: int
    duplicates_without_death: int
    lost: list[str]
    unfinished: int


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What was expected and received, by channel. `missing`: check-ins and dispatches that are not there, in words."""

    check_ins: int
    missing: list[str]
    channels: dict[str, Count]

    @property
    def lost(self) -> list[str]:
        """Missing check-ins, dispatches and messages, in words."""
        return [*self.missing, *(line for count in self.channels.values() for line in count.lost)]

    @property
    def expected(self) -> int:
        return sum(count.expected for count in self.channels.values())

    @property
    def arrived(self) -> int:
        return sum(count.arrived for count in self.channels.values())

    @property
    def duplicates(self) -> int:
        return sum(count.duplicates for count in self.channels.values())

    @property
    def duplicates_without_death(self) -> int:
        return sum(count.duplicates_without_death for count in self.channels.values())

    @property
    def unfinished(self) -> int:
        return sum(count.unfinished for count in self.channels.values())


@dataclass(frozen=True, kw_only=True)
class Row:
    """A message of a dispatch to a user by a channel."""

    id: str
    target: tuple[str, str, str]
    state: str
    deaths: int

    @property
    def channel(self) -> str:
        return self.target[2]


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
    """Compare the accepted check-ins, the tables, and the ids of the messages received."""
    stored = {str(row[0]) for row in ask(url, "SELECT id FROM checkins_checkin")}
    told = {str(row[0]) for row in ask(url, "SELECT event FROM alerts_dispatch WHERE reason = 'opened'")}
    rows = [
        Row(
            id=str(pk),
            target=(str(subject), str(user), str(channel)),
            state=str(state),
            deaths=int(str(deaths)),
        )
        for pk, subject, user, channel, state, deaths in ask(url, ROWS)
    ]
    targets = [(str(dispatch), str(user), str(channel)) for dispatch, user, channel in ask(url, EXPECTED)]
    accepted = list(accepted)
    missing = [f"check-in {each} is not stored" for each in accepted if str(each) not in stored]
    missing += [f"of check-in {each} nobody is told" for each in flagged if str(each) not in told]
    names = dict.fromkeys(["email", *(target[2] for target in targets)])
    channels = {
        name: count_of(
            [t for t in targets if t[2] == name], [row for row in rows if row.channel == name], came
        )
        for name in names
    }
    return Reconciliation(check_ins=len(accepted), missing=missing, channels=channels)


def count_of(targets: list[tuple[str, str, str]], rows: list[Row], came: Counter[str]) -> Count:
    """Compare what was expected on one channel with what came."""
    by_target: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        by_target.setdefault(row.target, []).append(row)
    arrived = {row.target for row in rows if row.id in came}
    lost = [
        f"dispatch {dispatch} was not told to {user} by {channel}: {by_target.get((dispatch, user, channel))}"
        for dispatch, user, channel in set(targets) - arrived
    ]
    lost += [
        f"message {row.id} is said to be sent" for row in rows if row.state == "sent" and row.id not in came
    ]
    repeats = {row.id: came[row.id] - 1 for row in rows if came[row.id] > 1}
    return Count(
        expected=len(targets),
        arrived=len(arrived & set(targets)),
        duplicates=sum(repeats.values()),
        duplicates_without_death=sum(repeats[row.id] for row in rows if row.id in repeats and not row.deaths),
        lost=lost,
        unfinished=sum(row.state in UNFINISHED for row in rows),
    )
