"""The auditor too slow: it broke elsewhere when the history had grown. Here it reads what is open, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from aftercare.alerts.actions.closing import close
from aftercare.alerts.models import Alert, Dispatch
from aftercare.checkins.follow_up.auditing import audit
from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, StaffMember
from tests.factories import alert_of, at, someone

COPIES = 3000
OPEN = 5
# Rows that a statement may look at for each open alert: itself, its dispatches and messages, its patient's alerts.
FOR_EACH = 8
# With the links between dispatches and alerts: in a table of six rows PostgreSQL would read them all for each alert.
HISTORY = (CheckIn, Assessment, Finding, Alert, Dispatch, Message, Dispatch.alerts.through)


def copy_history() -> None:
    """Add copies of all rows of the history, with ids of their own, none of them open, and older by a month.

    Links between them are not needed: what counts is that no statement reads these rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
        for model in HISTORY:
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} SELECT (jsonb_populate_record(one, to_jsonb(one) || {changes_of(model)})).*"
                f" FROM {table} one, generate_series(1, {COPIES}) AS copy(nth)"
                f" WHERE one.id = (SELECT id FROM {table} LIMIT 1)"
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
        for model in HISTORY:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def changes_of(model: type[Any]) -> str:
    """Return the SQL of the columns that differ in each copy."""
    names = {field.column for field in model._meta.fields}
    changes = {"id": "gen_random_uuid()"}
    changes |= {name: "gen_random_uuid()" for name in ("event", "subject", "token", "rule") if name in names}
    if model is Dispatch.alerts.through:
        changes = {"id": "nth + 10000", "dispatch_id": "gen_random_uuid()", "alert_id": "gen_random_uuid()"}
    if "confirm_by" in names:
        changes["confirm_by"] = "one.confirm_by - interval '30 days'"
    if "number" in names:
        changes["number"] = "nth + 10000"
    if model in (Assessment, Finding):
        changes |= {
            name: "gen_random_uuid()"
            for name in ("check_in_id", "caused_by_id", "assessment_id")
            if name in names
        }
    pairs = ", ".join(f"'{name}', {value}" for name, value in changes.items())
    return f"jsonb_build_object({pairs})"


def rows_read(act: Callable[[], object]) -> list[tuple[int, str]]:
    """Return how many rows of tables each SELECT of a call looks at, and the statement."""
    read: list[tuple[int, str]] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "FOR UPDATE" not in sql:
            with connection.connection.cursor() as raw:
                raw.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                read.append((sum(scanned(raw.fetchone()[0][0]["Plan"])), sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        act()
    return read


def scanned(plan: dict[str, Any]) -> Iterator[int]:
    """Yield the rows that each scan of a plan looks at."""
    if "Relation Name" in plan:
        seen = (
            plan["Actual Rows"]
            + plan.get("Rows Removed by Filter", 0)
            + plan.get("Rows Removed by Index Recheck", 0)
        )
        yield round(seen * plan["Actual Loops"])
    for part in plan.get("Plans", []):
        yield from scanned(part)


@pytest.mark.django_db
def test_the_auditor_too_slow(patient: Patient, procedure: object, nurse: StaffMember) -> None:
    if connection.vendor != "postgresql":
        # SQLite is for demonstrations, and explains in other words.
        return
    closed = alert_of(patient, 1, signs=["pus"])
    sweep(lambda: at(1))
    close(alert=closed, by=nurse.user, now=at(1.1), outcome="advice_given", note="Seen.")
    copy_history()
    for number in range(OPEN):
        alert_of(someone(patient, f"Patient {number}"), 2, signs=["pus"])
    sweep(lambda: at(2))
    assert Alert.objects.count() == CheckIn.objects.count() == COPIES + 1 + OPEN

    read = rows_read(lambda: audit(at(2.1)))

    tables = [(rows, sql) for rows, sql in read if any(model._meta.db_table in sql for model in HISTORY)]
    assert len(tables) >= 3
    assert [(rows, sql) for rows, sql in tables if rows > OPEN * FOR_EACH] == []
