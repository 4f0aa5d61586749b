"""The health of delivery, as read by staff pages, /readyz and the watchdog."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from aftercare.outbox import delivery_health
from aftercare.outbox.channels import DeliveryError
from aftercare.outbox.heartbeats import beat_heart
from aftercare.outbox.models import Heartbeat, Message
from tests.factories import at
from tests.outbox.wire import Wire, swept

pytestmark = pytest.mark.django_db
MakeMessage = Callable[..., Message]


@pytest.fixture
def alive() -> None:
    """Worker and beat, both seen at `at()`."""
    for name in delivery_health.PARTS:
        beat_heart(name, at())


@pytest.mark.usefixtures("alive")
def test_all_is_well(make_message: MakeMessage) -> None:
    make_message(state="sent", finished_at=at())

    state = delivery_health.state(at(seconds=20))

    assert (state.degraded, state.delayed_since, state.oldest_due_seconds) == ([], None, 0)


@pytest.mark.usefixtures("alive")
def test_a_heart_that_was_silent_for_thirty_seconds_has_stopped() -> None:
    beat_heart("worker", at(seconds=10))

    state = delivery_health.state(at(seconds=30))

    assert (state.silent, state.delayed_since) == (("beat",), at())
    assert delivery_health.state(at(seconds=29.9)).silent == ()
    assert Heartbeat.objects.count() == 2


@pytest.mark.usefixtures("alive")
def test_a_heart_that_beat_in_the_time_to_come_says_nothing() -> None:
    assert delivery_health.state(at(-1)).silent == delivery_health.PARTS


def test_nothing_was_ever_started() -> None:
    state = delivery_health.state(at())

    assert (state.silent, state.delayed_since) == (("worker", "beat"), at())


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"next_attempt_at": at(seconds=-11)}, 31),
        ({"next_attempt_at": at(1)}, 0),
        # Tried in vain: its next attempt is ahead, but its recipient waits since the beginning.
        ({"state": "retrying", "created_at": at(seconds=-80), "next_attempt_at": at(1)}, 100),
        (
            {
                "state": "sending",
                "created_at": at(seconds=-80),
                "claimed_at": at(),
                "claimed_by": "it",
                "bundle": "5f0e1c84-94a6-4a6e-8f0b-8a0d7c2f7f10",
            },
            100,
        ),
    ],
)
def test_how_long_the_oldest_message_has_waited(
    make_message: MakeMessage, fields: dict[str, object], seconds: float
) -> None:
    make_message(**fields)

    state = delivery_health.state(at(seconds=20))

    assert state.oldest_due_seconds == seconds
    assert state.degraded == (["messages"] if seconds > 30 else [])
    assert (state.delayed_since is not None) == (seconds > 30)


@pytest.mark.usefixtures("alive")
def test_a_failure_counts_until_somebody_has_looked_into_it(make_message: MakeMessage, wire: Wire) -> None:
    wire.fails = [DeliveryError("no such mailbox", permanent=True)]
    failed = make_message(sender=7)
    make_message(expires_at=at(seconds=-1))
    swept(at())

    assert delivery_health.state(at()).degraded == ["failed"]
    assert [delivery_health.state(at(), sender).failed for sender in (7, 8)] == [1, 0]
    Message.objects.filter(pk=failed.pk).update(attended_at=at())
    assert delivery_health.state(at()).degraded == []


@pytest.mark.usefixtures("alive")
def test_asking_is_cheap(
    make_message: MakeMessage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_message()

    with django_assert_num_queries(11):
        delivery_health.state(at())
