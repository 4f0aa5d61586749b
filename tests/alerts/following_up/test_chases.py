"""The chase: from acknowledging to reaching the patient, by calls that get through or not."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from aftercare.alerts.actions.closing import close, reopen
from aftercare.alerts.actions.contact_attempts import (
    correct_contact_attempt,
    record_contact_attempt,
    set_next_try,
)
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.errors import (
    AlreadyClosedError,
    AlreadyCorrectedError,
    NotAcknowledgedError,
    NoteNeededError,
)
from aftercare.alerts.following_up.chases import notify_left_open
from aftercare.alerts.following_up.escalation import escalate, follow_up
from aftercare.alerts.models import Alert, ContactAttempt, ContactStep, Dispatch
from aftercare.alerts.notifying.notifications import drain, render
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, StaffMember
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procedure")]


def alert_of(patient: Patient, rule: str) -> Alert:
    """The patient's newest alert of a rule, as it is now."""
    alert: Alert = patient.alerts.filter(rule=rule).order_by("-opened_at")[0]
    return alert


def told(reason: str) -> list[tuple[datetime, int]]:
    """When which step was told for a reason."""
    return list(
        Dispatch.objects.filter(reason=reason).order_by("decided_at").values_list("decided_at", "step")
    )


def recipients(reason: str, now: datetime) -> set[object]:
    """Return the recipients of the dispatches of a reason."""
    drain(now)
    subjects = Dispatch.objects.filter(reason=reason).values("pk")
    return {message.recipient for message in Message.objects.filter(subject__in=subjects)}


