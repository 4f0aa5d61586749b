"""The pages that `bench/queue.py` opens in a freshly filled database, and their numbers of queries."""

from __future__ import annotations

import json
from itertools import cycle, islice
from typing import Any

import django

SCREENS = 1000  # sessions of the staff of all clinics, each of which has the queue open


def pages() -> dict[str, Any]:
    """Return session and paths of a nurse of the clinic with the most open alerts, and the numbers of queries.

    The patient is the flagged one with the most check-ins.
    """
    from django.db import connection
    from django.db.models import Count, Q

    from aftercare.alerts.models import Alert
    from aftercare.people.models import Clinic, StaffMember
    from bench.support.sessions import signed_in

    with connection.cursor() as cursor:
        # A freshly filled database has no statistics yet.
        cursor.execute("VACUUM ANALYZE")
    waiting = Count("alerts", filter=~Q(alerts__status=Alert.Status.CLOSED))
    clinic = Clinic.objects.annotate(waiting=waiting).order_by("-waiting", "pk")[0]
    nurse = StaffMember.objects.filter(clinic=clinic, role=StaffMember.Role.NURSE).select_related("user")[0]
    flagged = clinic.patients.filter(alerts__status=Alert.Status.NEW).distinct()
    patient: Any = flagged.annotate(reports=Count("check_ins")).order_by("-reports", "pk")[0]
    (session,) = signed_in([nurse.user])
    staff = StaffMember.objects.active().select_related("user").order_by("pk")
    users = [member.user for member in staff]
    screens = signed_in(islice(cycle(users), SCREENS))
    path = f"/clinic/patients/{patient.pk}/"
    return {
        **queries_of(visitor(session), {"queue": "/clinic/", "patient": path}),
        "session": session,
        "screens": screens,
        "patient": path,
        **sizes_of(clinic.pk),
        "open_alerts_of_the_clinic": clinic.waiting,
        "check_ins_of_the_patient": patient.reports,
    }


def queries_of(client: Any, paths: dict[str, str]) -> dict[str, int]:
    """Return the number of queries of each page, and of a poll of an unchanged queue."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.support.queries import counted

    queries = {}
    for name, path in paths.items():
        client.get(path)  # warm-up: lookups made once per process
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        queries[f"queries_{name}"] = len(counted(captured))
    tag = client.get("/clinic/queue/").headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        response = client.get("/clinic/queue/", headers={"If-None-Match": tag})
    assert response.status_code == 304, f"the poll: {response.status_code}"
    return {**queries, "queries_poll": len(counted(captured))}


def sizes_of(clinic_id: int) -> dict[str, int]:
    """Return the size of the database, and the number of silent patients of the clinic."""
    from aftercare.alerts.models import Alert
    from aftercare.checkins.follow_up.non_response import non_responders
    from aftercare.checkins.models import CheckIn

    return {
        "check_ins": CheckIn.objects.count(),
        "alerts": Alert.objects.count(),
        "silent_patients_of_the_clinic": non_responders([clinic_id]).count(),
    }


def visitor(session: str) -> Any:
    """Return a test client with the session."""
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


if __name__ == "__main__":
    django.setup()
    print(json.dumps(pages()))
