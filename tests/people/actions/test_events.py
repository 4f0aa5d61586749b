"""Events hold ids, codes and instants; words about a person stand beside them, and are erased with the person."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aftercare.people.actions.events import WordsInEventError, record_event
from aftercare.people.models import Event, EventDetail, Patient, StaffMember
from tests.factories import at
from tests.people.tampering import as_owner_of_the_database

pytestmark = pytest.mark.django_db

WORDS = [
    "Ruth Test",
    "Ruth",
    "0161 496 0123",
    "+441614960123",
    "ruth@test.example",
    "asked, and said no",
    "8:00",
]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("shape", [{"was": "X"}, {"before": {"name": "X"}}, {"all": ["X"]}, {"X": 1}])
def test_words_in_the_data_of_an_event_are_refused(
    nurse: StaffMember, shape: dict[str, Any], words: str
) -> None:
    with pytest.raises(WordsInEventError):
        record_event(verb=Event.Verb.CLOSED, actor=nurse.user, now=at(1), data=put(shape, words))
    assert not Event.objects.exists()


def put(shape: Any, words: str) -> Any:
    """Put words into the place marked X."""
    if isinstance(shape, dict):
        return {put(key, words): put(value, words) for key, value in shape.items()}
    if isinstance(shape, list):
        return [put(value, words) for value in shape]
    return words if shape == "X" else shape


def test_codes_instants_and_ids_are_kept(nurse: StaffMember, patient: Patient) -> None:
    data = {
        "outcome": "seen_in_clinic",
        "note": "",
        "before": {str(patient.pk): {"at": at(1).isoformat(), "owner_id": nurse.user_id, "status": None}},
    }
    record_event(verb=Event.Verb.CLOSED, actor=nurse.user, now=at(1), patient=patient, data=data)
    assert Event.objects.get().data == data
    assert Event.objects.get().details == {}
    assert not EventDetail.objects.exists(), "what has no words has no row for them"


def test_erased_words_leave_the_event_as_it_was(nurse: StaffMember, patient: Patient) -> None:
    record_event(
        verb=Event.Verb.WITHDREW,
        actor=nurse.user,
        now=at(1),
        patient=patient,
        details={"reason": "Moved to Leeds.", "note": ""},
    )
    assert Event.objects.get().details == {"reason": "Moved to Leeds."}
    EventDetail.objects.filter(event__patient=patient).delete()
    event = Event.objects.get()
    assert (event.verb, event.patient, event.details) == ("withdrew", patient, {})


BEFORE = {"status": "new", "next_try_at": None}
# As events were written before: verb, data, the data after the migration, the words beside it.
OLD: list[tuple[str, Any, Any, Any]] = [
    ("gave_back", {"owner": "Ruth Test"}, {}, {"owner": "Ruth Test"}),
    ("withdrew", {"reason": "Moved."}, {}, {"reason": "Moved."}),
    (
        "changed_account",
        {"before": {"last_name": "Test"}, "after": {"last_name": "Lowe"}},
        {"fields": ["last_name"]},
        {"before": {"last_name": "Test"}, "after": {"last_name": "Lowe"}},
    ),
    (
        "reopened",
        {"why": "A slip.", "note": "", "outcome": "mistake", "closed_by": 1},
        {"outcome": "mistake", "closed_by": 1},
        {"why": "A slip."},
    ),
    (
        "moved_procedure",
        {"kind": "mn", "area": "face", "performed_at": "x", "from": "a", "to": "b", "reason": "Wrong."},
        {"from": "a", "to": "b"},
        {"kind": "mn", "area": "face", "performed_at": "x", "reason": "Wrong."},
    ),
    (
        "closed",
        {"outcome": "mistake", "before": {**BEFORE, "next_try_reason": "Sleeps."}},
        {"outcome": "mistake", "before": BEFORE},
        {"next_try_reason": "Sleeps."},
    ),
    (
        "tried_contact",
        {"result": "reached", "before": {"a": {**BEFORE, "next_try_reason": "Sleeps."}}},
        {"result": "reached", "before": {"a": BEFORE}},
        {"next_try_reason": "Sleeps."},
    ),
    ("acknowledged", {}, {}, {}),
    ("enrolled", {"consent": True}, {"consent": True}, {}),
]


@pytest.mark.parametrize(("verb", "old", "new", "words"), OLD, ids=[verb for verb, *_rest in OLD])
def test_the_migration_moves_the_words_of_earlier_events_beside_them(
    nurse: StaffMember, verb: str, old: Any, new: Any, words: Any
) -> None:
    event = Event.objects.create(verb=verb, actor=nurse.user, at=at(1), data=old)
    migration = import_module("aftercare.people.migrations.0020_words_beside_events")
    with as_owner_of_the_database():
        migration.move_words(apps_after("0020_words_beside_events"), None)
    event = Event.objects.get(pk=event.pk)
    assert event.data == new
    assert event.details == words


def apps_after(name: str) -> Any:
    """Return the models as they are after a migration."""
    return MigrationExecutor(connection).loader.project_state([("people", name)]).apps
