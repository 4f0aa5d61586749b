"""The pages on which the rota is changed for once, a swap is answered, and a duty is confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aftercare.alerts.models import ContactStep, DutyConfirmation, Override, Swap
from aftercare.alerts.on_call.confirmations import follow_rota
from aftercare.alerts.on_call.overrides import set_override
from aftercare.alerts.on_call.swaps import accept_swap, ask_swap
from aftercare.people.models import Clinic, Shift, StaffMember
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import at, person

# The clock stands at Monday, 10:00.
pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(0))]
CONTACTS = "/clinic/contacts/"
NEW = "/clinic/on-call/overrides/new/"


@pytest.fixture
def night(clinic: Clinic, nurse: StaffMember, manager: StaffMember) -> Shift:
    """The nurse's shift: Monday 18:00 to Tuesday 08:00."""
    ContactStep.objects.create(clinic=clinic, position=0, on_duty=True)
    return Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(8), ends_at=at(22))


def filled(member: StaffMember, **other: Any) -> dict[str, Any]:
    return {
        "member": member.pk,
        "instead_of": "",
        "starts_at": "2026-01-12T22:00",
        "ends_at": "2026-01-13T03:00",
        **other,
    }


def ask(night: Shift, nurse: StaffMember, *colleagues: StaffMember) -> list[Swap]:
    return ask_swap(shift=night, by=nurse, colleagues=colleagues, in_return=None, now=at(0))