@pytest.fixture
def steps(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> list[ContactStep]:
    made = [ContactStep.objects.create(clinic=clinic, position=position) for position in range(3)]
    for step, member in zip(made, (nurse, clinician, manager), strict=True):
        step.members.add(member)
    return made


@pytest.fixture
def owned_emergency(patient: Patient, nurse: StaffMember) -> Alert:
    """An emergency of 1 h that the nurse acknowledged at once."""
    check_in(patient, 1, emergency=["eye"])
    return acknowledge(alert=alert_of(patient, "eye_involved"), by=nurse.user, now=at(1))


def try_at(patient: Patient, by: StaffMember, h: float, result: str = "no_answer") -> ContactAttempt:
    return record_contact_attempt(patient=patient, by=by.user, now=at(h), result=result)


@pytest.mark.usefixtures("owned_emergency")
def test_an_emergency_has_ten_minutes_for_a_try_and_the_next_contacts_follow(
    steps: list[ContactStep],
) -> None:
    for minute in range(55):
        follow_up(at(1) + timedelta(minutes=minute))

    assert told("forgotten") == [(at(1, minutes=10), 1), (at(1, minutes=20), 2), (at(1, minutes=50), 2)]


@pytest.mark.usefixtures("steps")
def test_no_answer_restarts_the_time_and_never_ends_the_chase(
    owned_emergency: Alert, patient: Patient, nurse: StaffMember
) -> None:
    for minute in (8, 16, 24):
        record_contact_attempt(patient=patient, by=nurse.user, now=at(1, minutes=minute), result="no_answer")
        assert follow_up(at(1, minutes=minute + 7)) == 0

    assert follow_up(at(1, minutes=34)) == 1
    owned_emergency.refresh_from_db()
    assert (owned_emergency.is_forgotten, owned_emergency.failed_tries) == (True, 3)


def test_a_call_acknowledges_for_the_caller_what_nobody_had(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    check_in(patient, 1, signs=["pus", "hives", "lumps", "patches"])
    acknowledge(alert=alert_of(patient, "hives"), by=clinician.user, now=at(1.1))

    try_at(patient, nurse, 1.2)

    owners = {alert.rule: alert.owner for alert in patient.alerts.all()}
    assert owners == {
        "pus": nurse.user,
        "hives": clinician.user,
        "lumps": nurse.user,
        "new_patches": nurse.user,
    }
    assert alert_of(patient, "pus").follow_up_at == at(1.7)
    assert Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, actor=nurse.user).count() == 3
    assert escalate(at(3)) == 0


def test_the_patient_called_us_is_a_call_that_reached_them(
    owned_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    record_contact_attempt(
        patient=patient, by=nurse.user, now=at(1.1), result="reached", kind="patient_called"
    )

    owned_alert.refresh_from_db()
    assert (owned_alert.is_reached, owned_alert.follow_up_at) == (True, None)
    for result, kind in (("no_answer", "patient_called"), ("reached", "visited")):
        with pytest.raises(ValueError, match=r"patient who called|unknown kind"):
            record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result=result, kind=kind)


def test_a_call_after_the_patient_was_reached_chases_nobody_anew(
    owned_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    try_at(patient, nurse, 1.1, "reached")
    try_at(patient, nurse, 5, "no_answer")

    owned_alert.refresh_from_db()
    assert (owned_alert.is_reached, owned_alert.follow_up_at, owned_alert.failed_tries) == (True, None, 0)


class TestThreeFailedTries:
    def test_the_manager_is_told_at_the_third(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember, manager: StaffMember
    ) -> None:
        for h, result in ((1.1, "no_answer"), (1.2, "left_message")):
            try_at(patient, nurse, h, result)
            assert told("not_reached") == []
        try_at(patient, nurse, 1.3)

        assert told("not_reached") == [(at(1.3), 0)]
        assert recipients("not_reached", at(1.3)) == {manager.user}
        assert Event.objects.filter(verb=Event.Verb.NOT_REACHED, subject=owned_alert.pk).count() == 1

    def test_a_newer_report_counts_anew(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        for h in (1.1, 1.2):
            try_at(patient, nurse, h)
        check_in(patient, 1.25, signs=["pus"])
        try_at(patient, nurse, 1.3)

        owned_alert.refresh_from_db()
        assert (owned_alert.failed_tries, told("not_reached")) == (1, [])

    def test_a_clinic_without_a_manager_tells_its_last_step(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        for position, member in enumerate((nurse, clinician)):
            ContactStep.objects.create(clinic=owned_alert.clinic, position=position).members.add(member)
        for h in (1.1, 1.2, 1.3):
            try_at(patient, nurse, h)

        assert recipients("not_reached", at(1.3)) == {clinician.user}

    @pytest.fixture
    def tired(self, owned_alert: Alert, patient: Patient, nurse: StaffMember) -> Alert:
        """Three tries have failed, the last at 1.3 h."""
        for h in (1.1, 1.2, 1.3):
            try_at(patient, nurse, h)
        owned_alert.refresh_from_db()
        return owned_alert

    def test_a_clinician_sets_the_next_try_and_until_then_nobody_is_told(
        self, tired: Alert, clinician: StaffMember
    ) -> None:
        set_next_try(alert=tired, at=at(13), reason=" Sleeps by day. ", by=clinician.user, now=at(1.4))

        tired.refresh_from_db()
        assert (tired.next_try_at, tired.next_try_by, tired.next_try_reason) == (
            at(13),
            clinician.user,
            "Sleeps by day.",
        )
        event = Event.objects.get(verb=Event.Verb.SET_NEXT_TRY)
        assert (event.subject, event.details["reason"]) == (tired.pk, "Sleeps by day.")
        assert [follow_up(at(12.9)), follow_up(at(13))] == [0, 1]

    def test_a_try_takes_it_down_and_the_time_runs_again(
        self, tired: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        set_next_try(alert=tired, at=at(13), reason="x", by=clinician.user, now=at(1.4))
        try_at(patient, nurse, 12.9)

        tired.refresh_from_db()
        assert (tired.next_try_at, tired.next_try_reason, tired.follow_up_at) == (None, "", at(13.4))

    @pytest.mark.parametrize(
        ("h", "reason", "said"),
        [
            (1.3, "x", "still to come"),
            (13.5, "x", "within the next 12 hours"),
            (2, "  ", "Say why"),
            (2, "x" * 301, "at most 300"),
        ],
    )
    def test_what_cannot_be_set_is_refused(
        self, tired: Alert, clinician: StaffMember, h: float, reason: str, said: str
    ) -> None:
        with pytest.raises(ValidationError, match=said):
            set_next_try(alert=tired, at=at(h), reason=reason, by=clinician.user, now=at(1.4))
        tired.refresh_from_db()
        assert tired.next_try_at is None

    def test_an_emergency_is_tried_again_within_two_hours(
        self, owned_emergency: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        for h in (1.1, 1.2, 1.3):
            try_at(patient, nurse, h)
        with pytest.raises(ValidationError, match="within the next 2 hours"):
            set_next_try(alert=owned_emergency, at=at(3.5), reason="x", by=clinician.user, now=at(1.4))
        set_next_try(alert=owned_emergency, at=at(3.4), reason="x", by=clinician.user, now=at(1.4))

    def test_it_is_set_only_after_three_tries_on_what_somebody_works_on(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        with pytest.raises(ValidationError, match="after three calls"):
            set_next_try(alert=owned_alert, at=at(2), reason="x", by=clinician.user, now=at(1.4))
        give_back(alert=owned_alert, by=nurse.user, now=at(1.4))
        with pytest.raises(NotAcknowledgedError):
            set_next_try(alert=owned_alert, at=at(2), reason="x", by=clinician.user, now=at(1.4))
        close(alert=owned_alert, by=nurse.user, now=at(1.5), outcome="mistake", note="No.")
        with pytest.raises(AlreadyClosedError):
            set_next_try(alert=owned_alert, at=at(2), reason="x", by=clinician.user, now=at(1.6))

    def test_it_holds_for_each_alert_that_may_wait_so_long(
        self, owned_emergency: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        check_in(patient, 1.05, signs=["pus"])
        for h in (1.1, 1.2, 1.3):
            try_at(patient, nurse, h)

        set_next_try(alert=alert_of(patient, "pus"), at=at(9), reason="x", by=clinician.user, now=at(1.4))

        assert alert_of(patient, "pus").follow_up_at == at(9)
        assert alert_of(patient, "eye_involved").follow_up_at == at(1.3, minutes=10)


class TestAWrongNumber:
    def test_it_tells_the_next_contact_and_the_owner_at_once(
        self,
        owned_alert: Alert,
        patient: Patient,
        nurse: StaffMember,
        clinician: StaffMember,
        steps: list[ContactStep],
    ) -> None:
        try_at(patient, nurse, 1.1, "wrong_number")

        assert told("wrong_number") == [(at(1.1), 1)]
        assert recipients("wrong_number", at(1.1)) == {clinician.user, nurse.user}
        # It restarts nothing: the try is still to be made in time, and then the step after is told.
        assert follow_up(at(1.5)) == 1
        assert told("forgotten") == [(at(1.5), 2)]

    def test_it_is_withdrawn_once_the_patient_was_reached(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        try_at(patient, nurse, 1.1, "wrong_number")
        drain(at(1.1))
        message = Message.objects.get(subject=Dispatch.objects.get(reason="wrong_number").pk)
        content = render(message, at(1.1))
        assert content
        assert content.subject == "Urgent: a patient’s number is wrong: a check-in needs a person"

        try_at(patient, nurse, 1.2, "reached")

        assert render(message, at(1.2)) is None

    def test_below_urgent_it_tells_nobody_at_once(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, signs=["lumps"])
        try_at(patient, nurse, 1.1, "wrong_number")

        assert told("wrong_number") == []
        assert alert_of(patient, "lumps").follow_up_at == at(8)


class TestCorrectingAMisTap:
    def correct(self, attempt: ContactAttempt, by: StaffMember, h: float, result: str) -> ContactAttempt:
        return correct_contact_attempt(attempt=attempt, by=by.user, now=at(h), result=result)

    def test_reached_was_no_answer(self, owned_alert: Alert, patient: Patient, nurse: StaffMember) -> None:
        wrong = try_at(patient, nurse, 1.1, "reached")

        right = self.correct(wrong, nurse, 1.2, "no_answer")

        assert (right.corrects, right.at, right.result) == (wrong, at(1.1), "no_answer")
        owned_alert.refresh_from_db()
        assert (owned_alert.reached_at, owned_alert.failed_tries, owned_alert.follow_up_at) == (
            None,
            1,
            at(1.6),
        )
        assert follow_up(at(1.6)) == 1
        event = Event.objects.get(verb=Event.Verb.CORRECTED_CONTACT)
        assert (event.data["was"], event.data["result"]) == ("reached", "no_answer")

    def test_no_answer_was_reached(self, owned_alert: Alert, patient: Patient, nurse: StaffMember) -> None:
        wrong = try_at(patient, nurse, 1.1)

        self.correct(wrong, nurse, 1.2, "reached")

        owned_alert.refresh_from_db()
        assert (owned_alert.reached_at, owned_alert.is_reached) == (at(1.1), True)
        assert (owned_alert.failed_tries, owned_alert.follow_up_at) == (0, None)

    def test_a_report_after_the_call_is_not_answered_by_it(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        wrong = try_at(patient, nurse, 1.1)
        check_in(patient, 1.15, signs=["pus"])

        self.correct(wrong, nurse, 1.2, "reached")

        owned_alert.refresh_from_db()
        assert (owned_alert.is_reached, owned_alert.is_waiting, owned_alert.next_escalation_at) == (
            False,
            True,
            at(1.65),
        )

    def test_what_the_slip_confirmed_waits_again(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        check_in(patient, 1.1, signs=["pus"])
        wrong = try_at(patient, nurse, 1.15, "reached")

        self.correct(wrong, nurse, 1.2, "no_answer")

        owned_alert.refresh_from_db()
        assert (owned_alert.unconfirmed_since, owned_alert.next_escalation_at) == (at(1.1), at(1.6))
        assert owned_alert.reported_again_at == at(1.1)

    def test_what_somebody_confirmed_since_does_not(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        check_in(patient, 1.1, signs=["pus"])
        wrong = try_at(patient, nurse, 1.15, "reached")
        check_in(patient, 1.16, signs=["pus"])
        acknowledge(alert=owned_alert, by=nurse.user, now=at(1.17))

        self.correct(wrong, nurse, 1.2, "no_answer")

        owned_alert.refresh_from_db()
        assert (owned_alert.is_waiting, owned_alert.follow_up_at) == (False, at(1.67))

    def test_a_call_that_came_after_the_slip_still_counts(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        wrong = try_at(patient, nurse, 1.1)
        try_at(patient, nurse, 1.15, "reached")

        self.correct(wrong, nurse, 1.2, "left_message")

        owned_alert.refresh_from_db()
        assert (owned_alert.reached_at, owned_alert.is_reached, owned_alert.follow_up_at) == (
            at(1.15),
            True,
            None,
        )

    def test_a_wrong_number_that_was_mistaken_for_another_result_tells_the_next_contact(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember, steps: list[ContactStep]
    ) -> None:
        wrong = try_at(patient, nurse, 1.1, "reached")
        self.correct(wrong, nurse, 1.2, "wrong_number")

        assert told("wrong_number") == [(at(1.2), 1)]

    def test_a_correction_is_corrected_by_another_and_each_once(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        first = try_at(patient, nurse, 1.1)
        second = self.correct(first, nurse, 1.2, "reached")
        with pytest.raises(AlreadyCorrectedError):
            self.correct(first, nurse, 1.3, "left_message")
        self.correct(second, nurse, 1.3, "left_message")

        owned_alert.refresh_from_db()
        assert (owned_alert.is_reached, owned_alert.failed_tries) == (False, 1)

    def test_what_is_closed_stays_as_it_is(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        wrong = try_at(patient, nurse, 1.1, "reached")
        close(alert=owned_alert, by=nurse.user, now=at(1.15), outcome="advice_given")

        self.correct(wrong, nurse, 1.2, "no_answer")

        owned_alert.refresh_from_db()
        assert (owned_alert.status, owned_alert.follow_up_at) == ("closed", None)


class TestClosingUnreached:
    @pytest.mark.parametrize("note", ["", "  "])
    def test_an_urgent_alert_needs_a_note(self, owned_alert: Alert, nurse: StaffMember, note: str) -> None:
        with pytest.raises(NoteNeededError):
            close(alert=owned_alert, by=nurse.user, now=at(1.2), outcome="advice_given", note=note)
        owned_alert.refresh_from_db()
        assert owned_alert.is_open

    def test_once_the_patient_was_reached_it_needs_none(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        try_at(patient, nurse, 1.1, "reached")
        assert not close(alert=owned_alert, by=nurse.user, now=at(1.2), outcome="advice_given").is_open

    def test_a_report_since_the_call_needs_one_again(
        self, owned_alert: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        try_at(patient, nurse, 1.1, "reached")
        check_in(patient, 1.15, signs=["pus"])
        with pytest.raises(NoteNeededError):
            close(alert=owned_alert, by=nurse.user, now=at(1.2), outcome="advice_given")

    def test_a_same_day_one_needs_none(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, signs=["lumps"])
        alert = alert_of(patient, "lumps")
        assert not close(alert=alert, by=nurse.user, now=at(1.2), outcome="expected_course").is_open


class TestLeftOpen:
    def test_after_three_days_the_owner_and_the_manager_are_told_and_then_every_three_days(
        self,
        owned_alert: Alert,
        patient: Patient,
        nurse: StaffMember,
        clinician: StaffMember,
        manager: StaffMember,
    ) -> None:
        try_at(patient, nurse, 1.1, "reached")

        assert [notify_left_open(at(72.9)), notify_left_open(at(73)), notify_left_open(at(73.1))] == [0, 1, 0]
        assert recipients("left_open", at(73)) == {nurse.user, manager.user}
        assert Event.objects.filter(verb=Event.Verb.LEFT_OPEN, subject=owned_alert.pk).count() == 1
        assert [notify_left_open(at(144.9)), notify_left_open(at(145))] == [0, 1]

    def test_it_waits_for_the_clinic_to_open(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 12, signs=["lumps", "pus"])
        for alert in patient.alerts.all():
            acknowledge(alert=alert, by=nurse.user, now=at(12))

        notify_left_open(at(84))

        dispatch = Dispatch.objects.get(reason="left_open")
        assert dispatch.due_at == at(94)
        assert dispatch.alerts.count() == 2

    def test_closed_new_and_routine_ones_are_not_told(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, signs=["pus", "hives", "patches"])
        for rule in ("pus", "new_patches"):
            acknowledge(alert=alert_of(patient, rule), by=nurse.user, now=at(1))
        close(alert=alert_of(patient, "pus"), by=nurse.user, now=at(2), outcome="mistake", note="No.")

        assert notify_left_open(at(80)) == 0

    def test_what_is_opened_again_begins_anew(self, owned_alert: Alert, nurse: StaffMember) -> None:
        close(alert=owned_alert, by=nurse.user, now=at(2), outcome="mistake", note="No.")
        reopen(alert=owned_alert, by=nurse.user, now=at(70), why="It is worse.")

        assert [notify_left_open(at(80)), notify_left_open(at(142))] == [0, 1]
