"""The sweep: the guarantee that what is due gets queued, whatever was lost."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine

from aftercare.outbox import delivery, registry
from aftercare.outbox.channels import DeliveryError
from aftercare.outbox.delivery import claim, deliver, sweep
from aftercare.outbox.models import Message
from tests.at_once import at_once
from tests.outbox.conftest import Wire, swept
from tests.people import at

MakeMessage = Callable[..., Message]


@pytest.mark.django_db
class TestSweep:
    def test_the_longest_due_are_queued_first(self, make_message: MakeMessage) -> None:
        late, later = make_message(next_attempt_at=at(0.5)), make_message(next_attempt_at=at())
        make_message(next_attempt_at=at(2))

        assert swept(at(1)) == [later.pk, late.pk]

    def test_what_is_queued_is_not_queued_again_at_once(self, make_message: MakeMessage) -> None:
        message = make_message()

        assert [len(swept(at(seconds=second))) for second in (0, 2, 9.9, 10)] == [1, 0, 0, 1]
        message.refresh_from_db()
        assert message.queued_at == at(seconds=10)

    def test_a_retry_is_queued_when_it_is_due(self, make_message: MakeMessage, wire: Wire) -> None:
        message = make_message()
        swept(at())
        wire.fails = [DeliveryError("busy", permanent=False)]
        with time_machine.travel(at(), tick=False):
            deliver(message.pk, at())

        assert swept(at(seconds=3.9)) == []
        assert swept(at(seconds=6.1)) == [message.pk]

    def test_finished_messages_are_left_alone(self, make_message: MakeMessage) -> None:
        for state in ("sent", "failed", "withdrawn"):
            make_message(state=state, finished_at=at())

        assert swept(at(100)) == []

    def test_a_big_backlog_is_queued_in_parts(
        self, make_message: MakeMessage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "SWEEP_SIZE", 2)
        for _number in range(3):
            make_message()

        assert [len(swept(at(seconds=second))) for second in (0, 1, 2)] == [2, 1, 0]

    def test_a_source_that_fails_keeps_no_other_messages_back(
        self,
        make_message: MakeMessage,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        asked: list[datetime] = []

        def fails(_now: datetime) -> None:
            raise ValueError("a fault")

        monkeypatch.setattr(registry, "_sources", {"broken": fails, "sound": asked.append})
        message = make_message()

        assert swept(at()) == [message.pk]
        assert asked == [at()]
        assert "broken" in caplog.text

    def test_one_message_that_cannot_be_sent_keeps_no_other_back(
        self, make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def poisoned(_message: Message, _now: datetime) -> None:
            raise ValueError("cannot be worded")

        monkeypatch.setitem(registry._renderers, "poisoned", poisoned)
        poison, sound = make_message(kind="poisoned"), make_message()

        for message_id in swept(at()):
            deliver(message_id, at())

        assert wire.sent == [sound.pk]
        poison.refresh_from_db()
        assert poison.state == "retrying"

    def test_a_claim_that_was_freed_says_why(self, make_message: MakeMessage) -> None:
        message = make_message()
        claim(message.pk, at())

        sweep(at(1), lambda _id: None)

        message.refresh_from_db()
        assert (message.state, message.error) == ("retrying", "the worker died")


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_not_send_twice(make_message: MakeMessage, wire: Wire) -> None:
    messages = [make_message() for _number in range(5)]

    def sweep_and_deliver() -> None:
        for message_id in swept(at()):
            deliver(message_id, at())

    failures = [outcome for outcome in at_once(*[sweep_and_deliver] * 2) if outcome is not None]

    assert failures == []
    assert sorted(wire.sent) == sorted(message.pk for message in messages)
