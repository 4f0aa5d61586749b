"""Recipients of a dispatch, resolved when its messages are created."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from aftercare.alerts.dispatching.undelivered import undeliverable_users
from aftercare.alerts.models import Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import StaffMember

Find = Callable[[Dispatch, Roster, datetime], list[StaffMember]]


def recipients_of(dispatch: Dispatch, roster: Roster, now: datetime) -> list[int]:
    """Return the ids of the users to notify, without duplicates; may be empty."""
    find = FINDERS.get(Dispatch.Reason(dispatch.reason), contact_step)
    return list(dict.fromkeys(member.user_id for member in find(dispatch, roster, now)))


def contact_step(dispatch: Dispatch, roster: Roster, now: datetime) -> list[StaffMember]:
    """The dispatch's contact step."""
    return roster.recipients(dispatch.step, now)


def with_owners_on_duty(dispatch: Dispatch, roster: Roster, now: datetime) -> list[StaffMember]:
    """The contact step, and owners who are on duty."""
    return [*roster.recipients(dispatch.step, now), *roster.on_duty(owners_of(dispatch), now)]


def with_available_owners(dispatch: Dispatch, roster: Roster, now: datetime) -> list[StaffMember]:
    """The contact step, and owners who are available."""
    return [*roster.recipients(dispatch.step, now), *available(owners_of(dispatch), roster, now)]


def managers(_dispatch: Dispatch, roster: Roster, now: datetime) -> list[StaffMember]:
    """The managers, or the last contact step if there is none."""
    return roster.managers(now) or roster.recipients(roster.last_position(now), now)


def owners_and_managers(dispatch: Dispatch, roster: Roster, now: datetime) -> list[StaffMember]:
    """Available owners, and the managers."""
    return [*available(owners_of(dispatch), roster, now), *managers(dispatch, roster, now)]


def next_accepting_step(dispatch: Dispatch, roster: Roster, now: datetime) -> list[StaffMember]:
    """The first step, from the dispatch's on, with a member whose mails are not refused; else anybody such."""
    refused = undeliverable_users(dispatch)
    positions = range(dispatch.step, roster.last_position(now) + 1)
    groups = [*(roster.recipients(position, now) for position in positions), roster.everybody]
    for group in groups:
        if taken := [member for member in group if member.user_id not in refused]:
            return taken
    return []


def owners_of(dispatch: Dispatch) -> set[int | None]:
    """Return the user ids of the owners of a dispatch's alerts."""
    return {alert.owner_id for alert in dispatch.alerts.all() if alert.owner_id}


def available(user_ids: Iterable[int | None], roster: Roster, now: datetime) -> list[StaffMember]:
    """Return the members among these users who work at the clinic and are not away."""
    wanted = set(user_ids)
    return [member for member in roster.everybody if member.user_id in wanted and member.is_reachable(now)]


# Finders by reason; the default is the contact step.
FINDERS: dict[Dispatch.Reason, Find] = {
    Dispatch.Reason.OPENED: with_owners_on_duty,
    Dispatch.Reason.FORGOTTEN: with_available_owners,
    Dispatch.Reason.WRONG_NUMBER: with_available_owners,
    Dispatch.Reason.NOT_REACHED: managers,
    Dispatch.Reason.LEFT_OPEN: owners_and_managers,
    Dispatch.Reason.UNDELIVERED: next_accepting_step,
}
