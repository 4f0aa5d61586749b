"""Events are sealed in a chain: what is removed, inserted or altered is found, and nothing else is."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet

from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, EventDetail, EventSeal, Patient, SealedEvent, StaffMember
from aftercare.people.models.append_only import AppendOnlyError
from aftercare.people.models.seals import GENESIS
from aftercare.people.sealing import actions
from aftercare.people.sealing.actions import lock_chain, seal_events
from aftercare.people.sealing.digests import canonical_text, digest_of, hash_of
from aftercare.people.sealing.tasks import seal
from aftercare.people.sealing.verification import verify
from tests.at_once import PATIENCE, at_once
from tests.clock import frozen_at
from tests.factories import at
from tests.people.tampering import TABLES, alter, as_owner_of_the_database, remove, sql


def written(by: StaffMember, now: datetime, patient: Patient | None = None, **columns: Any) -> Event:
    return record_event(
        verb=Event.Verb.ACKNOWLEDGED, actor=by.user, now=now, clinic=by.clinic, patient=patient, **columns
    )


@pytest.fixture
def three(nurse: StaffMember, patient: Patient) -> list[Event]:
    """Three events, a minute apart, each sealed at once."""
    events = []
    for minute in (0, 1, 2):
        events.append(written(nurse, at(minutes=minute), patient, data={"outcome": "mistake"}))
        assert seal_events(at(minutes=minute)) == 1
    return events


@pytest.mark.django_db
class TestRefusal:
    @pytest.mark.parametrize("table", TABLES)
    def test_the_database_refuses_to_change_a_row(self, three: list[Event], table: str) -> None:
        column = {"people_event": "verb", "people_eventseal": "hash", "people_sealedevent": "digest"}[table]
        with pytest.raises(DatabaseError, match=f"{table} is never changed or deleted"), transaction.atomic():
            sql(f"UPDATE {table} SET {column} = {column}")
        assert verify().faults == []

    @pytest.mark.parametrize("table", TABLES)
    def test_the_database_refuses_to_delete_a_row(self, three: list[Event], table: str) -> None:
        delete = f"DELETE FROM {table}"
        if connection.vendor == "sqlite":
            # A demonstration is emptied row by row (manage.py flush).
            with transaction.atomic():
                sql("PRAGMA defer_foreign_keys = ON")
                sql(delete)
                assert verify().faults or table == "people_event"
                transaction.set_rollback(True)
            return
        with pytest.raises(DatabaseError, match=f"{table} is never changed or deleted"), transaction.atomic():
            sql(delete)
        assert verify().faults == []

    def test_so_do_the_models(self, three: list[Event]) -> None:
        for rows in (Event.objects, EventSeal.objects, SealedEvent.objects):
            with pytest.raises(AppendOnlyError):
                rows.update(pk=1)
            with pytest.raises(AppendOnlyError):
                rows.all().delete()


@pytest.mark.django_db
class TestChain:
    def test_each_seal_covers_what_is_new_and_the_seal_before_it(self, three: list[Event]) -> None:
        first, second, third = EventSeal.objects.all()
        assert (first.number, first.previous) == (1, GENESIS)
        assert (second.previous, third.previous) == (first.hash, second.hash)
        assert [seal.count for seal in (first, second, third)] == [1, 1, 1]
        covered = SealedEvent.objects.values_list("event_id", "seal_id")
        assert list(covered) == [(event.pk, number) for number, event in enumerate(three, start=1)]
        assert verify().faults == []

    def test_with_nothing_new_an_empty_seal_comes_once_an_hour(self, three: list[Event]) -> None:
        for minute in range(3, 125):
            assert seal_events(at(minutes=minute)) == 0
        empty = EventSeal.objects.filter(count=0)
        assert [seal.sealed_at for seal in empty] == [at(minutes=62), at(minutes=122)]
        assert verify().faults == []

    def test_more_than_one_seal_takes_are_sealed_by_several(
        self, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(actions, "EVENTS_OF_A_SEAL", 2)
        # As after an update: events of years are waiting, and the first run comes late.
        for hour in range(5):
            written(nurse, at(hour))
        assert seal_events(at(100)) == 5
        assert list(EventSeal.objects.values_list("count", "is_complete")) == [
            (2, False),
            (2, False),
            (1, True),
        ]
        assert verify().faults == []

    def test_a_run_that_comes_days_late_accuses_nobody(self, three: list[Event], nurse: StaffMember) -> None:
        for hour in (1, 10, 30):
            written(nurse, at(hour))
        assert verify().faults == []
        assert seal_events(at(72)) == 3
        assert verify().faults == []

    def test_the_canonical_text_holds_every_column(self, nurse: StaffMember, patient: Patient) -> None:
        event = written(nurse, at(1), patient, subject=patient.pk, data={"b": 1, "a": [None, "x"]})
        event = Event.objects.get(pk=event.pk)
        columns = (event.pk, nurse.user_id, nurse.clinic_id, patient.pk)
        assert canonical_text(event) == (
            '[{},"2026-01-12T11:00:00.000000+00:00",{},"acknowledged",{},"{}",'.format(*columns)
            + f'"{patient.pk}",{{"a":[null,"x"],"b":1}},"",null,null]'
        )
        assert len(Event._meta.concrete_fields) == 11, "a new column belongs into the canonical text"


ALTERATIONS: list[tuple[str, Any]] = [
    ("verb", "closed"),
    ("at", at(seconds=59)),
    ("actor_id", lambda three: three[0].patient.user_id),
    ("patient_id", None),
    ("clinic_id", None),
    ("subject", UUID(int=1)),
    ("data", {}),
    ("page", "patient"),
    ("address", "203.0.113.9"),
    ("slot", 1),
]


@pytest.mark.django_db
class TestVerification:
    @pytest.mark.parametrize(("column", "value"), ALTERATIONS, ids=[name for name, _value in ALTERATIONS])
    def test_an_altered_event_is_named(self, three: list[Event], column: str, value: Any) -> None:
        alter(Event, three[1].pk, **{column: value(three) if callable(value) else value})
        assert verify().faults == [f"event {three[1].pk} was altered"]

    def test_a_removed_event_is_named(self, three: list[Event]) -> None:
        remove(Event, pk=three[1].pk)
        assert verify().faults == [f"event {three[1].pk} was removed"]

    def test_an_event_that_was_removed_with_its_entry_is_missed_by_the_seal(self, three: list[Event]) -> None:
        remove(Event, pk=three[1].pk)
        remove(SealedEvent, pk=three[1].pk)
        assert verify().faults == ["seal 2 covered other events"]

    def test_an_altered_event_with_an_entry_to_match_is_missed_by_the_seal(self, three: list[Event]) -> None:
        alter(Event, three[1].pk, verb="closed")
        alter(SealedEvent, three[1].pk, digest=digest_of(Event.objects.get(pk=three[1].pk)))
        assert verify().faults == ["seal 2 covered other events"]

    @pytest.mark.parametrize("is_sealed", [False, True])
    def test_an_inserted_event_is_named_before_and_after_it_is_sealed(
        self, three: list[Event], nurse: StaffMember, is_sealed: bool
    ) -> None:
        seal_events(at(3))
        inserted = written(nurse, at(minutes=1))
        if is_sealed:
            assert seal_events(at(3, minutes=1)) == 1
        assert verify().faults == [f"event {inserted.pk} was inserted after its time was sealed"]

    def test_an_inserted_event_with_an_id_that_was_left_out_is_named(self, three: list[Event]) -> None:
        seal_events(at(3))
        Event.objects.bulk_create([Event(pk=-1, at=at(minutes=1), actor=three[0].actor, verb="closed")])
        assert verify().faults == ["event -1 was inserted after its time was sealed"]

    def test_a_removed_seal_is_named(self, three: list[Event]) -> None:
        remove(SealedEvent, seal=2)
        remove(EventSeal, pk=2)
        assert "seal 2 was removed" in verify().faults

    def test_an_altered_seal_is_named(self, three: list[Event]) -> None:
        alter(EventSeal, 2, sealed_at=at(minutes=1, seconds=1))
        assert verify().faults == ["seal 2 was altered"]

    def test_a_chain_that_was_written_anew_is_found_by_a_hash_that_was_kept(
        self, three: list[Event], nurse: StaffMember
    ) -> None:
        kept = verify().newest
        assert kept is not None
        assert verify([kept.hash]).faults == []
        remove(Event, pk=three[1].pk)
        remove(SealedEvent)
        remove(EventSeal)
        seal_events(at(minutes=3))
        assert verify().faults == [], "whoever owns the database can write the chain anew"
        assert verify([kept.hash]).faults == [f"no seal has the hash {kept.hash}: the chain was rewritten"]

    def test_an_erased_person_leaves_a_tombstone_and_the_chain_valid(
        self, nurse: StaffMember, patient: Patient
    ) -> None:
        event = written(nurse, at(1), patient, details={"reason": "Moved to Leeds."})
        seal_events(at(1))
        kept = EventSeal.objects.get().hash
        for user in (patient.user, nurse.user):
            user.first_name, user.last_name, user.email = "", "", f"erased-{user.pk}@aftercare.invalid"
            user.is_active = False
            user.save()
        EventDetail.objects.filter(event__patient=patient).delete()
        event = Event.objects.select_related("actor", "patient__user").get(pk=event.pk)
        assert (event.actor, event.patient, event.details) == (nurse.user, patient, {})
        assert verify([kept]).faults == []
        with pytest.raises(AppendOnlyError):
            event.delete()


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_what_commits_after_its_minute_was_sealed_is_sealed_later_and_not_flagged(
        self, nurse: StaffMember
    ) -> None:
        if connection.vendor == "sqlite":
            return  # one writer at a time: nothing newer is sealed while a transaction is open
        has_written, may_commit, late = threading.Event(), threading.Event(), []

        def write_and_wait() -> None:
            try:
                with transaction.atomic():
                    late.append(written(nurse, at(minutes=1)))
                    has_written.set()
                    assert may_commit.wait(PATIENCE)
            finally:
                connections.close_all()

        thread = threading.Thread(target=write_and_wait)
        thread.start()
        assert has_written.wait(PATIENCE)
        prompt = written(nurse, at(minutes=1))
        assert late[0].pk < prompt.pk
        assert seal_events(at(minutes=2)) == 1
        assert verify().faults == []
        may_commit.set()
        thread.join(PATIENCE)
        assert verify().waiting == 1
        assert verify().faults == []
        assert seal_events(at(minutes=3)) == 1
        assert dict(SealedEvent.objects.values_list("event_id", "seal_id")) == {prompt.pk: 1, late[0].pk: 2}
        assert (verify().waiting, verify().faults) == (0, [])

    def test_an_hour_later_too(self, nurse: StaffMember) -> None:
        for pk, minute in ((1001, 1), (1002, 55), (1000, 56)):
            Event.objects.bulk_create([Event(pk=pk, at=at(minutes=minute), actor=nurse.user, verb="closed")])
            assert seal_events(at(minutes=minute)) == 1
        assert verify().faults == []

    def test_of_several_that_seal_at_once_each_event_is_sealed_once(self, nurse: StaffMember) -> None:
        for minute in range(9):
            written(nurse, at(minutes=minute))
        outcomes = at_once(*[lambda: seal_events(at(minutes=10))] * 4)
        assert sorted(outcome for outcome in outcomes if isinstance(outcome, int)) == [0, 0, 0, 9]
        assert verify().faults == []

    def test_nobody_waits_for_the_chain(self, nurse: StaffMember) -> None:
        if connection.vendor == "sqlite":
            return  # one writer at a time: everybody waits for everybody
        with transaction.atomic():
            lock_chain()
            [event] = at_once(lambda: written(nurse, at(1)))
        assert isinstance(event, Event)
        assert seal_events(at(1)) == 1


@pytest.mark.django_db
class TestCommand:
    def test_it_prints_the_newest_hash(self, three: list[Event], nurse: StaffMember) -> None:
        written(nurse, at(minutes=2))
        said = run()
        newest = EventSeal.objects.get(number=3)
        assert "4 events, 3 seals, 1 events not sealed yet." in said
        assert f"Newest hash (seal 3, 2026-01-12T10:02:00+00:00): {newest.hash}" in said
        assert run("--known", newest.hash).endswith("Nothing was removed, inserted or altered.\n")

    def test_without_events_it_says_so(self) -> None:
        assert run() == (
            "0 events, 0 seals, 0 events not sealed yet.\nNothing was removed, inserted or altered.\n"
        )

    def test_it_fails_and_names_what_was_done(self, three: list[Event]) -> None:
        alter(Event, three[0].pk, verb="closed")
        with pytest.raises(CommandError, match=f"^event {three[0].pk} was altered$"):
            run()

    def test_it_names_the_first_hundred_and_counts_the_rest(self, nurse: StaffMember) -> None:
        for _turn in range(103):
            written(nurse, at(1))
        seal_events(at(1))
        with as_owner_of_the_database():
            QuerySet(Event).update(verb="closed")
        with pytest.raises(CommandError, match=r"was altered\nand 3 more$"):
            run()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_events", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestMail:
    def test_the_technical_contact_is_mailed_the_newest_hash_once_a_day(
        self, nurse: StaffMember, settings: Any, mailoutbox: list[Any]
    ) -> None:
        settings.TECHNICAL_CONTACT = "it@clinic.example"
        written(nurse, at(0))
        for hour in (0, 1, 23, 24, 25):
            with frozen_at(at(hour)):
                seal()
        assert [mail.to for mail in mailoutbox] == [["it@clinic.example"]] * 2
        first = EventSeal.objects.get(number=1)
        assert first.hash in mailoutbox[0].body
        assert f"verify_events --known {first.hash}" in mailoutbox[0].body
        assert EventSeal.objects.get(sealed_at=at(24)).hash in mailoutbox[1].body
        for person in (str(nurse.user), nurse.user.email, nurse.clinic.name):
            assert person not in mailoutbox[0].body

    def test_a_mail_that_did_not_leave_is_tried_again(
        self, nurse: StaffMember, settings: Any, mailoutbox: list[Any]
    ) -> None:
        settings.TECHNICAL_CONTACT = "it@clinic.example"
        usual, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = 1
        with frozen_at(at(1)):
            seal()
        settings.EMAIL_BACKEND = usual
        with frozen_at(at(1, minutes=1)):
            seal()
        assert len(mailoutbox) == 1

    def test_without_a_contact_nothing_is_mailed(self, nurse: StaffMember, mailoutbox: list[Any]) -> None:
        written(nurse, at(0))
        with frozen_at(at(1)):
            seal()
        assert EventSeal.objects.count() == 1
        assert mailoutbox == []


def test_it_runs_every_minute(settings: Any) -> None:
    every = {job["task"]: job["schedule"] for job in settings.CELERY_BEAT_SCHEDULE.values()}
    assert every[seal.name] == timedelta(minutes=1).total_seconds()


def test_a_seal_is_hashed_over_every_other_column() -> None:
    # Each column, and another value of it.
    columns: dict[str, tuple[Any, Any]] = {
        "number": (1, 2),
        "sealed_at": (at(1), at(2)),
        "count": (1, 2),
        "through": (1, 2),
        "is_complete": (True, False),
        "content": ("c", "d"),
        "previous": ("p", "q"),
    }
    assert {field.name for field in EventSeal._meta.concrete_fields} == {*columns, "hash"}
    usual = {name: value for name, (value, _other) in columns.items()}
    hashes = {hash_of(EventSeal(**{**usual, name: other})) for name, (_value, other) in columns.items()}
    assert len(hashes | {hash_of(EventSeal(**usual))}) == len(columns) + 1
