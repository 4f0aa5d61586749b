"""What the database refuses of messages."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from aftercare.outbox.models import Message
from tests.people import at

pytestmark = pytest.mark.django_db
MakeMessage = Callable[..., Message]


def test_a_second_message_for_one_kind_subject_recipient_and_channel(make_message: MakeMessage) -> None:
    message = make_message()

    with pytest.raises(IntegrityError):
        make_message(subject=message.subject)


@pytest.mark.parametrize("state", ["sent", "failed", "withdrawn"])
def test_a_finished_message_without_the_instant(make_message: MakeMessage, state: str) -> None:
    with pytest.raises(IntegrityError, match="message_is_finished_exactly_when_it_says_so"):
        make_message(state=state)


@pytest.mark.parametrize("state", ["pending", "retrying"])
def test_a_waiting_message_that_is_finished(make_message: MakeMessage, state: str) -> None:
    with pytest.raises(IntegrityError, match="message_is_finished_exactly_when_it_says_so"):
        make_message(state=state, finished_at=at())


def test_a_message_being_sent_that_nobody_claimed(make_message: MakeMessage) -> None:
    with pytest.raises(IntegrityError, match="message_being_sent_was_claimed"):
        make_message(state="sending")


def test_a_state_that_does_not_exist(make_message: MakeMessage) -> None:
    with pytest.raises(IntegrityError):
        make_message(state="lost")
