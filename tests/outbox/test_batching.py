"""Flood control: one mail for what belongs together, and never the first of anything kept back."""

import uuid
from collections.abc import Callable

import pytest

from aftercare.outbox import registry
from aftercare.outbox.channels import DeliveryError
from aftercare.outbox.claiming.timing import BURST
from aftercare.outbox.models import Message
from aftercare.people.models import User
from tests.factories import UserFactory, at
from tests.outbox.wire import FOLDING, Wire, swept

pytestmark = pytest.mark.django_db
Priority = Message.Priority
Make = Callable[..., Message]
PATIENT, ANOTHER = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def make(make_message: Make) -> Make:
    """A message about a patient, due at a second after `at()`."""

    def make(second: float = 0, thread: uuid.UUID | None = PATIENT, **fields: object) -> Message:
        due = at(seconds=second)
        return make_message(
            **{"kind": FOLDING, "thread": thread, "created_at": due, "next_attempt_at": due, **fields}
        )

    return make


def test_alerts_of_one_patient_that_wait_are_one_mail(make: Make, wire: Wire) -> None:
    first, second, other = make(), make(), make(thread=ANOTHER)

    swept(at())

    assert sorted(wire.mails, key=len) == [{other.pk}, {first.pk, second.pk}]
    assert {mail.content.subject for mail in wire.outgoing} == {"2 things wait", "Something waits"}
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_what_follows_within_a_minute_leaves_together_when_it_is_over(make: Make, wire: Wire) -> None:
    first, rest = make(0), [make(10), make(30)]

    for second in range(0, 60, 5):
        swept(at(seconds=second))
    assert wire.mails == [{first.pk}]
    swept(at(seconds=60))

    assert wire.mails == [{first.pk}, {message.pk for message in rest}]


def test_what_is_kept_back_is_not_late(make: Make, wire: Wire) -> None:
    make(0)
    swept(at())
    kept = make(10)
    swept(at(seconds=10))

    kept.refresh_from_db()
    assert (kept.state, kept.next_attempt_at, kept.attempts) == ("pending", at(seconds=60), 0)


def test_after_a_minute_an_alert_goes_at_once(make: Make, wire: Wire) -> None:
    for second in (0, 60):
        make(second)
        swept(at(seconds=second))

    assert len(wire.mails) == 2


def test_another_patient_is_not_kept_back(make: Make, wire: Wire) -> None:
    for second, thread in ((0, PATIENT), (1, ANOTHER)):
        make(second, thread)
        swept(at(seconds=second))

    assert len(wire.mails) == 2


def test_another_recipient_is_not_kept_back(make: Make, wire: Wire) -> None:
    make()
    swept(at())
    make(1, recipient=UserFactory.create())

    assert swept(at(seconds=1)) == 1


def test_something_worse_about_the_same_patient_goes_at_once(make: Make, wire: Wire) -> None:
    make(0)
    swept(at())
    make(5)
    swept(at(seconds=5))
    worse = make(10, priority=Priority.NOW)

    swept(at(seconds=10))

    # The one kept back leaves with it.
    assert len(wire.mails[1]) == 2
    assert worse.pk in wire.mails[1]


def test_a_message_whose_first_attempt_failed_keeps_nothing_back(make: Make, wire: Wire) -> None:
    wire.fails = [DeliveryError("busy", permanent=False)]
    make(0)
    swept(at())
    second = make(1)

    swept(at(seconds=1))

    assert wire.mails == [{second.pk}]


def test_a_kind_without_common_words_leaves_singly(make: Make, wire: Wire) -> None:
    for _number in range(3):
        make(kind="test")

    assert swept(at()) == 3


def test_messages_of_no_thread_do_not_belong_together(make: Make, wire: Wire) -> None:
    for _number in range(3):
        make(thread=None)

    assert swept(at()) == 3


class TestABurst:
    """Many patients of a clinic at once."""

    def test_after_five_mails_the_rest_is_one(self, make: Make, wire: Wire) -> None:
        messages = {make(thread=uuid.uuid4()).pk for _number in range(40)}

        swept(at())

        assert [len(mail) for mail in wire.mails] == [1] * BURST + [35]
        assert set(wire.sent) == messages

    def test_further_ones_come_every_quarter_of_a_minute(self, make: Make, wire: Wire) -> None:
        made: set[uuid.UUID] = set()
        for second in range(60):
            made |= {make(second, uuid.uuid4()).pk for _number in range(3)}
            swept(at(seconds=second))
        assert len(wire.mails) <= BURST + 4
        swept(at(seconds=75))

        assert sorted(wire.sent) == sorted(made)

    def test_nobody_waits_longer_than_that(self, make: Make, wire: Wire) -> None:
        for _number in range(10):
            make(0, uuid.uuid4())
        swept(at())
        make(1, uuid.uuid4())
        assert swept(at(seconds=1)) == 0

        assert swept(at(seconds=15)) == 1

    def test_emergencies_go_at_once_and_singly(self, make: Make, wire: Wire) -> None:
        for _number in range(10):
            make(0, uuid.uuid4())
        swept(at())
        emergencies = [make(1, uuid.uuid4(), priority=Priority.NOW) for _number in range(7)]

        swept(at(seconds=1))

        assert wire.mails[-7:] == [{message.pk} for message in sorted(emergencies, key=lambda m: m.subject)]

    def test_another_recipient_is_none_of_it(self, make: Make, wire: Wire) -> None:
        clinician: User = UserFactory.create()
        for _number in range(10):
            make(0, uuid.uuid4())
        make(0, uuid.uuid4(), recipient=clinician)

        swept(at())

        assert [mail.recipient for mail in wire.outgoing if len(mail.messages) == 1].count(clinician) == 1

    def test_clinics_are_not_mixed(self, make: Make, wire: Wire) -> None:
        for number in range(20):
            make(0, uuid.uuid4(), sender=number % 2)

        for second in (0, 15):
            swept(at(seconds=second))

        for mail in wire.outgoing:
            assert len({message.sender for message in mail.messages}) == 1
        assert len(wire.sent) == 20


def test_a_mail_that_was_not_taken_is_the_same_at_the_next_attempt(make: Make, wire: Wire) -> None:
    wire.fails = [DeliveryError("busy", permanent=False)]
    members = {make().pk, make().pk}
    swept(at())
    make(1)

    swept(at(1))

    assert members in wire.mails
    bundle = wire.outgoing[wire.mails.index(members)].id
    assert set(Message.objects.filter(bundle=bundle).values_list("pk", flat=True)) == members


def test_what_is_settled_meanwhile_is_left_out(
    make: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled, open_ = make(), make()
    say = registry.renderer_of(FOLDING)

    def say_unless_settled(message: Message, now: object) -> object:
        return None if message.pk == settled.pk else say(message, now)  # type: ignore[arg-type]

    monkeypatch.setitem(registry._renderers, FOLDING, say_unless_settled)
    swept(at())

    assert wire.mails == [{open_.pk}]
    assert wire.outgoing[0].content.subject == "Something waits"
    settled.refresh_from_db()
    assert settled.state == "withdrawn"


def test_what_cannot_be_worded_together_leaves_singly(
    make: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_messages: object, _now: object) -> None:
        raise ValueError

    monkeypatch.setitem(registry._together, FOLDING, fails)
    first, second = make(), make()

    swept(at())

    assert sorted(wire.sent) == sorted([first.pk, second.pk])
    assert len(wire.mails) == 2
