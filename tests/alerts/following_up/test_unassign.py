"""Alerts whose owner has left or is away are unassigned."""

import pytest

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up import unassign
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.following_up.unassign import return_to_pool
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import drain, render
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Shift, StaffMember
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinician")]


def leave(member: StaffMember) -> None:
    StaffMember.objects.filter(pk=member.pk).update(is_active=False)


def test_a_leavers_alert_waits_again_on_a_new_clock_and_the_others_are_told(
    owned_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    Message.objects.all().delete()
    Dispatch.objects.all().delete()
    leave(nurse)

    assert [return_to_pool(at(3)), return_to_pool(at(3))] == [1, 0]
    drain(at(3))

    owned_alert.refresh_from_db()
    assert (owned_alert.status, owned_alert.acknowledged_by, owned_alert.returned_at) == ("new", None, at(3))
    assert owned_alert.acknowledge_by == owned_alert.next_escalation_at == at(3.5)
    message = Message.objects.get()
    assert message.recipient == clinician.user
    content = render(message, at(3))
    assert content
    assert content.subject == "Urgent: a check-in has no owner any more"
    assert Event.objects.get(verb=Event.Verb.RETURNED).data == {"owner": nurse.user_id}
    assert [escalate(at(3, minutes=29)), escalate(at(3, minutes=30))] == [0, 1]


def test_an_alert_goes_back_when_the_absence_begins_and_not_before(
    owned_alert: Alert, nurse: StaffMember
) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(2), away_until=at(90))

    assert [return_to_pool(at(1.9)), return_to_pool(at(2))] == [0, 1]


def test_an_alert_of_who_is_there_stays_theirs(owned_alert: Alert) -> None:
    assert return_to_pool(at(3)) == 0
    owned_alert.refresh_from_db()
    assert owned_alert.status == Alert.Status.ACKNOWLEDGED


def test_it_may_go_back_twice(owned_alert: Alert, nurse: StaffMember, clinician: StaffMember) -> None:
    leave(nurse)
    return_to_pool(at(3))
    acknowledge(alert=owned_alert, by=clinician.user, now=at(3))
    leave(clinician)

    assert return_to_pool(at(4)) == 1
    assert Dispatch.objects.filter(reason=Dispatch.Reason.RETURNED).count() == 2


def test_places_of_the_rota_become_free_from_now_on(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    def place(member: StaffMember, start: float, end: float) -> Shift:
        return Shift.objects.create(clinic=clinic, member=member, starts_at=at(start), ends_at=at(end))

    past, during, before, theirs = (
        place(nurse, -9, -1),
        place(nurse, 20, 28),
        place(nurse, 2, 10),
        place(clinician, 20, 28),
    )
    StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(10), away_until=at(60))

    assert return_to_pool(at(0)) == 1
    leave(nurse)
    assert return_to_pool(at(0)) == 1

    holders = {shift.pk: shift.member for shift in Shift.objects.all()}
    assert holders == {past.pk: nurse, during.pk: None, before.pk: None, theirs.pk: clinician}


def test_one_alert_that_cannot_go_back_keeps_no_other(
    owned_alert: Alert,
    stranger: Patient,
    nurse: StaffMember,
    outsider: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    check_in(stranger, 1, signs=["pus"])
    acknowledge(alert=stranger.alerts.get(), by=outsider.user, now=at(1))
    for member in (nurse, outsider):
        leave(member)
    unassign_alert = unassign.unassign_alert

    def fails_for_the_first(one: Alert, *rest: object) -> bool:
        if one.pk == owned_alert.pk:
            raise ValueError("a fault")
        return unassign_alert(one, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(unassign, "unassign_alert", fails_for_the_first)

    assert return_to_pool(at(2)) == 1
    assert str(owned_alert.pk) in caplog.text
