"""The version of a queue: it changes with each commit that the queue shows, and never comes again."""

import threading

import pytest
from django.db import connections, transaction

from aftercare.alerts.models import Alert, QueueChange
from tests.at_once import PATIENCE
from tests.factories import at, check_in, someone

pytestmark = pytest.mark.usefixtures("procedure", "course_set")


def version(alert: Alert) -> int:
    return QueueChange.objects.version_of([alert.clinic_id])


def change(alert: Alert, minute: int) -> None:
    Alert.objects.filter(pk=alert.pk).update(silent_since=at(21, minutes=minute))


def test_a_change_gives_a_new_version_and_what_changes_nothing_does_not(urgent_alert: Alert) -> None:
    before = version(urgent_alert)
    assert version(urgent_alert) == before
    change(urgent_alert, 1)
    assert version(urgent_alert) != before


def test_what_was_rolled_back_never_comes_again(urgent_alert: Alert) -> None:
    before = version(urgent_alert)
    with transaction.atomic():
        change(urgent_alert, 1)
        undone = version(urgent_alert)
        transaction.set_rollback(True)
    assert version(urgent_alert) == before
    change(urgent_alert, 2)
    assert len({before, undone, version(urgent_alert)}) == 3


def test_folding_keeps_the_version_and_leaves_one_row(urgent_alert: Alert) -> None:
    for minute in range(5):
        change(urgent_alert, minute)
    before = version(urgent_alert)
    assert QueueChange.objects.fold() >= 1
    assert version(urgent_alert) == before
    assert QueueChange.objects.filter(clinic_id__in=[0, urgent_alert.clinic_id]).count() == 1
    assert QueueChange.objects.fold() == 0


@pytest.mark.django_db(transaction=True)
def test_who_began_earlier_and_commits_later_changes_the_version_and_keeps_nobody_waiting(
    urgent_alert: Alert,
) -> None:
    if connections["default"].vendor == "sqlite":
        return  # has one writer at a time
    begun, go_on = threading.Event(), threading.Event()

    def commit_late() -> None:
        try:
            with transaction.atomic():
                change(urgent_alert, 1)
                begun.set()
                go_on.wait(PATIENCE)
        finally:
            connections.close_all()

    other = threading.Thread(target=commit_late)
    other.start()
    assert begun.wait(PATIENCE)
    seen = [version(urgent_alert)]
    check_in(someone(urgent_alert.patient, "Zora"), 20, emergency=["eye"])
    seen.append(version(urgent_alert))
    QueueChange.objects.fold()
    seen.append(version(urgent_alert))
    go_on.set()
    other.join(PATIENCE)
    seen.append(version(urgent_alert))
    assert seen[1] == seen[2]
    assert len(set(seen)) == 3
