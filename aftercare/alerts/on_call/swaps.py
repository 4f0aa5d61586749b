"""Swaps: a staff member asks colleagues to take a shift, and whoever accepts first has it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.alerts.models import Swap
from aftercare.alerts.on_call.overrides import is_away_within
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.on_call.telling import said, span_of, tell
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.actions.rota import note_change
from aftercare.people.models import Clinic, Shift, StaffMember

ASKED, ANSWERED, TAKEN = "swap_asked", "swap_answered", "swap_taken"
WORTH_TELLING = timedelta(days=1)
State = Swap.State


class SwapError(ValueError):
    """The shift cannot be swapped so. `code` says why; `member`: whom it is about."""

    def __init__(self, code: str, member: StaffMember | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.member = member


@transaction.atomic
def ask_swap(
    *,
    shift: Shift,
    by: StaffMember,
    colleagues: Collection[StaffMember],
    in_return: Shift | None,
    now: datetime,
) -> list[Swap]:
    """Ask colleagues to take a shift of one's own, with one of a single colleague in return or without.

    Raise SwapError if that cannot be.
    """
    clinic: Clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    shift = Shift.objects.get(pk=shift.pk)
    require_offered(shift, by, now)
    for colleague in colleagues:
        require_can_take(colleague, shift, giving=in_return)
    if in_return is not None:
        in_return = Shift.objects.get(pk=in_return.pk)
        require_returned(in_return, shift, colleagues, now)
        require_can_take(by, in_return, giving=shift)
    known = set(Swap.objects.waiting(now).filter(shift=shift).values_list("asked_id", flat=True))
    made = [make_swap(shift, by, one, in_return, now, clinic) for one in colleagues if one.pk not in known]
    if made:
        note_change(clinic=clinic, by=by.user, now=now, what="swap_asked")
    return made


def require_offered(shift: Shift, by: StaffMember, now: datetime) -> None:
    """Raise SwapError unless the shift is one's own and has not begun."""
    if shift.member_id != by.pk:
        raise SwapError("not_own")
    if shift.starts_at <= now:
        raise SwapError("begun")


def require_returned(
    in_return: Shift, shift: Shift, colleagues: Collection[StaffMember], now: datetime
) -> None:
    """Raise SwapError unless the shift in return is that of the one colleague, to come, and at other hours."""
    is_same_time = (in_return.starts_at, in_return.ends_at) == (shift.starts_at, shift.ends_at)
    is_theirs = [in_return.member_id] == [one.pk for one in colleagues]
    if not is_theirs or is_same_time or in_return.starts_at <= now:
        raise SwapError("return")


def require_can_take(member: StaffMember, shift: Shift, *, giving: Shift | None) -> None:
    """Raise SwapError unless the member works here, is not away, and has no other place at these hours."""
    if not (member.is_active and member.user.is_active):
        raise SwapError("gone", member)
    if is_away_within(member, shift.starts_at, shift.ends_at):
        raise SwapError("away", member)
    places = Shift.objects.filter(member=member, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at)
    if places.exclude(pk__in=[giving.pk] if giving else []).exists():
        raise SwapError("busy", member)


def make_swap(
    shift: Shift,
    by: StaffMember,
    colleague: StaffMember,
    in_return: Shift | None,
    now: datetime,
    clinic: Clinic,
) -> Swap:
    """Store a request to one colleague, and tell that colleague."""
    begins = [one.starts_at for one in (shift, in_return) if one is not None]
    swap: Swap = Swap.objects.create(
        clinic=clinic,
        shift=shift,
        in_return=in_return,
        asked_by=by,
        asked=colleague,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        return_starts_at=in_return.starts_at if in_return else None,
        return_ends_at=in_return.ends_at if in_return else None,
        asked_at=now,
        expires_at=min(begins),
    )
    tell([colleague], kind=ASKED, subject=swap.pk, clinic=clinic, now=now, expires_at=swap.expires_at)
    return swap


@transaction.atomic
def accept_swap(*, swap: Swap, by: StaffMember, now: datetime) -> None:
    """Take the shift, and give the one in return. Whoever else was asked is told that it is taken.

    Raise SwapError if the request is not waiting any more, or the shifts have changed hands.
    """
    clinic = Clinic.objects.select_for_update().get(pk=swap.clinic_id)
    current = waiting_swap(swap, now)
    if current.asked_id != by.pk:
        raise SwapError("not_asked")
    shift, in_return = current.shift, current.in_return
    if shift is None or shift.member_id != current.asked_by_id:
        raise SwapError("changed")
    if current.return_starts_at and (in_return is None or in_return.member_id != by.pk):
        raise SwapError("changed")
    require_can_take(by, shift, giving=in_return)
    if in_return is not None:
        require_can_take(current.asked_by, in_return, giving=shift)
        Shift.objects.filter(pk=in_return.pk).update(member=current.asked_by)
    Shift.objects.filter(pk=shift.pk).update(member=by)
    settle(current, State.ACCEPTED, now)
    others = list(Swap.objects.waiting(now).filter(shift=shift).select_related("asked__user"))
    for other in others:
        settle(other, State.TAKEN, now)
        tell([other.asked], kind=TAKEN, subject=other.pk, clinic=clinic, now=now, expires_at=other.expires_at)
    note_change(clinic=clinic, by=by.user, now=now, what="swap")
    tell_answer(current, now, with_managers=True)


