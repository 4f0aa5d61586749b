"""Deletion of sessions that have run out, and of what is listed of sessions that are gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

AT_ONCE = 1000  # rows of each table in one run
# A row is written a moment before its session is: a younger one is left alone.
YOUNGEST = timedelta(hours=1)


def purge_sessions(now: datetime) -> int:
    """Delete up to `AT_ONCE` sessions that have run out, and as many rows about ended ones; return how many."""
    over = Session.objects.filter(expire_date__lt=now).order_by("expire_date")
    run_out: int
    ended: int
    run_out, _ = Session.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:AT_ONCE])).delete()
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    gone = UserSession.objects.filter(~Exists(there), last_seen_at__lt=now - YOUNGEST).order_by("pk")
    ended, _ = UserSession.objects.filter(pk__in=list(gone.values_list("pk", flat=True)[:AT_ONCE])).delete()
    return run_out + ended
