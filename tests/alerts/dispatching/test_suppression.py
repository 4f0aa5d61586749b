"""Suppressed alerts are notified once the higher alert is handled."""

from collections.abc import Callable

import pytest

from aftercare.alerts.actions.closing import close, undo_close
from aftercare.alerts.actions.contact_attempts import correct_contact_attempt, record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.auditing.search import untold
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, StaffMember, User
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procedure")]
Act = Callable[[Alert, User], object]


@pytest.fixture
def covered(patient: Patient, nurse: StaffMember) -> Alert:
    """An emergency of 1 h, under which an urgent alert of 1.05 h and a same-day one of 1.1 h stand quietly."""
    check_in(patient, 1, emergency=["eye"])
    assert not check_in(patient, 1.05, signs=["pus"]).dispatched
    assert not check_in(patient, 1.1, signs=["lumps"]).dispatched
    alert: Alert = patient.alerts.get(rule="eye_involved")
    return alert


def uncovered() -> list[tuple[set[str], object]]:
    """Of which rules somebody is told, and from when on."""
    found = Dispatch.objects.filter(reason=Dispatch.Reason.UNCOVERED).order_by("due_at", "decided_at")
    return [(set(one.alerts.values_list("rule", flat=True)), one.due_at) for one in found]


def told(h: float) -> set[str]:
    """The rules of which messages were written at an hour."""
    drain(at(h))
    subjects = Message.objects.filter(created_at=at(h)).values("subject")
    return set(Dispatch.objects.filter(pk__in=subjects).values_list("alerts__rule", flat=True))


ACTS: dict[str, Act] = {
    "acknowledged": lambda alert, by: acknowledge(alert=alert, by=by, now=at(1.2)),
    "closed": lambda alert, by: close(
        alert=alert, by=by, now=at(1.2), outcome="emergency_care", note="Ambulance."
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_minute_after_the_higher_one_is_dealt_with_the_next_level_is_told(
    covered: Alert, nurse: StaffMember, act: Act
) -> None:
    act(covered, nurse.user)

    assert uncovered() == [({"pus"}, at(1.2, minutes=1))]
    assert told(1.2) == {"eye_involved"}
    drain(at(1.2, minutes=1))
    [uncovering] = Dispatch.objects.filter(reason=Dispatch.Reason.UNCOVERED)
    assert Message.objects.filter(subject=uncovering.pk).exists()


def test_what_is_acknowledged_within_the_minute_is_told_to_nobody(
    covered: Alert, patient: Patient, nurse: StaffMember
) -> None:
    acknowledge(alert=covered, by=nurse.user, now=at(1.2))
    acknowledge(alert=patient.alerts.get(rule="pus"), by=nurse.user, now=at(1.21))

    drain(at(1.3))

    pus = Dispatch.objects.get(reason=Dispatch.Reason.UNCOVERED, alerts__rule="pus")
    assert not Message.objects.filter(subject=pus.pk).exists()
    # And so on, level by level.
    assert {"lumps"} in [rules for rules, _due in uncovered()]


def test_its_own_clock_runs_all_the_time(covered: Alert, patient: Patient, nurse: StaffMember) -> None:
    acknowledge(alert=covered, by=nurse.user, now=at(1.2))

    pus = patient.alerts.get(rule="pus")
    assert pus.next_escalation_at == at(1.05, minutes=30)
    assert [escalate(at(1.05, minutes=29)), escalate(at(1.05, minutes=30))] == [0, 1]


def test_a_same_day_one_is_told_when_the_clinic_opens(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 12, signs=["pus"])
    assert not check_in(patient, 12.1, signs=["lumps"]).dispatched

    acknowledge(alert=patient.alerts.get(rule="pus"), by=nurse.user, now=at(12.2))

    assert uncovered() == [({"lumps"}, at(22))]
    drain(at(13))
    assert Dispatch.objects.get(reason=Dispatch.Reason.UNCOVERED).drained_at is None


def test_what_was_told_before_is_not_told_again(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 1, signs=["lumps"])
    check_in(patient, 1.1, signs=["pus"])

    acknowledge(alert=patient.alerts.get(rule="pus"), by=nurse.user, now=at(1.2))

    assert uncovered() == []


def test_what_waits_again_quietly_is_uncovered_too(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 1, signs=["pus"])
    acknowledge(alert=patient.alerts.get(rule="pus"), by=nurse.user, now=at(1.05))
    check_in(patient, 1.1, emergency=["eye"])
    assert not check_in(patient, 1.15, signs=["pus"]).dispatched

    acknowledge(alert=patient.alerts.get(rule="eye_involved"), by=nurse.user, now=at(1.2))

    assert uncovered() == [({"pus"}, at(1.2, minutes=1))]


@pytest.mark.parametrize("again", ["given back", "undone", "reported"])
def test_what_is_covered_again_within_the_minute_stays_quiet(
    covered: Alert, patient: Patient, nurse: StaffMember, again: str
) -> None:
    if again == "undone":
        close(alert=covered, by=nurse.user, now=at(1.2), outcome="mistake", note="No.")
        undo_close(alert=covered, by=nurse.user, now=at(1.205))
    else:
        acknowledge(alert=covered, by=nurse.user, now=at(1.2))
        if again == "reported":
            check_in(patient, 1.205, emergency=["faint"])
        else:
            give_back(alert=covered, by=nurse.user, now=at(1.205))

    assert "pus" not in told(1.3)
    # It is told as soon as that one, too, is dealt with.
    for alert in patient.alerts.waiting().filter(level="emergency"):
        acknowledge(alert=alert, by=nurse.user, now=at(1.4))
    assert uncovered() == [({"pus"}, at(1.4, minutes=1))]


def test_a_call_leaves_nothing_to_uncover(covered: Alert, patient: Patient, nurse: StaffMember) -> None:
    record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="no_answer")

    assert not patient.alerts.waiting().exists()
    assert uncovered() == []


def test_a_call_that_reached_nobody_after_all_uncovers_what_waits_again(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["pus"])
    acknowledge(alert=patient.alerts.get(rule="pus"), by=nurse.user, now=at(1.05))
    check_in(patient, 1.1, emergency=["eye"])
    assert not check_in(patient, 1.15, signs=["pus"]).dispatched
    call = record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="reached")
    assert uncovered() == []

    correct_contact_attempt(attempt=call, by=nurse.user, now=at(1.25), result="left_message")

    assert [alert.rule for alert in patient.alerts.waiting()] == ["pus"]
    assert uncovered() == [({"pus"}, at(1.25, minutes=1))]
    assert untold(at(1.3)) == {}


def test_a_close_that_is_undone_uncovers_what_waits_again(
    covered: Alert, patient: Patient, nurse: StaffMember
) -> None:
    pus = patient.alerts.get(rule="pus")
    close(alert=pus, by=nurse.user, now=at(1.2), outcome="advice_given", note="Pictures.")
    acknowledge(alert=covered, by=nurse.user, now=at(1.205))
    assert uncovered() == [({"lumps"}, at(1.205, minutes=1))]

    undo_close(alert=pus, by=nurse.user, now=at(1.21))

    assert ({"pus"}, at(1.21, minutes=1)) in uncovered()
    assert untold(at(1.3)) == {}
