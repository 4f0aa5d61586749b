"""Two workers run at the same moment: each reminder is written once."""

from __future__ import annotations

from functools import partial

import pytest

from aftercare.checkins.models import Reminder
from aftercare.checkins.reminders import running
from aftercare.people.models import Clinic
from tests.at_once import at_once
from tests.checkins.reminders.world import reminders
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, at

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_share_the_work_and_double_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 5)
    for _number in range(30):
        ProcedureFactory.create(
            patient=PatientFactory.create(clinic=clinic), recorded_by=UserFactory.create()
        )
    running.plan_reminders(at(1))
    running.remind(at(1))

    written = at_once(*[partial(running.remind, at(8))] * 2)

    # What one of them has locked, the other passes over; a later run finds nothing left.
    assert not [error for error in written if isinstance(error, Exception)]
    assert sum(one for one in written if isinstance(one, int)) + running.remind(at(8)) == 30
    assert Reminder.objects.count() == len(reminders()) == 30


def test_two_runs_of_the_planning_make_one_plan_each(clinic: Clinic) -> None:
    for _number in range(10):
        ProcedureFactory.create(
            patient=PatientFactory.create(clinic=clinic), recorded_by=UserFactory.create()
        )
    planned = at_once(*[partial(running.plan_reminders, at(1))] * 2)
    assert not [error for error in planned if isinstance(error, Exception)]
    assert running.remind(at(8)) == 10
