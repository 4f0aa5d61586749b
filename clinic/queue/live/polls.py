"""Polls of an open queue without news, answered by one query.

Each open page asks every three seconds, and nearly always nothing has changed. The view learns whose poll it was and
for which clinics; the next poll is answered here with 304 where the session, the version and the notices are the same
and the instant in its tag has not come. Everything else goes on to the view, which decides again who may see what. A
304 holds nothing of the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from aftercare.alerts.models.queue_changes import version_from, versions_sql
from aftercare.kept import Kept
from aftercare.people.models import Clinic, StaffMember
from aftercare.people.sessions.limits import SessionTimes
from clinic.queue.live import notices
from clinic.queue.live.etag import known_tag, not_modified, queue_etag, valid_until

PATH = "/clinic/queue/"
KEPT = 4096  # polls per process, of some 1 kB each
UNCHANGED = "SELECT session_data, ({}) FROM django_session WHERE session_key = %s AND expire_date > %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What the view knows of a poll.

    `session`: the session as it is stored; `ends_at`: when it locks by itself; `notices`: the key of what stands above
    the list.
    """

    session: str
    ends_at: datetime
    member: StaffMember
    clinics: tuple[int, ...]
    query: str
    notices: Hashable


known_polls: Kept[Poll] = Kept(KEPT)


def key_of(request: HttpRequest) -> tuple[str | None, str]:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME), request.META.get("QUERY_STRING", "")


def learn(request: HttpRequest, member: StaffMember, clinics: Collection[Clinic], query: str) -> None:
    """Remember a poll that the view has answered, unless its session is about to be stored anew."""
    session, times = request.session, SessionTimes.of(request.session, timezone.now())
    stored = getattr(session, "stored", None)
    if times is None or stored is None or session.modified:
        return
    # Without what else this request has loaded of the member.
    actor = StaffMember(pk=member.pk, user_id=member.user_id, clinic_id=member.clinic_id)
    poll = Poll(
        session=stored,
        ends_at=times.ends_at,
        member=actor,
        clinics=tuple(clinic.pk for clinic in clinics),
        query=query,
        notices=notices.key_of(member),
    )
    known_polls.keep(key_of(request), poll)


class QueuePolls:
    """Answer 304 to a poll that brings no news, before all middleware that concerns pages and their readers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method == "GET":
            poll = known_polls.get(key_of(request))
            if poll is not None and (unchanged := answer(request, poll)):
                return unchanged
        return self.get_response(request)


def answer(request: HttpRequest, poll: Poll) -> HttpResponse | None:
    """Return 304, or None where anything is not as it was."""
    now, tag = timezone.now(), known_tag(request)
    until, above = valid_until(tag), notices.recent_notices(poll.notices, now)
    if until is None or above is None or now >= min(until, poll.ends_at):
        return None
    version = version_if_same_session(request, poll, now)
    if version is None or queue_etag(version, poll.member, poll.query, above.digest, until) != tag:
        return None
    return not_modified(tag, now)


def version_if_same_session(request: HttpRequest, poll: Poll, now: datetime) -> int | None:
    """Return the version of the queue; None if the session has changed or is gone."""
    session_key, _query = key_of(request)
    sql, parameters = versions_sql(poll.clinics)
    instant = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(UNCHANGED.format(sql), [*parameters, session_key, instant])
        found = cursor.fetchone()
    return version_from(found[1]) if found and found[0] == poll.session else None
