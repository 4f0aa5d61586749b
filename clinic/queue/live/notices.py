"""The notices above the queue, as a part of its tag.

They depend on the rota, the outbox and the hour, of which no trigger writes. So they are drawn again for each answer
that shows them, and otherwise once in `LOOKED_AT_EVERY` for all of a clinic with the same role.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from aftercare.kept import Kept
from aftercare.people.models import StaffMember

LOOKED_AT_EVERY = timedelta(seconds=30)
KEPT = 1024  # per process: some 100 bytes without notices, 2 kB with them


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """The notices as drawn at an instant."""

    html: SafeString
    digest: str
    at: datetime


known_notices: Kept[Notices] = Kept(KEPT)


def key_of(member: StaffMember) -> Hashable:
    """Return what the notices depend on beside the instant."""
    return member.clinic_id, member.role, get_language(), timezone.get_current_timezone_name()


def draw_notices(request: HttpRequest, member: StaffMember, now: datetime) -> Notices:
    """Draw the notices for a page that shows them."""
    html = render_to_string("clinic/queue/notices.html", {}, request)
    notices = Notices(html=html, digest=hashlib.sha256(html.encode()).hexdigest(), at=now)
    known_notices.keep(key_of(member), notices)
    return notices


def recent_notices(key: Hashable, now: datetime) -> Notices | None:
    """Return the notices if they were drawn a moment ago."""
    found = known_notices.get(key)
    return found if found and found.at <= now < found.at + LOOKED_AT_EVERY else None
