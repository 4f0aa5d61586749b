"""Health checks for load balancers and people on call."""

from __future__ import annotations

from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from aftercare.outbox import database_clock, delivery_health

UNAVAILABLE = 503
BROKER_PATIENCE = 0.5  # seconds


@require_GET
def healthz(_request: HttpRequest) -> HttpResponse:
    """Return 200 while the process is up."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(_request: HttpRequest) -> JsonResponse:
    """Return the state of every part; 503 only without a database, since check-ins work without the rest."""
    try:
        state = state_of_parts()
    except DatabaseError:
        connection.close()
        down = {"database": "down", "broker": broker(), "worker": "unknown", "beat": "unknown"}
        return JsonResponse(
            {**down, "oldest_due_seconds": None, "degraded": ["database"]}, status=UNAVAILABLE
        )
    return JsonResponse(state)


def state_of_parts() -> dict[str, Any]:
    """Return the state of every part; raise DatabaseError without a database."""
    state = delivery_health.state(database_clock.now())
    reachable = broker()
    parts = {"database": "ok", "broker": reachable}
    parts |= {part: "down" if part in state.silent else "ok" for part in delivery_health.PARTS}
    degraded = [*(["broker"] if reachable != "ok" else []), *state.degraded]
    overdue = {name: round(wait.total_seconds(), 1) for name, wait in state.late_work.items()}
    return {
        **parts,
        "oldest_due_seconds": round(state.oldest_due_seconds, 1),
        "dead_workers": list(state.dead_workers),
        "overdue_seconds": overdue,
        "faults": dict(state.faults),
        "degraded": degraded,
    }


def broker() -> str:
    """Return "ok" if Redis or Valkey answers within half a second."""
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_connect_timeout=BROKER_PATIENCE, socket_timeout=BROKER_PATIENCE
    )
    try:
        client.ping()
    except redis.RedisError:
        return "down"
    finally:
        client.close()
    return "ok"
