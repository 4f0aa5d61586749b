"""Actions on contact points: add, prove, test and remove them, and say which is used when."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from aftercare.outbox import database_clock
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.actions.events import record_event
from aftercare.people.contact_points.rules import NEVER_WAIT, own_rules
from aftercare.people.models import ContactPoint, ContactRule, Event, QuietHours, User

LONGEST_NAME = 60  # characters
MOST_POINTS = 10  # of one person
CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
CODE_EVERY = timedelta(minutes=1)  # a next code may be asked for after this long
CODES_A_DAY = 10  # to all points of one person
TEST_LIFE = timedelta(minutes=10)
TESTS_AN_HOUR = 30  # to all points of one person: each SMS costs the clinic money
CODE_KIND, TEST_KIND = "point_code", "point_test"


class AlreadyThereError(ValueError):
    """The person has this point already."""


class TooManyError(ValueError):
    """The person has as many points as one may have, or has asked for too many codes or tests."""


class WrongCodeError(ValueError):
    """The code is not the one that was sent. `tries_left`: how often another may be typed."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class ReachesNobodyError(ValueError):
    """The rules would reach nobody at once for an emergency or urgent alert."""


@transaction.atomic
def add_point(*, user: User, kind: str, address: str, name: str = "", now: datetime) -> ContactPoint:
    """Add a point, which does not count until it is proved. One that was disabled is set up again.

    Raise AlreadyThereError if the person has it, TooManyError if there are too many.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    own = list(user.contact_points.all())
    same = next((one for one in own if one.kind == kind and one.address == address), None)
    if same is not None and same.disabled_at is None:
        raise AlreadyThereError
    if same is not None:
        return set_up_again(point=same)
    if len(own) >= MOST_POINTS:
        raise TooManyError
    point: ContactPoint = user.contact_points.create(kind=kind, address=address, name=name, created_at=now)
    return point


@transaction.atomic
def add_browser(
    *, user: User, subscription: str, name: str, replaces: uuid.UUID | None, now: datetime
) -> ContactPoint:
    """Add a browser that has subscribed to push, in place of one of the user's that was disabled.

    Raise AlreadyThereError if it counts already. One that was never proved is kept, to be sent another push.
    """
    for point in user.contact_points.filter(kind=ContactPoint.Kind.PUSH):
        if point.address == subscription and not (point.verified_at or point.disabled_at):
            return point
        if point.pk == replaces and point.disabled_at and point.address != subscription:
            remove_point(point=point, now=now)
    kind = ContactPoint.Kind.PUSH
    return add_point(user=user, kind=kind, address=subscription, name=name[:LONGEST_NAME], now=now)


def set_up_again(*, point: ContactPoint) -> ContactPoint:
    """Let a point that was disabled be proved anew; no effect on one that counts."""
    disabled = ContactPoint.objects.filter(pk=point.pk, disabled_at__isnull=False)
    disabled.update(disabled_at=None, disabled_because="", verified_at=None, code_hash="")
    return ContactPoint.objects.get(pk=point.pk)


@transaction.atomic
def send_code(*, point: ContactPoint, now: datetime) -> None:
    """Send a new code to a point; raise TooManyError if one was sent a minute ago, or many today."""
    User.objects.select_for_update(no_key=True).get(pk=point.user_id)
    current = ContactPoint.objects.get(pk=point.pk)
    sent = Message.objects.filter(
        recipient=point.user_id, kind=CODE_KIND, created_at__gt=now - timedelta(days=1)
    )
    if (current.code_sent_at and current.code_sent_at > now - CODE_EVERY) or sent.count() >= CODES_A_DAY:
        raise TooManyError
    current.code_hash, current.code_sent_at, current.code_tries = "", now, 0
    current.save(update_fields=["code_hash", "code_sent_at", "code_tries"])
    write_message(CODE_KIND, current.user_id, current, now, life=CODE_LIFE)


def render_code(message: Message, _now: datetime) -> Content | None:
    """Make the code at the moment of sending, so that it is stored nowhere; a retry sends a new one."""
    assert message.point is not None
    point = ContactPoint.objects.filter(pk=message.point, verified_at=None).first()
    if point is None:
        return None
    code = "".join(secrets.choice("0123456789") for _digit in range(CODE_DIGITS))
    ContactPoint.objects.filter(pk=point.pk).update(code_hash=hash_of(code))
    said = _("%(code)s is your code to confirm this way of reaching you.") % {"code": code}
    body = _("Type it where you asked for it. If you did not ask, please ignore this message.")
    path = ""
    if point.kind == ContactPoint.Kind.PUSH:
        said = _("Tap here to confirm that this browser takes messages.")
        pages = "accounts/ways" if point.agreed_at else "clinic/contact-points"
        path = f"/{pages}/tap/{code}/{point.pk}/"
    subject = _("Your code: %(code)s") % {"code": code}
    spoken = _("Your code is: %(digits)s.") % {"digits": ", ".join(code)}
    return Content(subject=subject, body=f"{said}\n\n{body}", short=said, path=path, spoken=spoken)


def hash_of(code: str) -> str:
    """Return the keyed hash of a code."""
    return salted_hmac("aftercare.people.contact_point", code, algorithm="sha256").hexdigest()


def confirm_point(*, point: ContactPoint, code: str, now: datetime) -> None:
    """Verify a point by its code; raise WrongCodeError for another, or one that is too old or tried too often.

    A try is counted in a statement of its own, before the code is compared.
    """
    fresh = ContactPoint.objects.filter(
        pk=point.pk, verified_at=None, code_sent_at__gt=now - CODE_LIFE, code_tries__lt=CODE_TRIES
    )
    if not fresh.exclude(code_hash="").update(code_tries=F("code_tries") + 1):
        raise WrongCodeError(0)
    current = ContactPoint.objects.get(pk=point.pk)
    if not constant_time_compare(hash_of("".join(code.split())), current.code_hash):
        raise WrongCodeError(CODE_TRIES - current.code_tries)
    mark_verified(point=point, now=now)


@transaction.atomic
def mark_verified(*, point: ContactPoint, now: datetime) -> None:
    """Let a point count: its owner has proved it."""
    found = ContactPoint.objects.filter(pk=point.pk, verified_at=None)
    if found.update(verified_at=now, code_hash="", code_tries=0):
        record_change(point.user, now, point=point.pk, change="verified", kind=point.kind)


@transaction.atomic
def test_point(*, user: User, point: ContactPoint | None, now: datetime) -> None:
    """Send a test to a point, or without one to the mailbox of the account; raise TooManyError after many."""
    lately = Message.objects.filter(recipient=user, kind=TEST_KIND, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= TESTS_AN_HOUR:
        raise TooManyError
    write_message(TEST_KIND, user.pk, point, now, life=TEST_LIFE)


def render_test(_message: Message, _now: datetime) -> Content:
    """Return the text of a test."""
    said = _("This is a test. Nobody is waiting.")
    body = _("Messages about check-ins that need a person arrive like this one.")
    return Content(subject=_("A test of how you are reached"), body=f"{said}\n\n{body}", short=said)


def write_message(
    kind: str, user_id: int, point: ContactPoint | None, now: datetime, *, life: timedelta
) -> None:
    """Write a message to one point, first in line."""
    Message.objects.create(
        kind=kind,
        subject=uuid.uuid4(),
        recipient_id=user_id,
        channel=point.kind if point else Message.Channel.EMAIL,
        point=point.pk if point else None,
        priority=Message.Priority.NOW,
        created_at=now,
        next_attempt_at=database_clock.not_ahead(now),
        expires_at=now + life,
    )
    nudge_after_commit()


@transaction.atomic
def remove_point(*, point: ContactPoint, now: datetime) -> None:
    """Remove a point. What the rules cannot send to it any more goes by e-mail."""
    record_change(point.user, now, point=point.pk, change="removed", kind=point.kind)
    point.delete()


def record_change(user: User, now: datetime, *, point: uuid.UUID | None = None, **data: str) -> None:
    """Record that somebody changed how they are reached."""
    record_event(verb=Event.Verb.CHANGED_REACH, actor=user, now=now, subject=point, data=dict(data))


@transaction.atomic
def set_rules(*, user: User, level: str, minutes: Mapping[str, int], now: datetime) -> None:
    """Say which kinds are used for a level, and how many minutes after the first.

    Raise ReachesNobodyError if nobody would be reached at once by an emergency or urgent alert.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    own = own_rules([user.pk])[user.pk]
    at_once = [kind for kind, after in minutes.items() if after == 0 and own.is_usable(kind)]
    if not minutes or (level in NEVER_WAIT and not at_once):
        raise ReachesNobodyError
    ContactRule.objects.filter(user=user, level=level).delete()
    ContactRule.objects.bulk_create(
        ContactRule(user=user, level=level, kind=kind, after_min=after) for kind, after in minutes.items()
    )
    record_change(user, now, change="rules", level=level)


@transaction.atomic
def set_quiet_hours(*, user: User, starts: time | None, ends: time | None, now: datetime) -> None:
    """Set the quiet hours, or none."""
    record_change(user, now, change="quiet_hours")
    if starts is None or ends is None:
        QuietHours.objects.filter(user=user).delete()
        return
    QuietHours.objects.update_or_create(user=user, defaults={"starts": starts, "ends": ends})
