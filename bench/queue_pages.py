"""Whose pages `bench/queue.py` opens in a database that was just filled, and how many queries they take."""

from __future__ import annotations

import json
from typing import Any

import django


def pages() -> dict[str, Any]:
    """A nurse of the clinic with the most open alerts, and its patient with the longest history of check-ins."""
    from django.db import connection
    from django.db.models import Count, Q
    from django.test.utils import CaptureQueriesContext

    from aftercare.alerts.models import Alert
    from aftercare.checkins.follow_up.non_response import non_responders
    from aftercare.checkins.models import CheckIn
    from aftercare.people.models import Clinic, StaffMember
    from bench.queries import counted
    from bench.sessions import signed_in

    with connection.cursor() as cursor:
        # A database in use has statistics; one that was filled a moment ago has none yet.
        cursor.execute("VACUUM ANALYZE")
    waiting = Count("alerts", filter=~Q(alerts__status=Alert.Status.CLOSED))
    clinic = Clinic.objects.annotate(waiting=waiting).order_by("-waiting", "pk")[0]
    nurse = StaffMember.objects.filter(clinic=clinic, role=StaffMember.Role.NURSE).select_related("user")[0]
    flagged = clinic.patients.filter(alerts__status=Alert.Status.NEW).distinct()
    patient: Any = flagged.annotate(reports=Count("check_ins")).order_by("-reports", "pk")[0]
    (session,) = signed_in([nurse.user])
    client = visitor(session)
    paths = {"queue": "/clinic/", "patient": f"/clinic/patients/{patient.pk}/"}
    queries = {}
    for name, path in paths.items():
        client.get(path)  # what a process looks up once
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        queries[f"queries_{name}"] = len(counted(captured))
    tag = client.get("/clinic/queue/").headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        response = client.get("/clinic/queue/", headers={"If-None-Match": tag})
    assert response.status_code == 304, f"the poll: {response.status_code}"
    return {
        **queries,
        "queries_poll": len(counted(captured)),
        "session": session,
        "patient": paths["patient"],
        "check_ins": CheckIn.objects.count(),
        "alerts": Alert.objects.count(),
        "open_alerts_of_the_clinic": clinic.waiting,
        "silent_patients_of_the_clinic": non_responders([clinic.pk]).count(),
        "check_ins_of_the_patient": patient.reports,
    }


def visitor(session: str) -> Any:
    """A browser in which the nurse is signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


if __name__ == "__main__":
    django.setup()
    print(json.dumps(pages()))
