"""The life of a message: claimed, sent once, tried again, given up, withdrawn."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connections, transaction

from aftercare.outbox import delivery, registry
from aftercare.outbox.channels import DeliveryError
from aftercare.outbox.delivery import MAX_ATTEMPTS, claim, deliver, retry_delay, sweep
from aftercare.outbox.models import Message
from tests.at_once import Crossing, at_once
from tests.outbox.conftest import Wire, swept
from tests.people import at

MakeMessage = Callable[..., Message]


@pytest.mark.django_db
class TestOneMessage:
    @pytest.fixture
    def message(self, make_message: MakeMessage) -> Message:
        return make_message()

    def test_a_due_message_is_sent_once(self, message: Message, wire: Wire) -> None:
        with time_machine.travel(at(seconds=3), tick=False):
            for _time in range(2):
                deliver(message.pk, at(seconds=1))

        assert wire.sent == [message.pk]
        message.refresh_from_db()
        assert (message.state, message.attempts, message.error) == ("sent", 1, "")
        assert (message.claimed_at, message.finished_at) == (at(seconds=1), at(seconds=3))

    def test_a_message_waits_until_it_is_due(self, make_message: MakeMessage, wire: Wire) -> None:
        later = make_message(next_attempt_at=at(1))

        deliver(later.pk, at(0.99))
        assert wire.sent == []
        deliver(later.pk, at(1))
        assert wire.sent == [later.pk]

    def test_a_message_that_was_deleted_or_never_was_is_passed_over(self, db: None, wire: Wire) -> None:
        deliver(uuid.uuid4(), at())

        assert wire.sent == []

    def test_what_may_pass_later_is_tried_again_with_growing_waits(
        self, message: Message, wire: Wire
    ) -> None:
        wire.fails = [DeliveryError("greylisted", permanent=False) for _attempt in range(2)]
        with time_machine.travel(at(), tick=False) as clock:
            deliver(message.pk, at())
            message.refresh_from_db()
            assert (message.state, message.error, message.finished_at) == ("retrying", "greylisted", None)
            first = message.next_attempt_at
            assert timedelta(seconds=4) <= first - at() <= timedelta(seconds=6)

            clock.move_to(first)
            deliver(message.pk, first)
            message.refresh_from_db()
            assert timedelta(seconds=8) <= message.next_attempt_at - first <= timedelta(seconds=12)

            deliver(message.pk, message.next_attempt_at)
        message.refresh_from_db()
        assert (message.state, message.attempts, message.error) == ("sent", 3, "")

    def test_what_will_never_pass_is_given_up_at_once(
        self, message: Message, wire: Wire, caplog: pytest.LogCaptureFixture
    ) -> None:
        wire.fails = [DeliveryError("no such mailbox", permanent=True)]

        deliver(message.pk, at())
        deliver(message.pk, at(1))

        message.refresh_from_db()
        assert (message.state, message.attempts, message.error) == ("failed", 1, "no such mailbox")
        assert message.finished_at is not None
        assert wire.sent == []
        assert (caplog.records[0].levelno, str(message.pk) in caplog.text) == (logging.ERROR, True)

    def test_after_the_last_attempt_it_is_given_up(self, message: Message, wire: Wire) -> None:
        wire.fails = [DeliveryError("full", permanent=False)] * (MAX_ATTEMPTS + 1)

        for _attempt in range(MAX_ATTEMPTS + 2):
            Message.objects.filter(pk=message.pk, state="retrying").update(next_attempt_at=at())
            deliver(message.pk, at())

        message.refresh_from_db()
        assert (message.state, message.attempts) == ("failed", MAX_ATTEMPTS)
        assert len(wire.fails) == 1

    def test_a_fault_of_ours_stays_on_its_row_and_is_tried_again(
        self, message: Message, wire: Wire, caplog: pytest.LogCaptureFixture
    ) -> None:
        wire.fails = [ZeroDivisionError("a secret detail")]

        deliver(message.pk, at())

        message.refresh_from_db()
        assert (message.state, message.error) == ("retrying", "ZeroDivisionError")
        assert str(message.pk) in caplog.text

    def test_a_kind_that_nobody_words_is_a_fault_on_its_row(
        self, make_message: MakeMessage, wire: Wire
    ) -> None:
        strange = make_message(kind="unheard_of")

        deliver(strange.pk, at())

        strange.refresh_from_db()
        assert (strange.state, strange.error) == ("retrying", "KeyError")

    def test_what_has_nothing_left_to_say_is_withdrawn(
        self, message: Message, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(registry._renderers, message.kind, lambda _message, _now: None)

        deliver(message.pk, at())

        message.refresh_from_db()
        assert (message.state, message.finished_at) == ("withdrawn", at())
        assert wire.sent == []

    def test_a_withdrawn_message_never_reopens(
        self, message: Message, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setitem(registry._renderers, message.kind, lambda _message, _now: None)
            deliver(message.pk, at())

        assert swept(at(10)) == []
        deliver(message.pk, at(10))
        assert wire.sent == []

    def test_the_words_are_those_of_the_moment_of_sending(
        self, message: Message, monkeypatch: pytest.MonkeyPatch, wire: Wire
    ) -> None:
        asked: list[datetime] = []

        def say(_message: Message, now: datetime) -> None:
            asked.append(now)

        monkeypatch.setitem(registry._renderers, message.kind, say)
        deliver(message.pk, at(5))

        assert asked == [at(5)]

    def test_a_claim_keeps_others_away(self, message: Message, wire: Wire) -> None:
        assert claim(message.pk, at()) == message

        deliver(message.pk, at(seconds=1))

        assert wire.sent == []
        assert swept(at(seconds=59)) == []

    def test_the_claim_of_a_dead_worker_is_freed_after_a_minute(self, message: Message, wire: Wire) -> None:
        claim(message.pk, at())

        assert swept(at(seconds=60)) == [message.pk]
        deliver(message.pk, at(seconds=60))

        assert wire.sent == [message.pk]
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("sent", 2)

    def test_a_worker_taken_for_dead_does_not_overwrite_what_came_after_it(
        self, message: Message, wire: Wire
    ) -> None:
        def somebody_else_is_quicker() -> None:
            wire.meanwhile = lambda: None
            sweep(at(1), lambda _id: None)
            deliver(message.pk, at(1))

        wire.meanwhile = somebody_else_is_quicker
        wire.fails = []
        deliver(message.pk, at())

        message.refresh_from_db()
        assert (message.state, message.claimed_at) == ("sent", at(1))

    def test_a_late_failure_does_not_reopen_a_message_that_was_sent(
        self, message: Message, wire: Wire
    ) -> None:
        def somebody_else_is_quicker() -> None:
            wire.meanwhile = lambda: None
            sweep(at(1), lambda _id: None)
            deliver(message.pk, at(1))
            wire.fails = [DeliveryError("too late", permanent=False)]

        wire.meanwhile = somebody_else_is_quicker
        deliver(message.pk, at())

        message.refresh_from_db()
        assert (message.state, message.error) == ("sent", "")


def test_waits_double_from_five_seconds_to_five_minutes() -> None:
    for attempts, seconds in ((1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (12, 300)):
        for _time in range(20):
            assert seconds * 0.8 <= retry_delay(attempts).total_seconds() <= seconds * 1.2


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_message_send_it_once(
    make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = make_message()
    monkeypatch.setattr(delivery, "claim", Crossing()(delivery.claim))

    at_once(*[lambda: deliver(message.pk, at())] * 2)

    assert wire.sent == [message.pk]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_message_is_handed_over(make_message: MakeMessage, wire: Wire) -> None:
    states: list[bool] = []
    wire.meanwhile = lambda: states.append(connections[transaction.get_connection().alias].in_atomic_block)

    deliver(make_message().pk, at())

    assert states == [False]
