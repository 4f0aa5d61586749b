"""Who is on duty next is asked to confirm, and the managers are warned if nobody has by then."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.alerts.models import ContactStep, DutyConfirmation
from aftercare.alerts.on_call.duties import Duty, ask_at, duties_ahead
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.on_call.telling import clock_on, said, tell
from aftercare.logs.isolation import isolated
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import Clinic, StaffMember, User
from aftercare.triage import Level

logger = logging.getLogger(__name__)

ASKED, WARNED = "duty_asked", "duty_not_confirmed"


def follow_rota(now: datetime) -> int:
    """Ask whose duty begins soon, and warn of duties that began unconfirmed; return the number of both.

    A clinic whose steps do not use the rota asks nobody: there somebody is always told.
    """
    uses_rota = ContactStep.objects.filter(clinic=OuterRef("pk"), on_duty=True)
    done = 0
    for roster in Roster.of_all(Clinic.objects.filter(Exists(uses_rota)).order_by("pk"), now).values():
        clinic = roster.clinic
        with isolated(logger, "the rota of clinic %s could not be followed", clinic.pk):
            done += sum(ask(duty, clinic, now) for duty in duties_ahead(roster, now))
            done += warn(clinic, roster, now)
    return done


@transaction.atomic
def ask(duty: Duty, clinic: Clinic, now: datetime) -> bool:
    """Ask a person to confirm a duty, once, when it is time."""
    if now < ask_at(duty.starts_at, clinic.zone):
        return False
    asked, is_new = DutyConfirmation.objects.get_or_create(
        member=duty.member,
        starts_at=duty.starts_at,
        defaults={"clinic": clinic, "ends_at": duty.ends_at, "asked_at": now},
    )
    if is_new:
        tell(
            [duty.member],
            kind=ASKED,
            subject=asked.pk,
            clinic=clinic,
            now=now,
            expires_at=duty.starts_at,
        )
    elif asked.ends_at != duty.ends_at:
        DutyConfirmation.objects.filter(pk=asked.pk).update(ends_at=duty.ends_at)
    return is_new


@transaction.atomic
def warn(clinic: Clinic, roster: Roster, now: datetime) -> int:
    """Warn the managers of each person who is on and has not confirmed, once.

    Nobody is warned where somebody else has confirmed to be on for all of that time.
    """
    warned = 0
    for one in unconfirmed_now(clinic, roster, now):
        if one.warned_at is not None or is_covered(one):
            continue
        if not DutyConfirmation.objects.filter(pk=one.pk, warned_at=None, confirmed_at=None).update(
            warned_at=now
        ):
            continue
        people = roster.managers(now) or roster.recipients(roster.last_position(now), now)
        tell(
            people,
            kind=WARNED,
            subject=one.pk,
            clinic=clinic,
            now=now,
            expires_at=one.ends_at,
            level=Level.URGENT,
        )
        warned += 1
    return warned


def unconfirmed_now(clinic: Clinic, roster: Roster, now: datetime) -> list[DutyConfirmation]:
    """Return the unconfirmed duties that have begun, of those people who are on duty."""
    on_duty = {member.pk for member in roster.people_on_duty(now)}
    if not on_duty:
        return []
    rows: QuerySet[DutyConfirmation] = clinic.duty_confirmations.filter(
        confirmed_at=None, starts_at__lte=now, ends_at__gt=now, member__in=on_duty
    )
    return list(rows.select_related("member__user"))


def is_covered(one: DutyConfirmation) -> bool:
    """Return True if somebody else has confirmed a duty that lasts for all of this one."""
    others = DutyConfirmation.objects.filter(clinic=one.clinic_id, confirmed_at__isnull=False)
    return others.filter(starts_at__lte=one.starts_at, ends_at__gte=one.ends_at).exclude(pk=one.pk).exists()


def own_duty(member: StaffMember, now: datetime) -> DutyConfirmation | None:
    """Return the member's next duty that waits to be confirmed; None if there is none."""
    rows = member.duty_confirmations.filter(confirmed_at=None, ends_at__gt=now).select_related("clinic")
    return next((one for one in rows if is_on_duty(one, now)), None)


def is_on_duty(asked: DutyConfirmation, now: datetime) -> bool:
    """Return True if the rota still has the person on when the duty begins, or now if it has begun."""
    at = max(asked.starts_at, now)
    roster = Roster.of(asked.clinic, now)
    return asked.member_id in {member.pk for member in roster.people_on_duty(at)}


def confirm(*, asked: DutyConfirmation, by: User, now: datetime) -> bool:
    """Confirm a duty, before it begins or late; return False if it is over, or was confirmed before."""
    if by.pk != asked.member.user_id:
        raise ValueError("a duty is confirmed by whoever has it")
    rows = DutyConfirmation.objects.filter(pk=asked.pk, confirmed_at=None, ends_at__gt=now)
    return bool(rows.update(confirmed_at=now))


def render_asked(message: Message, now: datetime) -> Content | None:
    """Ask a person to confirm; None if the person has, or somebody else is on by now."""
    asked = load(message)
    if asked.confirmed_at is not None or not is_on_duty(asked, now):
        return None
    short = _("You are on duty from %(start)s.") % {"start": clock_on(asked.starts_at, asked.clinic)}
    return said(short, _("Sign in to confirm it:"), path_of(asked))


def render_warned(message: Message, now: datetime) -> Content | None:
    """Warn a manager that a duty was not confirmed; None if it is by now, or somebody else is on."""
    asked = load(message)
    if asked.confirmed_at is not None or not is_on_duty(asked, now):
        return None
    clock = date_format(asked.starts_at.astimezone(asked.clinic.zone), pgettext("date format", "H:i"))
    words = {"name": str(asked.member.user), "start": clock}
    short = _("%(name)s is on duty since %(start)s and has not confirmed it.") % words
    return said(short, _("Sign in to call, or to put somebody else on duty:"), "/clinic/contacts/")


def load(message: Message) -> DutyConfirmation:
    """Return the duty that a message is about."""
    return DutyConfirmation.objects.select_related("clinic", "member__user").get(pk=message.subject)


def path_of(asked: DutyConfirmation) -> str:
    """Return the path of the page on which a duty is confirmed."""
    return f"/clinic/on-call/duties/{asked.pk}/"
