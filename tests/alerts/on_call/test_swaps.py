"""A colleague is asked to take a shift: it changes hands when accepted, once, and nothing changes silently."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail

from aftercare.alerts.models import ContactStep, Swap
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.on_call.swaps import SwapError, accept_swap, ask_swap, decline_swap, withdraw_swap
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Shift, StaffMember
from tests.at_once import at_once
from tests.factories import at, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(clinic: Clinic, nurse: StaffMember, manager: StaffMember) -> Shift:
    """The nurse's shift: Monday 18:00 to Tuesday 08:00."""
    ContactStep.objects.create(clinic=clinic, position=0, on_duty=True)
    return Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(8), ends_at=at(22))


@pytest.fixture
def later(clinic: Clinic, clinician: StaffMember) -> Shift:
    """The clinician's shift: Wednesday 18:00 to Thursday 08:00."""
    return Shift.objects.create(clinic=clinic, member=clinician, starts_at=at(56), ends_at=at(70))


def ask(shift: Shift, by: StaffMember, *colleagues: StaffMember, **more: Shift) -> list[Swap]:
    return ask_swap(shift=shift, by=by, colleagues=colleagues, in_return=more.get("in_return"), now=at(0))


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(SwapError) as error:
        act()
    return error.value.code


def subjects() -> dict[str, str]:
    return {one.to[0].split("@")[0]: str(one.subject) for one in mail.outbox}


def on_duty(clinic: Clinic, h: float) -> list[str]:
    return [one.user.first_name for one in Roster.of(clinic, at(h)).people_on_duty(at(h))]


def test_accepted_the_shift_changes_hands_and_both_and_the_manager_are_told(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    [swap] = ask(night, nurse, clinician)
    sweep(lambda: at(0.1))
    assert subjects() == {"tom": "Ruth Test asks you to take the shift Mon 12 Jan, 18:00 to 08:00"}
    assert on_duty(clinic, 9) == ["Ruth"], "nothing has changed yet"

    accept_swap(swap=swap, by=clinician, now=at(1))
    sweep(lambda: at(1.1))

    assert on_duty(clinic, 9) == ["Tom"]
    assert subjects()["ruth"] == "Tom Test takes your shift Mon 12 Jan, 18:00 to 08:00"
    assert subjects()["ann"] == "Tom Test has taken the shift Mon 12 Jan, 18:00 to 08:00 from Ruth Test"
    what = Event.objects.filter(verb="changed_contacts").order_by("pk").values_list("data__what", flat=True)
    assert list(what) == ["swap_asked", "swap"]


def test_with_one_in_return_both_change_hands(
    clinic: Clinic, night: Shift, later: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    [swap] = ask(night, nurse, clinician, in_return=later)
    accept_swap(swap=swap, by=clinician, now=at(1))

    assert (on_duty(clinic, 9), on_duty(clinic, 57)) == (["Tom"], ["Ruth"])


def test_declined_or_withdrawn_nothing_changes(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    [swap] = ask(night, nurse, clinician)
    decline_swap(swap=swap, by=clinician, now=at(1))
    sweep(lambda: at(1.1))
    assert (
        subjects()["ruth"] == "Tom Test cannot take your shift Mon 12 Jan, 18:00 to 08:00. You are still on"
    )
    assert code_of(lambda: accept_swap(swap=swap, by=clinician, now=at(2))) == "declined"

    [again] = ask(night, nurse, clinician)
    withdraw_swap(swap=again, by=nurse, now=at(2))
    assert code_of(lambda: accept_swap(swap=again, by=clinician, now=at(2))) == "withdrawn"
    assert on_duty(clinic, 9) == ["Ruth"]


def test_a_request_expires_when_the_shift_begins(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    [swap] = ask(night, nurse, clinician)

    assert code_of(lambda: accept_swap(swap=swap, by=clinician, now=at(8))) == "begun"
    assert code_of(lambda: decline_swap(swap=swap, by=clinician, now=at(8))) == "begun"
    assert on_duty(clinic, 9) == ["Ruth"]
    assert Message.objects.get(kind="swap_asked").expires_at == at(8)


def test_whoever_else_was_asked_is_told_that_it_is_taken(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    third = person(clinic, "Kim", "nurse")
    first, second = ask(night, nurse, clinician, third)
    sweep(lambda: at(0.1))

    accept_swap(swap=first, by=clinician, now=at(1))
    sweep(lambda: at(1.1))

    assert subjects()["kim"] == "The shift Mon 12 Jan, 18:00 to 08:00 is taken. You need do nothing"
    assert code_of(lambda: accept_swap(swap=second, by=third, now=at(2))) == "taken"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told_so(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    third = person(clinic, "Kim", "nurse")
    first, second = ask(night, nurse, clinician, third)

    results = at_once(
        lambda: accept_swap(swap=first, by=clinician, now=at(1)),
        lambda: accept_swap(swap=second, by=third, now=at(1)),
    )

    refusals = [one.code for one in results if isinstance(one, SwapError)]
    assert refusals == ["taken"]
    assert sorted(Swap.objects.values_list("state", flat=True)) == ["accepted", "taken"]
    winner = Swap.objects.get(state="accepted").asked
    night.refresh_from_db()
    assert night.member == winner


def test_what_the_rota_says_meanwhile_counts(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    [swap] = ask(night, nurse, clinician)
    other = Shift.objects.create(clinic=clinic, member=clinician, starts_at=at(10), ends_at=at(12))
    assert code_of(lambda: accept_swap(swap=swap, by=clinician, now=at(1))) == "busy"
    other.delete()
    StaffMember.objects.filter(pk=clinician.pk).update(away_from=at(9))
    clinician.refresh_from_db()
    assert code_of(lambda: accept_swap(swap=swap, by=clinician, now=at(1))) == "away"
    StaffMember.objects.filter(pk=clinician.pk).update(away_from=None)
    clinician.refresh_from_db()
    Shift.objects.update(member=None)
    assert code_of(lambda: accept_swap(swap=swap, by=clinician, now=at(1))) == "changed"
    night.delete()
    assert code_of(lambda: accept_swap(swap=swap, by=clinician, now=at(1))) == "changed"


def test_only_a_shift_of_ones_own_to_come_can_be_asked_about_and_only_of_who_can_take_it(
    clinic: Clinic, night: Shift, later: Shift, nurse: StaffMember, clinician: StaffMember
) -> None:
    third = person(clinic, "Kim", "nurse")
    assert code_of(lambda: ask(later, nurse, third)) == "not_own"
    assert code_of(lambda: ask(night, nurse, clinician, third, in_return=later)) == "return"
    assert code_of(lambda: ask(night, nurse, third, in_return=later)) == "return"
    begun = lambda: ask_swap(shift=night, by=nurse, colleagues=[third], in_return=None, now=at(8))  # noqa: E731
    assert code_of(begun) == "begun"
    Shift.objects.create(clinic=clinic, member=third, starts_at=at(8), ends_at=at(22))
    assert code_of(lambda: ask(night, nurse, third)) == "busy"
    assert not Swap.objects.exists()


def test_only_whoever_was_asked_answers_and_asking_twice_asks_once(
    clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    [swap] = ask(night, nurse, clinician)
    assert ask(night, nurse, clinician) == []
    assert code_of(lambda: accept_swap(swap=swap, by=manager, now=at(1))) == "not_asked"
    assert code_of(lambda: withdraw_swap(swap=swap, by=clinician, now=at(1))) == "not_own"
