"""Constraints of the message table."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from aftercare.outbox.models import Message
from tests.factories import at

pytestmark = pytest.mark.django_db
MakeMessage = Callable[..., Message]


def test_a_second_message_for_one_kind_subject_recipient_and_channel(make_message: MakeMessage) -> None:
    message = make_message()

    with pytest.raises(IntegrityError):
        make_message(subject=message.subject)


def test_a_repeat_that_a_person_asked_for_is_a_row_of_its_own(make_message: MakeMessage) -> None:
    message = make_message()

    assert make_message(subject=message.subject, repeat=1).pk != message.pk


@pytest.mark.parametrize("state", ["sent", "withdrawn"])
def test_a_finished_message_without_the_instant(make_message: MakeMessage, state: str) -> None:
    with pytest.raises(IntegrityError, match="message_is_finished_exactly_when_it_says_so"):
        make_message(state=state)


@pytest.mark.parametrize(("state", "failure"), [("failed", ""), ("sent", "permanent")])
def test_a_failure_without_a_reason_and_a_reason_without_a_failure(
    make_message: MakeMessage, state: str, failure: str
) -> None:
    with pytest.raises(IntegrityError, match="message_that_failed_says_why"):
        make_message(state=state, failure=failure, finished_at=at())


def test_a_message_that_somebody_looked_into_and_that_did_not_fail(make_message: MakeMessage) -> None:
    with pytest.raises(IntegrityError, match="message_is_looked_into_only_if_it_failed"):
        make_message(attended_at=at())


@pytest.mark.parametrize("state", ["pending", "retrying"])
def test_a_waiting_message_that_is_finished(make_message: MakeMessage, state: str) -> None:
    with pytest.raises(IntegrityError, match="message_is_finished_exactly_when_it_says_so"):
        make_message(state=state, finished_at=at())


def test_a_message_being_sent_that_nobody_claimed(make_message: MakeMessage) -> None:
    with pytest.raises(IntegrityError, match="message_being_sent_was_claimed_by_somebody"):
        make_message(state="sending")


def test_a_state_that_does_not_exist(make_message: MakeMessage) -> None:
    with pytest.raises(IntegrityError):
        make_message(state="lost")
