"""The life of a message: claimed, sent once, tried again, given up, withdrawn."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction

from aftercare.outbox import delivery, registry
from aftercare.outbox.channels import DeliveryError, OutageError
from aftercare.outbox.claiming import claims, timing
from aftercare.outbox.claiming.claims import claim
from aftercare.outbox.models import ChannelState, Message
from tests.at_once import at_once
from tests.factories import at
from tests.outbox.wire import Wire, swept

MakeMessage = Callable[..., Message]
EMAIL = Message.Channel.EMAIL


def taken(now: datetime) -> set[object]:
    """The ids of the messages that a claim at `now` gets."""
    claimed = claim(EMAIL, now)
    return {message.pk for mail in claimed.mails for message in mail} if claimed else set()


@pytest.mark.django_db
class TestOneMessage:
    @pytest.fixture
    def message(self, make_message: MakeMessage) -> Message:
        return make_message()

    def test_a_due_message_is_sent_once(self, message: Message, wire: Wire) -> None:
        for second in (1, 2):
            swept(at(seconds=second))

        assert wire.sent == [message.pk]
        message.refresh_from_db()
        assert (message.state, message.attempts, message.error) == ("sent", 1, "")
        assert (message.claimed_at, message.finished_at) == (at(seconds=1), at(seconds=1))
        assert message.claimed_by

    def test_a_message_waits_until_it_is_due(self, make_message: MakeMessage, wire: Wire) -> None:
        later = make_message(next_attempt_at=at(1))

        swept(at(0.99))
        assert wire.sent == []
        swept(at(1))
        assert wire.sent == [later.pk]

    def test_what_may_pass_later_is_tried_again_with_growing_waits(
        self, message: Message, wire: Wire
    ) -> None:
        wire.fails = [DeliveryError("greylisted", permanent=False) for _attempt in range(2)]
        swept(at())
        message.refresh_from_db()
        assert (message.state, message.error, message.finished_at) == ("retrying", "greylisted", None)
        first = message.next_attempt_at
        assert timedelta(seconds=4) <= first - at() <= timedelta(seconds=6)

        swept(first)
        message.refresh_from_db()
        assert timedelta(seconds=8) <= message.next_attempt_at - first <= timedelta(seconds=12)

        swept(message.next_attempt_at)
        message.refresh_from_db()
        assert (message.state, message.attempts, message.error) == ("sent", 3, "")

    def test_what_will_never_pass_is_given_up_at_once(
        self, message: Message, wire: Wire, caplog: pytest.LogCaptureFixture
    ) -> None:
        wire.fails = [DeliveryError("no such mailbox", permanent=True)]

        swept(at())
        swept(at(1))

        message.refresh_from_db()
        assert (message.state, message.failure, message.attempts) == ("failed", "permanent", 1)
        assert (message.error, message.finished_at) == ("no such mailbox", at())
        assert wire.sent == []
        assert (caplog.records[0].levelno, str(message.pk) in caplog.text) == (logging.WARNING, True)

    def test_after_the_last_attempt_it_is_given_up(self, make_message: MakeMessage, wire: Wire) -> None:
        message = make_message(attempts=timing.MAX_ATTEMPTS - 2)
        wire.fails = [DeliveryError("full", permanent=False)] * 3

        for hour in range(4):
            swept(at(hour))

        message.refresh_from_db()
        assert (message.state, message.failure) == ("failed", "exhausted")
        assert (message.attempts, len(wire.fails)) == (timing.MAX_ATTEMPTS, 1)

    def test_what_comes_too_late_is_dropped(self, make_message: MakeMessage, wire: Wire) -> None:
        late = make_message(expires_at=at(2))

        swept(at(2))

        late.refresh_from_db()
        assert (late.state, late.failure, late.finished_at) == ("failed", "expired", at(2))
        assert wire.sent == []

    def test_what_comes_in_time_is_sent(self, make_message: MakeMessage, wire: Wire) -> None:
        message = make_message(expires_at=at(2))

        swept(at(1.99))

        assert wire.sent == [message.pk]

    def test_a_fault_of_ours_stays_on_its_row_and_is_tried_again(
        self, message: Message, wire: Wire, caplog: pytest.LogCaptureFixture
    ) -> None:
        wire.fails = [ZeroDivisionError("a secret detail")]

        swept(at())

        message.refresh_from_db()
        assert (message.state, message.error) == ("retrying", "ZeroDivisionError")

    def test_a_kind_that_nobody_words_is_a_fault_on_its_row(
        self, make_message: MakeMessage, wire: Wire, caplog: pytest.LogCaptureFixture
    ) -> None:
        strange = make_message(kind="unheard_of")

        swept(at())

        strange.refresh_from_db()
        assert (strange.state, strange.error) == ("retrying", "KeyError")
        assert str(strange.pk) in caplog.text

    def test_what_has_nothing_left_to_say_is_withdrawn_and_never_reopens(
        self, message: Message, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setitem(registry._renderers, message.kind, lambda _message, _now: None)
            swept(at())
        swept(at(10))

        message.refresh_from_db()
        assert (message.state, message.finished_at) == ("withdrawn", at())
        assert wire.sent == []

    def test_the_words_are_those_of_the_moment_of_sending(self, message: Message, wire: Wire) -> None:
        swept(at(5))

        assert wire.outgoing[0].content.body == "Since 15:00."

    def test_the_address_is_that_of_the_moment_of_sending(self, message: Message, wire: Wire) -> None:
        message.recipient.email = "new@test.example"
        message.recipient.save()

        swept(at())

        assert wire.outgoing[0].recipient.email == "new@test.example"

    def test_a_claim_keeps_others_away(self, message: Message, wire: Wire) -> None:
        assert taken(at()) == {message.pk}

        assert swept(at(seconds=59.9)) == 0

    def test_the_claim_of_a_dead_worker_is_freed_after_a_minute(self, message: Message, wire: Wire) -> None:
        taken(at())

        assert swept(at(seconds=60)) == 1
        message.refresh_from_db()
        assert (message.state, message.attempts, message.deaths) == ("sent", 2, 1)

    def test_what_ends_its_worker_again_and_again_is_given_up(self, message: Message, wire: Wire) -> None:
        for hour in range(timing.MAX_DEATHS):
            assert taken(at(hour)) == {message.pk}
            claims.release_stale_claims(at(hour + 0.5))

        message.refresh_from_db()
        assert (message.state, message.failure, message.error) == ("failed", "exhausted", "the worker died")
        assert taken(at(10)) == set()

    def test_what_has_ended_a_worker_goes_by_itself(
        self, message: Message, make_message: MakeMessage, wire: Wire
    ) -> None:
        other = make_message(next_attempt_at=at(seconds=1))
        assert taken(at()) == {message.pk}
        claims.release_stale_claims(at(1))

        assert [taken(at(1)), taken(at(1))] == [{other.pk}, {message.pk}]

    def test_a_worker_taken_for_dead_does_not_overwrite_what_came_after_it(
        self, message: Message, wire: Wire
    ) -> None:
        def somebody_else_is_quicker() -> None:
            wire.meanwhile = lambda: None
            swept(at(1))

        wire.meanwhile = somebody_else_is_quicker
        swept(at())

        message.refresh_from_db()
        assert (message.state, message.claimed_at) == ("sent", at(1))

    def test_a_late_failure_does_not_reopen_a_message_that_was_sent(
        self, message: Message, wire: Wire
    ) -> None:
        def somebody_else_is_quicker() -> None:
            wire.meanwhile = lambda: None
            swept(at(1))
            wire.fails = [DeliveryError("too late", permanent=False)]

        wire.meanwhile = somebody_else_is_quicker
        swept(at())

        message.refresh_from_db()
        assert (message.state, message.error) == ("sent", "")

    @pytest.mark.parametrize("state", ["sent", "failed", "withdrawn"])
    def test_the_database_itself_keeps_a_finished_message_finished(
        self, make_message: MakeMessage, state: str
    ) -> None:
        failure = "permanent" if state == "failed" else ""
        done = make_message(state=state, finished_at=at(), failure=failure)

        with pytest.raises(DatabaseError, match="never reopens"), transaction.atomic():
            Message.objects.filter(pk=done.pk).update(state="pending", finished_at=None, failure="")


@pytest.mark.django_db
class TestAnOutage:
    """The provider itself can't be reached: that is no message's fault."""

    @pytest.fixture
    def messages(self, make_message: MakeMessage) -> list[Message]:
        return [make_message() for _number in range(3)]

    def test_it_is_tried_with_one_message_and_counts_as_no_attempt(
        self, messages: list[Message], wire: Wire
    ) -> None:
        wire.fails = [OutageError("nobody there")] * 5

        swept(at())

        assert len(wire.fails) == 4
        rows = list(Message.objects.values_list("state", "attempts", "error"))
        assert rows == [("retrying", 0, "nobody there")] * 3

    def test_the_line_rests_the_longer_the_more_often(self, messages: list[Message], wire: Wire) -> None:
        wire.fails = [OutageError("nobody there")] * 5
        swept(at())
        for _outage in range(2):
            state = ChannelState.objects.get()
            assert state.paused_until
            swept(state.paused_until - timedelta(seconds=0.1))
            swept(state.paused_until)

        state = ChannelState.objects.get()
        assert (state.outages, len(wire.fails)) == (3, 2)

    def test_when_it_is_over_everything_leaves(self, messages: list[Message], wire: Wire) -> None:
        wire.fails = [OutageError("nobody there")]
        swept(at())

        assert swept(at(1)) == 3
        assert (ChannelState.objects.get().outages, ChannelState.objects.get().paused_until) == (0, None)

    def test_while_one_worker_tries_after_an_outage_no_other_does(
        self, messages: list[Message], wire: Wire
    ) -> None:
        wire.fails = [OutageError("nobody there")]
        swept(at())

        assert [len(taken(at(1))), len(taken(at(1)))] == [1, 0]
        assert len(taken(at(1, seconds=30))) == 1


def test_waits_double_from_five_seconds_to_twenty_minutes() -> None:
    for attempts, seconds in ((1, 5), (2, 10), (3, 20), (6, 160), (9, 1200), (40, 1200)):
        for _time in range(20):
            assert seconds * 0.8 <= timing.retry_delay(attempts).total_seconds() <= seconds * 1.2


@pytest.mark.django_db(transaction=True)
def test_workers_and_sweeps_at_once_send_each_message_once(make_message: MakeMessage, wire: Wire) -> None:
    messages = [make_message() for _number in range(25)]

    outcomes = at_once(*[lambda: swept(at())] * 3)

    assert sum(count for count in outcomes if isinstance(count, int)) == 25
    assert sorted(wire.sent) == sorted(message.pk for message in messages)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_message_is_handed_over(make_message: MakeMessage, wire: Wire) -> None:
    states: list[object] = []
    connection = connections["default"]
    wire.meanwhile = lambda: states.append((connection.in_atomic_block, connection.connection))
    make_message()

    swept(at())

    assert states == [(False, None)]


@pytest.mark.django_db
def test_what_was_sent_is_noted_when_the_database_is_back(
    make_message: MakeMessage, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, failures, settle = make_message(), [OperationalError("restarting")] * 2, claims.settle
    monkeypatch.setattr(delivery, "time", Time())

    def settle_later(*args: object, **fields: object) -> None:
        if failures:
            raise failures.pop()
        settle(*args, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(claims, "settle", settle_later)
    swept(at())

    message.refresh_from_db()
    assert (message.state, wire.sent, failures) == ("sent", [message.pk], [])


class Time:
    """A clock of which a test turns the hands."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