def waiting_swap(swap: Swap, now: datetime) -> Swap:
    """Return the request as it is now; raise SwapError with its state if it cannot be answered any more."""
    current: Swap = Swap.objects.select_related(
        "clinic", "shift", "in_return", "asked_by__user", "asked__user"
    ).get(pk=swap.pk)
    if current.state != State.ASKED:
        raise SwapError(current.state)
    if not current.is_waiting(now):
        raise SwapError("begun")
    return current


def settle(swap: Swap, state: str, now: datetime) -> None:
    """Store how a request ended."""
    swap.state, swap.answered_at = state, now
    swap.save(update_fields=["state", "answered_at"])


@transaction.atomic
def decline_swap(*, swap: Swap, by: StaffMember, now: datetime) -> None:
    """Say no; whoever asked is told, and has the shift. Raise SwapError if it is not waiting any more."""
    Clinic.objects.select_for_update().get(pk=swap.clinic_id)
    current = waiting_swap(swap, now)
    if current.asked_id != by.pk:
        raise SwapError("not_asked")
    settle(current, State.DECLINED, now)
    tell_answer(current, now, with_managers=False)


@transaction.atomic
def withdraw_swap(*, swap: Swap, by: StaffMember, now: datetime) -> None:
    """Take a request back. Raise SwapError if it is not waiting any more."""
    Clinic.objects.select_for_update().get(pk=swap.clinic_id)
    current = waiting_swap(swap, now)
    if current.asked_by_id != by.pk:
        raise SwapError("not_own")
    settle(current, State.WITHDRAWN, now)
    note_change(clinic=current.clinic, by=by.user, now=now, what="swap_withdrawn")


def tell_answer(swap: Swap, now: datetime, *, with_managers: bool) -> None:
    """Tell whoever asked what the answer is, and the managers that the rota has changed."""
    managers = Roster.of(swap.clinic, now).managers(now) if with_managers else []
    people = {one.pk: one for one in [swap.asked_by, *managers] if one.pk != swap.asked_id}
    tell(
        list(people.values()),
        kind=ANSWERED,
        subject=swap.pk,
        clinic=swap.clinic,
        now=now,
        expires_at=max(swap.starts_at, now + WORTH_TELLING),
    )


def render_asked(message: Message, now: datetime) -> Content | None:
    """Ask a colleague to take a shift; None once the request is settled or has expired."""
    swap = load(message)
    if not swap.is_waiting(now):
        return None
    words = words_of(swap)
    if swap.return_starts_at:
        short = _("%(asker)s asks you to swap: take %(span)s, give %(return)s.") % words
    else:
        short = _("%(asker)s asks you to take the shift %(span)s.") % words
    return said(short, _("Sign in to say yes or no:"), path_of(swap))


def render_answered(message: Message, _now: datetime) -> Content | None:
    """Say whether the colleague has taken the shift; None if there is no answer to tell."""
    swap = load(message)
    words = words_of(swap)
    if swap.state == State.DECLINED:
        short = _("%(asked)s cannot take your shift %(span)s. You are still on.") % words
    elif swap.state != State.ACCEPTED:
        return None
    elif message.recipient_id != swap.asked_by.user_id:
        short = _("%(asked)s has taken the shift %(span)s from %(asker)s.") % words
    elif swap.return_starts_at:
        short = _("%(asked)s takes your shift %(span)s. You have %(return)s.") % words
    else:
        short = _("%(asked)s takes your shift %(span)s.") % words
    return said(short, _("Sign in to see the rota:"), path_of(swap))


def render_taken(message: Message, _now: datetime) -> Content:
    """Say that somebody else has taken the shift."""
    swap = load(message)
    short = _("The shift %(span)s is taken. You need do nothing.") % words_of(swap)
    return said(short, _("Sign in to see the rota:"), path_of(swap))


def load(message: Message) -> Swap:
    """Return the request that a message is about."""
    return Swap.objects.select_related("clinic", "asked_by__user", "asked__user").get(pk=message.subject)


def words_of(swap: Swap) -> dict[str, str]:
    """Return who asks whom, and the stretches."""
    given = ""
    if swap.return_starts_at and swap.return_ends_at:
        given = span_of(swap.return_starts_at, swap.return_ends_at, swap.clinic)
    return {
        "asker": str(swap.asked_by.user),
        "asked": str(swap.asked.user),
        "span": span_of(swap.starts_at, swap.ends_at, swap.clinic),
        "return": given,
    }


def path_of(swap: Swap) -> str:
    """Return the path of the page on which a request is answered."""
    return f"/clinic/on-call/swaps/{swap.pk}/"
