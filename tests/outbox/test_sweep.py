"""The sweep: the guarantee that what is due gets sent, the most pressing first, whatever was lost."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

import pytest

from aftercare.outbox import delivery, registry
from aftercare.outbox.claiming import claims
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from tests.factories import UserFactory, at
from tests.outbox.test_delivery import Time
from tests.outbox.wire import Wire, swept

MakeMessage = Callable[..., Message]
Priority = Message.Priority
CONTENT = Content(subject="The same", body="for everybody")
pytestmark = pytest.mark.django_db


def test_the_most_pressing_leave_first_then_the_longest_due(make_message: MakeMessage, wire: Wire) -> None:
    late, routine = make_message(next_attempt_at=at(0.5)), make_message(priority=Priority.ROUTINE)
    first, now = make_message(), make_message(next_attempt_at=at(1), priority=Priority.NOW)
    make_message(next_attempt_at=at(2))

    assert swept(at(1)) == 4
    assert wire.sent == [now.pk, first.pk, late.pk, routine.pk]


def test_an_emergency_overtakes_a_backlog(make_message: MakeMessage, wire: Wire) -> None:
    backlog = [make_message() for _number in range(claims.BATCH + 1)]
    emergencies: list[Message] = []

    def an_emergency_comes_in() -> None:
        wire.meanwhile = lambda: None
        emergencies.append(make_message(priority=Priority.NOW, next_attempt_at=at(1)))

    wire.meanwhile = an_emergency_comes_in
    swept(at(1))

    assert wire.sent.index(emergencies[0].pk) == claims.BATCH
    assert len(wire.sent) == len(backlog) + 1


def test_a_run_makes_room_after_its_time(
    make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    monkeypatch.setattr(delivery, "time", time)
    for _number in range(4):
        make_message()
    # Each mail takes three seconds: it is noted before the next one begins.
    wire.meanwhile = lambda: time.sleep(3)

    assert [swept(at(seconds=second)) for second in (0, 1, 2)] == [2, 2, 0]


def test_what_was_not_reached_in_time_counts_as_no_attempt(
    make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    monkeypatch.setattr(delivery, "time", time)
    for _number in range(3):
        make_message()
    wire.meanwhile = lambda: time.sleep(6)

    swept(at())

    waiting = Message.objects.filter(state="retrying").values_list("attempts", "next_attempt_at", "error")
    assert list(waiting) == [(0, at(), "")] * 2


def test_finished_messages_are_left_alone(make_message: MakeMessage, wire: Wire) -> None:
    make_message(state="sent", finished_at=at())
    make_message(state="withdrawn", finished_at=at())
    make_message(state="failed", finished_at=at(), failure="permanent")

    assert swept(at(100)) == 0


def test_a_source_that_fails_keeps_no_other_messages_back(
    make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[datetime] = []

    def fails(_now: datetime) -> int:
        raise ValueError("a fault")

    def is_sound(now: datetime) -> int:
        asked.append(now)
        return 0

    monkeypatch.setattr(registry, "_sources", {"broken": fails, "sound": is_sound})
    message = make_message()

    swept(at())

    assert wire.sent == [message.pk]
    assert set(asked) == {at()}
    assert "broken" in caplog.text


def test_one_message_that_cannot_be_worded_keeps_no_other_back(
    make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(_message: Message, _now: datetime) -> None:
        raise ValueError("cannot be worded")

    monkeypatch.setitem(registry._renderers, "poisoned", poisoned)
    poison, sound = make_message(kind="poisoned"), make_message()

    swept(at())

    assert wire.sent == [sound.pk]
    poison.refresh_from_db()
    assert poison.state == "retrying"


class TestWhatIsTheSameForEverybody:
    @pytest.fixture
    def messages(self, make_message: MakeMessage) -> list[Message]:
        """Two people are told of one thing, one of another."""
        first = make_message(kind="common")
        same = make_message(kind="common", subject=first.subject, recipient=UserFactory.create())
        return [first, same, make_message(kind="common")]

    def test_it_is_worded_once_a_batch(
        self, messages: list[Message], wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[set[UUID]] = []

        def say(subjects: Collection[UUID], now: datetime) -> dict[UUID, Content | None]:
            asked.append(set(subjects))
            return {subject: Content(subject="The same", body=str(subject)) for subject in subjects}

        monkeypatch.setitem(registry._for_all, "common", say)

        assert swept(at()) == 3
        assert asked == [{message.subject for message in messages}]
        said = {mail.messages[0].pk: mail.content.body for mail in wire.outgoing}
        assert said == {message.pk: str(message.subject) for message in messages}

    def test_what_has_nothing_left_to_say_is_withdrawn(
        self, messages: list[Message], wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = messages[0].subject

        def say(subjects: Collection[UUID], now: datetime) -> dict[UUID, Content | None]:
            return {subject: None if subject == gone else CONTENT for subject in subjects}

        monkeypatch.setitem(registry._for_all, "common", say)

        swept(at())

        assert wire.sent == [messages[2].pk]
        assert Message.objects.filter(subject=gone, state="withdrawn").count() == 2

    def test_where_a_batch_cannot_be_worded_each_is_worded_by_itself(
        self,
        messages: list[Message],
        wire: Wire,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        poison = messages[0].subject

        def fail(subjects: Collection[UUID], now: datetime) -> dict[UUID, Content | None]:
            raise ValueError("one of them cannot be worded")

        def say(message: Message, now: datetime) -> Content:
            if message.subject == poison:
                raise ValueError("cannot be worded")
            return CONTENT

        monkeypatch.setitem(registry._renderers, "common", say)
        monkeypatch.setitem(registry._for_all, "common", fail)

        swept(at())

        assert wire.sent == [messages[2].pk]
        assert Message.objects.filter(subject=poison, state="retrying", error="ValueError").count() == 2


class TestTheClockIsSetBack:
    """By an hour: what was written before must not wait until the clock has caught up."""

    def test_what_was_to_be_sent_is_sent(self, make_message: MakeMessage, wire: Wire) -> None:
        message = make_message(created_at=at(1), next_attempt_at=at(1))

        swept(at())

        assert wire.sent == [message.pk]

    def test_what_was_to_be_tried_again_is_tried(self, make_message: MakeMessage, wire: Wire) -> None:
        message = make_message(
            created_at=at(-5), claimed_at=at(1), next_attempt_at=at(1.1), state="retrying", attempts=1
        )

        swept(at())

        assert wire.sent == [message.pk]

    def test_a_claim_of_a_dead_worker_is_freed(self, make_message: MakeMessage, wire: Wire) -> None:
        message = make_message(
            created_at=at(-5),
            claimed_at=at(1),
            claimed_by="it",
            bundle=make_message().pk,
            state="sending",
            attempts=1,
        )

        swept(at())

        assert message.pk in wire.sent

    def test_a_rest_of_the_line_is_over(self, make_message: MakeMessage, wire: Wire) -> None:
        claims.record_outage(Message.Channel.EMAIL, at(1))
        make_message()

        assert swept(at()) == 1

    def test_a_message_that_is_due_later_still_waits(self, make_message: MakeMessage, wire: Wire) -> None:
        make_message(created_at=at(), next_attempt_at=at(1))

        assert swept(at()) == 0
