"""python -m bench.support.audits PATIENTS

Measures the auditor and the walk of missed check-ins in the database of this process's settings. Prints one JSON
object.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

RUNS = 30
REMOVED = 20  # dispatches that are removed by hand
# Copies of one patient and one procedure, treated at any time within two years.
MANY_USERS = """
    INSERT INTO people_user SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', (SELECT max(id) FROM people_user) + number, 'email', 'many-' || number || '@bench.example'))).*
    FROM people_user one, generate_series(1, %(patients)s) number WHERE one.id = %(user)s
"""
MANY_PATIENTS = """
    INSERT INTO people_patient SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'user_id', many.id, 'search_text', '', 'record_number', ''))).*
    FROM people_patient one, people_user many
    WHERE one.id = %(patient)s AND many.email LIKE 'many-%%@bench.example'
"""
MANY_PROCEDURES = """
    INSERT INTO people_procedure SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'patient_id', many.id, 'performed_at', at, 'recorded_at', at))).*
    FROM people_procedure one,
        (SELECT id, %(now)s::timestamptz - random() * interval '730 days' AS at FROM people_patient
         WHERE user_id IN (SELECT id FROM people_user WHERE email LIKE 'many-%%@bench.example')) many
    WHERE one.id = (SELECT id FROM people_procedure LIMIT 1)
"""


def timed(act: Callable[[], object]) -> tuple[float, object]:
    """Return the milliseconds of a call, and its result."""
    began = time.perf_counter()
    found = act()
    return 1000 * (time.perf_counter() - began), found


def audits(now: datetime) -> dict[str, float]:
    """Measure the auditor where nothing is amiss, and where dispatches are gone."""
    from django.db import connection, transaction

    from aftercare.alerts.following_up.escalation import escalate, follow_up
    from aftercare.alerts.models import Alert, Dispatch
    from aftercare.checkins.follow_up.auditing import audit

    # No worker has run since the demo was loaded.
    escalate(now)
    follow_up(now)
    first = len(audit(now))
    times = sorted(timed(lambda: audit(now))[0] for _run in range(RUNS))
    calm = len(audit(now))
    waiting = Alert.objects.waiting().need_action()
    gone = list(waiting.filter(dispatches__isnull=False).values_list("pk", flat=True).distinct()[:REMOVED])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM alerts_dispatch_alerts WHERE alert_id = ANY(%s)", [gone])
    took, found = timed(lambda: len(audit(now)))
    return {
        "auditor_ms": round(statistics.median(times), 1),
        "auditor_p95_ms": round(times[int(0.95 * RUNS)], 1),
        "found_at_first": first,
        "found_when_calm": calm,
        "removed": len(gone),
        "found_when_removed": int(str(found)),
        "repair_ms": round(took, 1),
        "open_alerts": Alert.objects.open().count(),
        "waiting_alerts": waiting.count(),
        "dispatches": Dispatch.objects.count(),
    }


def walks(now: datetime, patients: int) -> dict[str, float]:
    """Measure the walk of missed check-ins among many patients: the first one, which writes, and a later one."""
    from django.db import connection

    from aftercare.checkins.follow_up.non_response import record_missed_check_ins
    from aftercare.people.models import Patient

    one = Patient.objects.order_by("pk")[0]
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"patients": patients, "user": one.user_id, "patient": one.pk, "now": now}
        for statement in (MANY_USERS, MANY_PATIENTS, MANY_PROCEDURES, "ANALYZE"):
            cursor.execute(statement, values)
    first, added = timed(lambda: record_missed_check_ins(now))
    again = [timed(lambda: record_missed_check_ins(now))[0] for _run in range(3)]
    return {
        "patients": Patient.objects.count(),
        "missed_added": int(str(added)),
        "missed_first_s": round(first / 1000, 2),
        "missed_s": round(statistics.median(again) / 1000, 2),
    }


def main(patients: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from aftercare.checkins.models import CheckIn

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    now = timezone.now()
    found: dict[str, Any] = {"check_ins": CheckIn.objects.count()}
    print(json.dumps(found | audits(now) | walks(now, patients)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
