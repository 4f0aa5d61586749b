"""The alarm drill goes the whole way, says that it is one, and is timed."""

import pytest

from aftercare.alerts.actions.drills import (
    DrillEndedError,
    DrillRunningError,
    drill_times,
    end_drill,
    escalate_drills,
    start_drill,
)
from aftercare.alerts.models import Alert, ContactStep, Dispatch, Drill
from aftercare.alerts.notifying.notifications import drain, render
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, StaffMember
from tests.factories import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill(clinic: Clinic, manager: StaffMember, nurse: StaffMember, clinician: StaffMember) -> Drill:
    for position, member in enumerate((nurse, clinician)):
        ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
    return start_drill(clinic=clinic, by=manager.user, now=at(0))


def told() -> list[str]:
    messages = Message.objects.order_by("created_at", "pk")
    return list(messages.values_list("recipient__first_name", flat=True))


def test_a_drill_tells_the_first_step_and_then_the_next_until_somebody_acknowledges(
    drill: Drill, clinician: StaffMember
) -> None:
    drain(at(0))
    assert told() == ["Ruth"]

    assert escalate_drills(at(0, minutes=9.9)) == 0
    for minutes in (10, 20, 40, 41):
        escalate_drills(at(0, minutes=minutes))
        drain(at(0, minutes=minutes))
    assert told() == ["Ruth", "Tom", "Tom"]

    end_drill(drill=drill, by=clinician.user, now=at(0, minutes=42), acknowledged=True)
    assert escalate_drills(at(1.5)) == 0
    assert {render(message, at(0, minutes=42)) for message in Message.objects.all()} == {None}


def test_every_message_says_that_it_is_a_drill_and_no_alert_comes_of_it(drill: Drill) -> None:
    drain(at(0))
    content = render(Message.objects.get(), at(0))

    assert content
    assert content.subject.startswith("DRILL")
    assert "This is a drill" in content.body
    assert f"/clinic/drills/{drill.pk}/" in content.body
    assert not Alert.objects.exists()


def test_a_drill_is_timed_from_its_start_to_the_first_message_and_to_the_answer(
    drill: Drill, nurse: StaffMember
) -> None:
    drain(at(0))
    assert drill_times(drill).told_after is None
    Message.objects.update(state=Message.State.SENT, finished_at=at(0, seconds=3))
    end_drill(drill=drill, by=nurse.user, now=at(0, minutes=2), acknowledged=True)
    drill.refresh_from_db()

    timing = drill_times(drill)

    assert timing.told_after is not None
    assert timing.acknowledged_after is not None
    assert (timing.told_after.total_seconds(), timing.acknowledged_after.total_seconds()) == (3, 120)


def test_one_drill_at_a_time(drill: Drill, manager: StaffMember) -> None:
    with pytest.raises(DrillRunningError):
        start_drill(clinic=drill.clinic, by=manager.user, now=at(1))
    assert Drill.objects.count() == 1


def test_a_drill_that_has_ended_stays_as_it_was(
    drill: Drill, nurse: StaffMember, manager: StaffMember
) -> None:
    end_drill(drill=drill, by=manager.user, now=at(1), acknowledged=False)

    with pytest.raises(DrillEndedError):
        end_drill(drill=drill, by=nurse.user, now=at(1), acknowledged=True)
    drill.refresh_from_db()
    assert (drill.acknowledged_by, drill_times(drill).acknowledged_after) == (None, None)


def test_a_drill_that_nobody_answers_ends_by_itself_after_two_hours(drill: Drill) -> None:
    escalate_drills(at(2))

    drill.refresh_from_db()
    assert drill.ended_at == at(2)
    assert drill.acknowledged_by is None
    # After an outage: its messages, which nobody has sent, are not sent any more.
    drain(at(2))
    assert told() == []


def test_who_started_and_who_answered_is_kept(drill: Drill, nurse: StaffMember, manager: StaffMember) -> None:
    end_drill(drill=drill, by=nurse.user, now=at(0.1), acknowledged=True)

    events = Event.objects.filter(subject=drill.pk).order_by("pk")
    assert [(event.verb, event.actor, event.clinic) for event in events] == [
        ("started_drill", manager.user, drill.clinic),
        ("acknowledged_drill", nurse.user, drill.clinic),
    ]


def test_one_clinics_drill_that_fails_keeps_no_other_waiting(
    drill: Drill, other_clinic: Clinic, outsider: StaffMember, caplog: pytest.LogCaptureFixture
) -> None:
    other = start_drill(clinic=other_clinic, by=outsider.user, now=at(0))
    # The next turn of the first is taken already: writing it again breaks a constraint.
    Dispatch.objects.filter(event=drill.pk).update(turn=1)

    assert escalate_drills(at(0.5)) == 1
    other.refresh_from_db()
    assert other.escalations == 1
    assert str(drill.pk) in caplog.text