class TestSomebodyElse:
    def test_a_manager_puts_somebody_else_on_and_everybody_sees_it(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        client = staff_client(manager)
        form = client.get(f"{NEW}?shift={night.pk}")
        assert 'value="2026-01-12T18:00"' in form.content.decode()
        page = client.post(NEW, filled(clinician, instead_of=nurse.pk), follow=True)

        assert "Tom Test is on instead, and is told." in words(page)
        seen = words(staff_client(clinician).get(CONTACTS))
        assert "Tom Test instead , Mon 12 Jan, 22:00 to Tue 13 Jan, 03:00" in seen
        assert "Tom Test in place of Ruth Test" in seen

    def test_whoever_has_the_shift_does_so_for_it_alone(
        self, clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        client = staff_client(nurse)
        assert "In place of" not in words(client.get(NEW))
        assert client.post(NEW, filled(clinician)).status_code == 302
        made = Override.objects.get()
        assert (made.instead_of, made.set_by) == (nurse, nurse.user)

        third = person(clinic, "Kim", "nurse")
        refused = staff_client(third).post(NEW, filled(clinician))
        assert refused.status_code == 422
        assert "This person is not on the rota then." in words(refused)
        assert f"{NEW}?shift={night.pk}" not in staff_client(third).get(CONTACTS).content.decode()

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"starts_at": "2026-01-11T22:00"}, "This time is over."),
            ({"ends_at": "2026-01-12T21:00"}, "The end comes after the beginning."),
            ({"ends_at": "2026-02-12T21:00"}, "Give at most 14 days."),
            ({"starts_at": "2026-03-29T01:30", "ends_at": "2026-03-29T06:00"}, "this time does not exist"),
            ({"starts_at": "2026-10-25T01:30", "ends_at": "2026-10-25T06:00"}, "or comes twice"),
            ({"ends_at": ""}, "Give the date and the time."),
            ({"member": ""}, "Choose who is on."),
        ],
    )
    def test_what_cannot_be_is_refused_in_plain_words_and_what_was_typed_is_kept(
        self,
        night: Shift,
        clinician: StaffMember,
        manager: StaffMember,
        changed: dict[str, str],
        sentence: str,
    ) -> None:
        page = staff_client(manager).post(NEW, filled(clinician) | changed)

        assert page.status_code == 422
        assert sentence in words(page)
        assert not Override.objects.exists()

    def test_one_that_overlaps_is_named(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        client = staff_client(manager)
        client.post(NEW, filled(clinician, instead_of=nurse.pk))
        page = client.post(NEW, filled(clinician))

        assert page.status_code == 422
        assert "Tom Test is on instead already, Mon 12 Jan, 22:00 to 03:00." in words(page)

    def test_it_is_removed_by_a_manager_or_whoever_set_it_for_themselves(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        times = {"starts_at": at(12), "ends_at": at(17), "now": at(0)}
        made = set_override(member=clinician, instead_of=nurse, by=nurse.user, **times)
        path = f"/clinic/on-call/overrides/{made.pk}/remove/"

        assert staff_client(clinician).post(path).status_code == 403
        assert "The rota holds again" in words(staff_client(nurse).post(path, follow=True))
        assert "You changed nothing" in words(staff_client(manager).post(path, follow=True))

    def test_one_whose_person_went_away_says_that_the_rota_holds(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        times = {"starts_at": at(12), "ends_at": at(17), "now": at(0)}
        set_override(member=clinician, instead_of=nurse, by=nurse.user, **times)
        StaffMember.objects.filter(pk=clinician.pk).update(away_from=at(1))

        assert "Tom Test has left or is away, so the rota holds." in words(staff_client(nurse).get(CONTACTS))


class TestSwap:
    def test_a_shift_is_asked_about_accepted_and_seen_on_the_rota(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        path = f"/clinic/on-call/shifts/{night.pk}/ask/"
        assert path in staff_client(nurse).get(CONTACTS).content.decode()
        page = staff_client(nurse).post(path, {"members": [clinician.pk]}, follow=True)
        assert "Your colleague is asked." in words(page)
        for member in (nurse, clinician, manager):
            assert "Ruth Test has asked Tom Test" in words(staff_client(member).get(CONTACTS))

        answer = f"/clinic/on-call/swaps/{Swap.objects.get().pk}/"
        assert "Can you take a shift of Ruth Test?" in words(staff_client(clinician).get(answer))
        done = staff_client(clinician).post(answer, {"act": "accept"}, follow=True)

        assert "The shift is yours." in words(done)
        night.refresh_from_db()
        assert night.member == clinician

    def test_who_comes_second_is_told_so_and_changes_nothing(
        self, clinic: Clinic, night: Shift, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        third = person(clinic, "Kim", "nurse")
        first, second = ask(night, nurse, clinician, third)
        accept_swap(swap=first, by=clinician, now=at(0))

        page = staff_client(third).post(f"/clinic/on-call/swaps/{second.pk}/", {"act": "accept"})

        assert page.status_code == 409
        assert "Somebody else has taken this shift already. You are not on." in words(page)
        assert "Yes, I take it" not in words(page)

    def test_an_expired_request_says_so(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        [swap] = ask(night, nurse, clinician)
        path = f"/clinic/on-call/swaps/{swap.pk}/"
        with frozen_at(at(8)):
            assert "It has expired: the shift has begun." in words(staff_client(clinician).get(path))
            late = staff_client(clinician).post(path, {"act": "accept"})
        assert late.status_code == 409
        assert "the request has expired" in words(late)

    def test_each_has_the_buttons_that_are_theirs(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
    ) -> None:
        [swap] = ask(night, nurse, clinician)
        path = f"/clinic/on-call/swaps/{swap.pk}/"

        assert "Withdraw the request" in words(staff_client(nurse).get(path))
        assert "Yes, I take it" not in words(staff_client(manager).get(path))
        for act, member in (("accept", nurse), ("withdraw", clinician), ("accept", manager)):
            assert staff_client(member).post(path, {"act": act}).status_code == 403
        assert staff_client(clinician).post(path, {"act": "made up"}).status_code == 409
        assert staff_client(clinician).post(path, {"act": "decline"}).status_code == 302

    def test_a_shift_that_is_gone_or_somebody_elses_is_not_asked_about(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        path = f"/clinic/on-call/shifts/{night.pk}/ask/"
        assert staff_client(clinician).get(path).status_code == 403
        night.delete()
        assert "not on the rota any more" in words(staff_client(nurse).get(path, follow=True))


class TestDuty:
    def test_it_is_confirmed_by_a_press_and_the_rota_says_so(
        self, night: Shift, nurse: StaffMember, manager: StaffMember
    ) -> None:
        follow_rota(at(4))
        path = f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/"
        with frozen_at(at(5)):
            assert "I am on from 18:00" in words(staff_client(nurse).get(path))
            assert "Not confirmed" in words(staff_client(manager).get(CONTACTS))
            assert DutyConfirmation.objects.get().confirmed_at is None, "opening the page confirms nothing"
            assert "It is noted that you are on." in words(staff_client(nurse).post(path, follow=True))
            assert "You had confirmed it already." in words(staff_client(nurse).post(path, follow=True))
            assert "Confirmed" in words(staff_client(manager).get(CONTACTS))

    def test_every_page_of_staff_says_who_is_on_and_has_not_confirmed(
        self, night: Shift, nurse: StaffMember, manager: StaffMember
    ) -> None:
        follow_rota(at(4))
        said = "On duty, but not confirmed: Ruth Test"
        with frozen_at(at(7.9)):
            assert said not in words(staff_client(manager).get(QUEUE))
        with frozen_at(at(8) + timedelta(minutes=1)):
            assert said in words(staff_client(manager).get(QUEUE))
            staff_client(nurse).post(f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/")
            assert said not in words(staff_client(manager).get(QUEUE))

    def test_whose_shift_was_taken_has_nothing_to_confirm(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        follow_rota(at(4))
        path = f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/"
        [swap] = ask(night, nurse, clinician)
        accept_swap(swap=swap, by=clinician, now=at(5))
        with frozen_at(at(5)):
            assert "You are not on duty then any more" in words(staff_client(nurse).get(path))
            assert "nothing to confirm" in words(staff_client(nurse).post(path, follow=True))

    def test_it_is_nobody_elses(self, night: Shift, clinician: StaffMember, outsider: StaffMember) -> None:
        follow_rota(at(4))
        path = f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/"
        for member in (clinician, outsider):
            assert staff_client(member).get(path).status_code == 404
            assert staff_client(member).post(path).status_code == 404

    def test_the_page_on_how_one_is_reached_asks_to_confirm_and_has_the_button(
        self, night: Shift, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        reach = "/clinic/contact-points/"
        assert "I am on" not in words(staff_client(nurse).get(reach))
        follow_rota(at(4))
        with frozen_at(at(5)):
            said = words(staff_client(nurse).get(reach))
            assert "You are on from 18:00: please confirm. I am on tonight, 18:00" in said
            said = words(staff_client(clinician).get(reach))
            assert "I am on" not in said
            assert "please confirm" not in said
        with frozen_at(at(9)):
            assert "You are on until 08:00: please confirm." in words(staff_client(nurse).get(reach))
            staff_client(nurse).post(f"/clinic/on-call/duties/{DutyConfirmation.objects.get().pk}/")
            said = words(staff_client(nurse).get(reach))
            assert "I am on" not in said
            assert "please confirm" not in said
