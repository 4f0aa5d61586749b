"""Giving back what was acknowledged by a slip, and undoing a close within a minute."""

import pytest

from aftercare.alerts.actions.closing import NewerAlertError, NotClosedError, TooLateError, close, undo_close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.errors import AlreadyClosedError, NotAcknowledgedError
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, StaffMember
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owned_later(daytime_alert: Alert, nurse: StaffMember) -> Alert:
    """An urgent alert, opened at 1 h, which the nurse acknowledged at 1.1 h."""
    return acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))


class TestGivingBack:
    def test_it_is_new_again_on_a_clock_that_begins_now_and_step_one_is_told(
        self, owned_later: Alert, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        given = give_back(alert=owned_later, by=nurse.user, now=at(1.2))

        assert (given.status, given.owner, given.acknowledged_by, given.follow_up_at) == (
            "new",
            None,
            None,
            None,
        )
        assert (given.returned_at, given.next_escalation_at) == (at(1.2), at(1.7))
        drain(at(1.2))
        returned = Dispatch.objects.get(reason=Dispatch.Reason.RETURNED)
        told = {message.recipient for message in Message.objects.filter(subject=returned.pk)}
        assert told == {nurse.user, clinician.user}
        event = Event.objects.get(verb=Event.Verb.GAVE_BACK)
        assert (event.actor, event.subject) == (nurse.user, owned_later.pk)
        assert event.data == {"owner": nurse.user_id}
        assert [escalate(at(1.6)), escalate(at(1.7))] == [0, 1]

    def test_what_waits_again_keeps_the_older_clock(
        self, owned_later: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        check_in(patient, 1.2, signs=["pus"])

        given = give_back(alert=owned_later, by=nurse.user, now=at(1.6))

        assert (given.status, given.waiting_since, given.next_escalation_at) == ("new", at(1.2), at(1.7))

    def test_twice_it_is_told_twice(self, owned_later: Alert, nurse: StaffMember) -> None:
        for h in (1.2, 1.4):
            give_back(alert=owned_later, by=nurse.user, now=at(h))
            acknowledge(alert=owned_later, by=nurse.user, now=at(h + 0.1))

        assert Dispatch.objects.filter(reason=Dispatch.Reason.RETURNED).count() == 2

    def test_what_nobody_has_or_is_closed_is_not_given_back(
        self, owned_later: Alert, nurse: StaffMember
    ) -> None:
        give_back(alert=owned_later, by=nurse.user, now=at(1.2))
        with pytest.raises(NotAcknowledgedError):
            give_back(alert=owned_later, by=nurse.user, now=at(1.3))
        close(alert=owned_later, by=nurse.user, now=at(1.4), outcome="mistake", note="No.")
        with pytest.raises(AlreadyClosedError):
            give_back(alert=owned_later, by=nurse.user, now=at(1.5))


def state(alert: Alert) -> dict[str, object]:
    """Every column of an alert, as it is now."""
    return {
        field.attname: value
        for field in Alert._meta.concrete_fields
        for value in [getattr(alert, field.attname)]
    }


class TestUndoingAClose:
    @pytest.mark.parametrize("before", ["acknowledged", "new", "waits again", "reached", "forgotten"])
    def test_it_is_what_it_was(
        self, owned_later: Alert, patient: Patient, nurse: StaffMember, before: str
    ) -> None:
        if before == "new":
            give_back(alert=owned_later, by=nurse.user, now=at(1.2))
        elif before == "waits again":
            check_in(patient, 1.2, signs=["pus"])
            escalate(at(1.7))
        elif before == "reached":
            record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="reached")
        elif before == "forgotten":
            Alert.objects.update(forgotten_since=at(1.2))
        owned_later.refresh_from_db()
        stood = state(owned_later)

        close(alert=owned_later, by=nurse.user, now=at(2), outcome="mistake", note="A slip.")
        undone = undo_close(alert=owned_later, by=nurse.user, now=at(2, seconds=60))

        undone.refresh_from_db()
        assert state(undone) == stood
        event = Event.objects.get(verb=Event.Verb.UNDID_CLOSE)
        assert (event.actor, event.details["note"]) == (nurse.user, "A slip.")

    def test_after_a_minute_or_by_somebody_else_it_stays_closed(
        self, owned_later: Alert, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        with pytest.raises(NotClosedError):
            undo_close(alert=owned_later, by=nurse.user, now=at(2))
        close(alert=owned_later, by=nurse.user, now=at(2), outcome="mistake", note="No.")
        for by, seconds in ((nurse, 61), (clinician, 10)):
            with pytest.raises(TooLateError):
                undo_close(alert=owned_later, by=by.user, now=at(2, seconds=seconds))

    def test_of_two_closings_the_last_is_undone(self, owned_later: Alert, nurse: StaffMember) -> None:
        close(alert=owned_later, by=nurse.user, now=at(2), outcome="mistake", note="No.")
        undo_close(alert=owned_later, by=nurse.user, now=at(2, seconds=5))
        give_back(alert=owned_later, by=nurse.user, now=at(2, seconds=10))
        close(alert=owned_later, by=nurse.user, now=at(2, seconds=20), outcome="mistake", note="No.")

        assert undo_close(alert=owned_later, by=nurse.user, now=at(2, seconds=30)).status == "new"

    def test_a_newer_alert_of_the_same_rule_is_the_one_to_work_on(
        self, owned_later: Alert, patient: Patient, nurse: StaffMember
    ) -> None:
        close(alert=owned_later, by=nurse.user, now=at(2), outcome="mistake", note="No.")
        check_in(patient, at(2, seconds=20), signs=["pus"])

        with pytest.raises(NewerAlertError):
            undo_close(alert=owned_later, by=nurse.user, now=at(2, seconds=30))
