"""The contacts page: managers say who is told and when, everybody reads it, and a warning stands until it works."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from aftercare.alerts.actions.contact_steps import move_up, remove_step
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import ContactStep, Drill
from aftercare.outbox.heartbeats import beat_heart
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Shift, StaffMember
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at

# The clock stands at Monday, 10:00.
pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(0))]

CONTACTS = "/clinic/contacts/"
Place = Callable[[ContactStep, Shift, Drill], str]
FORMS: list[Place] = [
    lambda step, shift, drill: f"{CONTACTS}steps/new/open/",
    lambda step, shift, drill: f"{CONTACTS}steps/{step.pk}/",
    lambda step, shift, drill: f"{CONTACTS}rota/new/",
    lambda step, shift, drill: f"{CONTACTS}away/{step.members.get().pk}/",
    lambda step, shift, drill: f"{CONTACTS}closed-days/new/",
    lambda step, shift, drill: f"{CONTACTS}steps/{step.pk}/remove/",
    lambda step, shift, drill: f"{CONTACTS}rota/{shift.pk}/remove/",
]
PRESSES: list[Place] = [
    lambda step, shift, drill: f"{CONTACTS}steps/{step.pk}/up/",
    lambda step, shift, drill: f"{CONTACTS}closed-days/2026-02-02/remove/",
    lambda step, shift, drill: "/clinic/drills/start/",
    lambda step, shift, drill: f"/clinic/drills/{drill.pk}/stop/",
]
OF_A_RECORD = {1, 3, 5, 6}, {0, 3}  # the places above that name a record of the clinic


@pytest.fixture
def step(clinic: Clinic, nurse: StaffMember) -> ContactStep:
    made = ContactStep.objects.create(clinic=clinic, position=0)
    made.members.add(nurse)
    return made


@pytest.fixture
def shift(clinic: Clinic, nurse: StaffMember) -> Shift:
    return Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(1), ends_at=at(9))


@pytest.fixture
def drill(clinic: Clinic, manager: StaffMember) -> Drill:
    return Drill.objects.create(
        clinic=clinic, started_at=at(-1), started_by=manager.user, next_escalation_at=at(1)
    )


class TestWhoMay:
    """Every address, as each kind of person."""

    def test_everybody_of_the_clinic_reads_who_is_told(
        self, step: ContactStep, nurse: StaffMember, manager: StaffMember, patient: Patient, client: Client
    ) -> None:
        for member in (nurse, manager):
            assert "Ruth Test" in words(staff_client(member).get(CONTACTS))
        assert "Add a step" not in words(staff_client(nurse).get(CONTACTS))
        assert "Add a step" in words(staff_client(manager).get(CONTACTS))
        assert staff_client(patient).get(CONTACTS).status_code == 404
        assert client.get(CONTACTS).status_code == 302

    @pytest.mark.parametrize("place", FORMS)
    def test_a_form_opens_for_managers_alone(
        self,
        step: ContactStep,
        shift: Shift,
        drill: Drill,
        manager: StaffMember,
        nurse: StaffMember,
        patient: Patient,
        client: Client,
        place: Place,
    ) -> None:
        path = place(step, shift, drill)

        assert staff_client(manager).get(path).status_code == 200
        assert staff_client(nurse).get(path).status_code == staff_client(nurse).post(path).status_code == 403
        assert staff_client(patient).get(path).status_code == 404
        assert client.get(path).status_code == 302

    @pytest.mark.parametrize("place", PRESSES)
    def test_a_press_works_for_managers_alone(
        self,
        step: ContactStep,
        shift: Shift,
        drill: Drill,
        manager: StaffMember,
        nurse: StaffMember,
        patient: Patient,
        client: Client,
        place: Place,
    ) -> None:
        path = place(step, shift, drill)

        assert staff_client(nurse).post(path).status_code == 403
        assert staff_client(patient).post(path).status_code == 404
        assert client.post(path).status_code == 302
        assert staff_client(manager).get(path).status_code == 405
        assert staff_client(manager).post(path).status_code == 302

    def test_a_manager_of_another_clinic_finds_none_of_it(
        self, step: ContactStep, shift: Shift, drill: Drill, outsider: StaffMember
    ) -> None:
        StaffMember.objects.filter(pk=outsider.pk).update(role=StaffMember.Role.MANAGER)
        forms, presses = OF_A_RECORD
        for place in [*(FORMS[i] for i in forms), *(PRESSES[i] for i in presses)]:
            assert staff_client(outsider).post(place(step, shift, drill)).status_code == 404
        for path in (f"/clinic/drills/{drill.pk}/", f"/clinic/drills/{drill.pk}/acknowledge/"):
            assert staff_client(outsider).post(path).status_code in {404, 405}
        assert staff_client(outsider).get(f"/clinic/drills/{drill.pk}/").status_code == 404
        assert "Ruth" not in words(staff_client(outsider).get(CONTACTS))

    def test_nobody_of_another_clinic_can_be_chosen(
        self, manager: StaffMember, outsider: StaffMember
    ) -> None:
        form = {"members": str(outsider.pk), "wait_min": "10"}
        response = staff_client(manager).post(f"{CONTACTS}steps/new/open/", form)

        assert response.status_code == 422
        assert not ContactStep.objects.exists()


class TestSteps:
    def test_a_manager_adds_changes_moves_and_removes_steps(
        self, clinic: Clinic, manager: StaffMember, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        client = staff_client(manager)
        for member, wait in ((nurse, "10"), (clinician, "30")):
            client.post(f"{CONTACTS}steps/new/open/", {"members": str(member.pk), "wait_min": wait})
        client.post(f"{CONTACTS}steps/new/closed/", {"on_duty": "on", "wait_min": "5"})
        first, second = ContactStep.objects.filter(hours="open")
        assert [m.user.first_name for m in second.members.all()] == ["Tom"]

        client.post(f"{CONTACTS}steps/{second.pk}/up/")
        client.post(f"{CONTACTS}steps/{first.pk}/", {"members": [nurse.pk, manager.pk], "wait_min": "20"})
        page = words(client.get(CONTACTS))

        assert "1. Tom Test" in page
        assert "2. Ann Test, Ruth Test" in page
        assert "1. Whoever is on duty Reaches nobody now." in page
        client.post(f"{CONTACTS}steps/{second.pk}/remove/")
        first.refresh_from_db()
        assert (first.position, first.wait_min) == (0, 20)
        assert Event.objects.filter(verb=Event.Verb.CHANGED_CONTACTS, actor=manager.user).count() == 6

    @pytest.mark.parametrize(
        ("form", "problem"),
        [
            ({"wait_min": "10"}, "Choose at least one person, or whoever is on duty."),
            ({"on_duty": "on", "wait_min": "31"}, "Give at most 30 minutes."),
            ({"on_duty": "on", "wait_min": "0"}, "Give at least 1 minute."),
            ({"on_duty": "on", "wait_min": "soon"}, "Give a whole number of minutes."),
            ({"on_duty": "on"}, "Give the minutes."),
        ],
    )
    def test_a_step_that_tells_nobody_or_waits_too_long_is_refused(
        self, manager: StaffMember, form: dict[str, str], problem: str
    ) -> None:
        response = staff_client(manager).post(f"{CONTACTS}steps/new/open/", form)

        assert response.status_code == 422
        assert problem in words(response)
        assert not ContactStep.objects.exists()

    def test_removing_a_step_asks_first_and_says_who_is_told_without_it(
        self, clinic: Clinic, manager: StaffMember, nurse: StaffMember, step: ContactStep
    ) -> None:
        duty = ContactStep.objects.create(clinic=clinic, position=1, on_duty=True)
        path = f"{CONTACTS}steps/{step.pk}/remove/"

        page = words(staff_client(manager).get(path))

        assert "Remove step 1?" in page
        assert "this step tells Ruth Test" in page
        assert "Without it these are told, in this order: whoever is on duty" in page
        assert ContactStep.objects.count() == 2
        staff_client(manager).post(path)
        assert list(ContactStep.objects.all()) == [duty]
        assert "This step was removed already." in words(staff_client(manager).post(path, follow=True))
        last = words(staff_client(manager).get(f"{CONTACTS}steps/{duty.pk}/remove/"))
        assert "It is the last step. Without it everybody who works here is told." in last

    def test_there_are_two_lists_and_no_third(self, manager: StaffMember) -> None:
        assert staff_client(manager).get(f"{CONTACTS}steps/new/never/").status_code == 404

    def test_the_first_step_can_not_move_up_and_positions_never_have_a_gap(
        self, clinic: Clinic, manager: StaffMember
    ) -> None:
        steps = [ContactStep.objects.create(clinic=clinic, position=position) for position in (2, 5, 9)]

        move_up(step=steps[0], by=manager.user, now=at(0))
        assert [step.position for step in ContactStep.objects.all()] == [0, 1, 2]
        remove_step(step=steps[1], by=manager.user, now=at(0))

        assert list(ContactStep.objects.values_list("pk", "position")) == [(steps[0].pk, 0), (steps[2].pk, 1)]


class TestRota:
    def test_a_place_repeats_at_the_same_hours_whatever_the_clocks_do(
        self, manager: StaffMember, nurse: StaffMember
    ) -> None:
        form = {
            "member": nurse.pk,
            "starts_at": "2026-03-26T22:00",
            "ends_at": "2026-03-27T06:00",
            "weeks": "4",
        }
        staff_client(manager).post(f"{CONTACTS}rota/new/", form)

        starts = list(Shift.objects.values_list("starts_at", flat=True))
        # The clocks go forward on 29 March: 22:00 is an hour earlier in UTC from then on.
        assert [start.hour for start in starts] == [22, 21, 21, 21]
        assert starts[0] == datetime(2026, 3, 26, 22, tzinfo=UTC)
        staff_client(manager).post(f"{CONTACTS}rota/new/", form)
        assert Shift.objects.count() == 4

    @pytest.mark.parametrize(
        ("starts", "ends", "problem"),
        [
            ("2026-01-13T10:00", "2026-01-13T10:00", "A shift ends after it begins, within a week."),
            ("2026-01-13T10:00", "2026-01-21T10:00", "A shift ends after it begins, within a week."),
            ("", "2026-01-13T10:00", "Give the date and the time."),
            ("tomorrow", "2026-01-13T10:00", "Give a date and a time"),
        ],
    )
    def test_a_place_that_can_not_be_is_refused(
        self, manager: StaffMember, nurse: StaffMember, starts: str, ends: str, problem: str
    ) -> None:
        form = {"member": nurse.pk, "starts_at": starts, "ends_at": ends, "weeks": "1"}
        response = staff_client(manager).post(f"{CONTACTS}rota/new/", form)

        assert response.status_code == 422
        assert problem in words(response)

    def put(self, manager: StaffMember, member: StaffMember, day: int, weeks: int = 1, **more: str) -> Any:
        """Ask for a place from 10:00 to 18:00 on a day of January."""
        form = {"member": member.pk, "starts_at": f"2026-01-{day}T10:00", "ends_at": f"2026-01-{day}T18:00"}
        return staff_client(manager).post(
            f"{CONTACTS}rota/new/", {**form, "weeks": str(weeks), **more}, follow=True
        )

    def test_places_that_overlap_are_stored_only_once_that_was_seen(
        self, manager: StaffMember, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        self.put(manager, nurse, 20)

        asked = self.put(manager, clinician, 13, weeks=4)

        assert asked.status_code == 409
        assert "Ruth Test , Tue 20 Jan, 10:00 to Tue 20 Jan, 18:00" in words(asked)
        assert 'value="2026-01-13T10:00"' in asked.content.decode(), "what was typed is still there"
        assert Shift.objects.count() == 1
        seen = asked.context["seen"]
        assert "Tom Test has 4 new places on the rota." in words(
            self.put(manager, clinician, 13, weeks=4, seen=seen)
        )
        assert Shift.objects.count() == 5

    def test_what_came_in_between_is_shown_before_it_is_stored(
        self, manager: StaffMember, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        self.put(manager, nurse, 20)
        seen = self.put(manager, clinician, 13, weeks=4).context["seen"]
        self.put(manager, nurse, 27)

        assert self.put(manager, clinician, 13, weeks=4, seen=seen).status_code == 409
        assert Shift.objects.count() == 2

    def test_a_second_press_adds_nothing_and_asks_nothing(
        self, manager: StaffMember, nurse: StaffMember
    ) -> None:
        self.put(manager, nurse, 13, weeks=4)
        assert "Ruth Test has this place on the rota already." in words(self.put(manager, nurse, 13, weeks=4))
        assert Shift.objects.count() == 4

    def test_places_one_after_the_other_do_not_overlap(
        self, manager: StaffMember, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        self.put(manager, nurse, 13)
        form = {"member": clinician.pk, "starts_at": "2026-01-13T18:00", "ends_at": "2026-01-14T10:00"}
        assert staff_client(manager).post(f"{CONTACTS}rota/new/", {**form, "weeks": "1"}).status_code == 302

    def removal(self, manager: StaffMember, shift: Shift, **form: str) -> Any:
        return staff_client(manager).post(f"{CONTACTS}rota/{shift.pk}/remove/", form, follow=True)

    def test_a_series_ends_in_one_step_from_the_place_chosen_on(
        self, manager: StaffMember, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        form = {"member": nurse.pk, "starts_at": "2026-03-20T22:00", "ends_at": "2026-03-21T06:00"}
        staff_client(manager).post(f"{CONTACTS}rota/new/", {**form, "weeks": "12"})
        staff_client(manager).post(f"{CONTACTS}rota/new/", {**form, "member": clinician.pk, "weeks": "1"})
        second = Shift.objects.filter(member=nurse)[1]
        page = staff_client(manager).get(f"{CONTACTS}rota/{second.pk}/remove/")
        assert "11 places, the last on Friday 5 June 2026" in words(page)

        done = self.removal(manager, second, which="series", seen=page.context["seen"])

        assert "11 places are removed." in words(done)
        assert [shift.starts_at.day for shift in Shift.objects.filter(member=nurse)] == [20]
        assert "This place was removed already." in words(self.removal(manager, second, which="one"))

    def test_one_place_goes_alone_and_a_gap_ends_no_series(
        self, manager: StaffMember, nurse: StaffMember
    ) -> None:
        self.put(manager, nurse, 13, weeks=4)
        first, second, *_later = Shift.objects.all()
        assert "The place is removed." in words(self.removal(manager, second, which="one"))

        page = staff_client(manager).get(f"{CONTACTS}rota/{first.pk}/remove/")

        assert "3 places" in words(page)
        self.removal(manager, first, which="series", seen=page.context["seen"])
        assert not Shift.objects.exists()

    def test_a_series_that_has_grown_meanwhile_is_shown_again(
        self, manager: StaffMember, nurse: StaffMember
    ) -> None:
        self.put(manager, nurse, 13, weeks=4)
        first = Shift.objects.all()[0]
        seen = staff_client(manager).get(f"{CONTACTS}rota/{first.pk}/remove/").context["seen"]
        self.put(manager, nurse, 13, weeks=12)

        again = self.removal(manager, first, which="series", seen=seen)

        assert again.status_code == 409
        assert "The rota has changed since you opened this page. Nothing was removed." in words(again)
        assert Shift.objects.count() == 12

    def test_a_press_that_says_nothing_removes_nothing(
        self, manager: StaffMember, shift: Shift, nurse: StaffMember
    ) -> None:
        assert self.removal(manager, shift).status_code == 409
        assert Shift.objects.exists()

    def test_a_place_that_lost_its_holder_says_so(self, manager: StaffMember, shift: Shift) -> None:
        Shift.objects.update(member=None)

        assert (
            "Nobody Mon 12 Jan, 11:00 to Mon 12 Jan, 19:00. The person on this shift has left or is away."
            in words(staff_client(manager).get(CONTACTS))
        )


class TestAbsence:
    def test_an_absence_takes_back_what_somebody_has_at_once(
        self, manager: StaffMember, nurse: StaffMember, patient: Patient, procedure: Any, shift: Shift
    ) -> None:
        alert = acknowledge(alert=alert_of(patient, 0, signs=["pus"]), by=nurse.user, now=at(0))
        form = {"away_from": "2026-01-12", "away_until": "2026-01-13"}
        staff_client(manager).post(f"{CONTACTS}away/{nurse.pk}/", form)

        for record in (alert, shift, nurse):
            record.refresh_from_db()
        assert (alert.status, alert.acknowledged_by, shift.member) == ("new", None, None)
        # Two whole days on the clinic's clock.
        assert (nurse.away_from, nurse.away_until) == (at(-10), at(38))
        assert "Away from Mon 12 Jan until Tue 13 Jan" in words(staff_client(manager).get(CONTACTS))

        staff_client(manager).post(f"{CONTACTS}away/{nurse.pk}/", {"away_from": "", "away_until": ""})
        nurse.refresh_from_db()
        assert nurse.is_reachable(at(0))

    @pytest.mark.parametrize(
        ("form", "problem"),
        [
            ({"away_until": "2026-01-13"}, "Give the first day too."),
            (
                {"away_from": "2026-01-13", "away_until": "2026-01-12"},
                "The last day comes after the first.",
            ),
            ({"away_from": "2026-02-30"}, "Give a date, such as 25/12/2026."),
        ],
    )
    def test_days_that_do_not_follow_are_refused(
        self, manager: StaffMember, nurse: StaffMember, form: dict[str, str], problem: str
    ) -> None:
        response = staff_client(manager).post(f"{CONTACTS}away/{nurse.pk}/", form)

        assert response.status_code == 422
        assert problem in words(response)


def test_a_closed_day_is_added_and_removed(manager: StaffMember, clinic: Clinic) -> None:
    client = staff_client(manager)
    client.post(f"{CONTACTS}closed-days/new/", {"day": "2026-12-25", "name": "Christmas Day"})
    clinic.refresh_from_db()
    assert clinic.closed_days == {"2026-12-25": "Christmas Day"}
    assert "Fri 25 December 2026 Christmas Day" in words(client.get(CONTACTS))
    assert client.post(f"{CONTACTS}closed-days/new/", {"day": "2026-01-11"}).status_code == 422

    client.post(f"{CONTACTS}closed-days/2026-12-25/remove/")

    clinic.refresh_from_db()
    assert clinic.closed_days == {}
    assert client.post(f"{CONTACTS}closed-days/christmas/remove/").status_code == 404


class TestStandingWarning:
    """Above every page of staff, for as long as it is so."""

    def test_it_stands_while_no_step_reaches_anybody(self, nurse: StaffMember) -> None:
        for path in (QUEUE, "/clinic/patients/", CONTACTS):
            assert "No contact step reaches anybody now" in words(staff_client(nurse).get(path))

    def test_it_is_gone_once_a_step_reaches_somebody(self, nurse: StaffMember, step: ContactStep) -> None:
        assert "reaches anybody" not in words(staff_client(nurse).get(QUEUE))

    def test_it_warns_before_the_hour(
        self, nurse: StaffMember, manager: StaffMember, step: ContactStep
    ) -> None:
        StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(26))

        assert "From Tue 12:00 no contact step reaches anybody" in words(staff_client(manager).get(QUEUE))

    def test_a_patient_is_not_bothered_with_it(self, patient: Patient, nurse: StaffMember) -> None:
        assert "contact step" not in words(staff_client(patient).get("/"))


class TestDelayed:
    """The banner while messages are late, or nobody is there to send them."""

    def alive(self, h: float) -> None:
        for part in ("worker", "beat"):
            beat_heart(part, at(h))

    def test_it_stands_while_worker_or_beat_are_silent(self, nurse: StaffMember) -> None:
        self.alive(-0.5)

        assert "Notifications are delayed since 09:30" in words(staff_client(nurse).get(QUEUE))
        # An open queue renews the warning together with its list.
        assert "Notifications are delayed since 09:30" in words(staff_client(nurse).get(f"{QUEUE}queue/"))

    def test_it_stands_while_a_message_is_late_and_is_gone_within_seconds_after(
        self, nurse: StaffMember
    ) -> None:
        self.alive(0)
        late = Message.objects.create(
            kind="x", subject=uuid.uuid4(), recipient=nurse.user, created_at=at(-1), next_attempt_at=at(-1)
        )
        assert "Notifications are delayed since 09:00" in words(staff_client(nurse).get(QUEUE))

        Message.objects.filter(pk=late.pk).update(state=Message.State.WITHDRAWN, finished_at=at(0))
        with frozen_at(at(0, seconds=11)):
            assert "Notifications are delayed" not in words(staff_client(nurse).get(QUEUE))
