"""Contact points: a code proves them, a test is sent to them, refusals disable them."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.contact_points import actions, delivery, refusals
from aftercare.people.contact_points.actions import AlreadyThereError, TooManyError, WrongCodeError
from aftercare.people.contact_points.subscriptions import NotASubscriptionError, read_subscription
from aftercare.people.models import ContactPoint, Event, StaffMember
from tests.factories import MONDAY
from tests.fixtures import NUMBER, MakePoint
from tools.servers.providers.answering import Answer, Provider
from tools.servers.providers.push import Browser

pytestmark = pytest.mark.django_db


def at(minute: float = 0) -> datetime:
    """The instant so many minutes after MONDAY."""
    return MONDAY + timedelta(minutes=minute)


def sent_code(gateway: Provider) -> str:
    found = re.search(r"\b\d{6}\b", gateway.texts[-1][1])
    assert found
    return found[0]


def added(nurse: StaffMember) -> ContactPoint:
    point = actions.add_point(user=nurse.user, kind="sms", address=NUMBER, now=at())
    actions.send_code(point=point, now=at())
    sweep(at)
    return point


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_number_counts_once_its_code_was_typed(nurse: StaffMember, gateway: Provider) -> None:
    point = added(nurse)
    assert not point.is_usable
    assert gateway.texts[0][0] == NUMBER

    actions.confirm_point(point=point, code=f" {sent_code(gateway)} ", now=at(1))

    point.refresh_from_db()
    assert point.is_usable
    assert (point.verified_at, point.code_hash) == (at(1), "")
    assert Event.objects.get(verb=Event.Verb.CHANGED_REACH).data == {"change": "verified", "kind": "sms"}


def test_the_code_is_stored_nowhere(nurse: StaffMember, gateway: Provider) -> None:
    point = added(nurse)
    code = sent_code(gateway)

    point.refresh_from_db()
    rows = [*Message.objects.values_list(), *ContactPoint.objects.values_list()]
    assert point.code_hash
    assert not any(code in str(row) for row in rows)


def test_a_code_is_good_for_five_tries(nurse: StaffMember, gateway: Provider) -> None:
    point = added(nurse)
    code = sent_code(gateway)

    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCodeError) as caught:
            actions.confirm_point(point=point, code=wrong(code), now=at(1))
        assert caught.value.tries_left == left
    with pytest.raises(WrongCodeError):
        actions.confirm_point(point=point, code=code, now=at(1))

    actions.send_code(point=point, now=at(2))
    sweep(lambda: at(2))
    actions.confirm_point(point=point, code=sent_code(gateway), now=at(3))
    point.refresh_from_db()
    assert point.is_usable


def test_a_code_is_good_for_a_quarter_of_an_hour(nurse: StaffMember, gateway: Provider) -> None:
    point = added(nurse)

    with pytest.raises(WrongCodeError):
        actions.confirm_point(point=point, code=sent_code(gateway), now=at(15))


def test_a_code_that_was_never_sent_cannot_be_guessed(nurse: StaffMember, make_point: MakePoint) -> None:
    point = make_point(verified_at=None)

    for code in ("", "000000"):
        with pytest.raises(WrongCodeError):
            actions.confirm_point(point=point, code=code, now=at(1))


def test_codes_are_sent_once_a_minute_and_ten_times_a_day(nurse: StaffMember, gateway: Provider) -> None:
    point = added(nurse)
    with pytest.raises(TooManyError):
        actions.send_code(point=point, now=at(0.5))

    for minute in range(1, 10):
        actions.send_code(point=point, now=at(minute))
    with pytest.raises(TooManyError):
        actions.send_code(point=point, now=at(20))

    actions.send_code(point=point, now=at() + timedelta(days=1, minutes=10))


def test_one_number_is_added_once_by_a_person_and_shared_by_two(
    nurse: StaffMember, clinician: StaffMember, gateway: Provider
) -> None:
    point = added(nurse)
    with pytest.raises(AlreadyThereError):
        actions.add_point(user=nurse.user, kind="sms", address=NUMBER, now=at())

    shared = actions.add_point(user=clinician.user, kind="sms", address=NUMBER, now=at())
    actions.mark_verified(point=shared, now=at())
    actions.remove_point(point=point, now=at())

    shared.refresh_from_db()
    assert shared.is_usable


def test_a_person_has_ten_points_at_most(nurse: StaffMember, make_point: MakePoint) -> None:
    for number in range(10):
        make_point(address=f"+44770090010{number}")

    with pytest.raises(TooManyError):
        actions.add_point(user=nurse.user, kind="sms", address=NUMBER, now=at())


def refused_test(point: ContactPoint, gateway: Provider, minute: int, status: int = 400) -> None:
    gateway.answers = [Answer(status)]
    actions.test_point(user=point.user, point=point, now=at(minute))
    sweep(lambda: at(minute))


def test_a_number_that_refuses_three_messages_in_a_row_is_disabled(
    make_point: MakePoint, gateway: Provider
) -> None:
    point = make_point()
    for minute in (1, 2):
        refused_test(point, gateway, minute)
        point.refresh_from_db()
        assert point.is_usable

    refused_test(point, gateway, 3)

    point.refresh_from_db()
    assert (point.disabled_at, point.disabled_because) == (at(3), "refused")


def test_a_message_that_arrives_in_between_keeps_a_number(make_point: MakePoint, gateway: Provider) -> None:
    point = make_point()
    for minute, status in enumerate((400, 400, 200, 400, 400), start=1):
        refused_test(point, gateway, minute, status)

    point.refresh_from_db()
    assert point.is_usable


def test_a_gateway_that_refuses_everybody_disables_nobody(
    make_point: MakePoint, clinician: StaffMember, gateway: Provider
) -> None:
    points = [make_point(), make_point(clinician.user, address="+447700900164")]
    for minute in range(1, 8):
        refused_test(points[minute % 2], gateway, minute)

    assert ContactPoint.objects.usable().count() == 2


def test_a_browser_that_is_gone_is_disabled_at_once_and_set_up_again(
    make_point: MakePoint, nurse: StaffMember, push_service: Provider
) -> None:
    address = Browser(push_service).subscription
    point = make_point(kind="push", address=address)

    refused_test(point, push_service, 1, status=410)

    point.refresh_from_db()
    assert (point.disabled_at, point.disabled_because) == (at(1), "gone")
    again = actions.add_point(user=nurse.user, kind="push", address=address, now=at(2))
    assert (again.pk, again.is_usable, again.disabled_at) == (point.pk, False, None)


def test_the_link_of_a_push_confirms_its_browser(nurse: StaffMember, push_service: Provider) -> None:
    browser = Browser(push_service)
    point = actions.add_point(user=nurse.user, kind="push", address=browser.subscription, now=at())
    actions.send_code(point=point, now=at())
    sweep(at)

    said = browser.read(push_service.received[0])
    code, _, rest = said["url"].partition("/clinic/contact-points/tap/")[2].partition("/")
    assert rest == f"{point.pk}/"
    assert code not in said["body"]
    actions.confirm_point(point=point, code=code, now=at(1))
    point.refresh_from_db()
    assert point.is_usable


def test_a_test_reaches_the_mailbox_of_the_account_too(nurse: StaffMember, mailoutbox: list[object]) -> None:
    actions.test_point(user=nurse.user, point=None, now=at())

    assert sweep(at) == 1
    assert Message.objects.get().state == "sent"


def test_a_message_to_a_point_that_was_removed_meanwhile_fails(
    make_point: MakePoint, gateway: Provider
) -> None:
    point = make_point()
    actions.test_point(user=point.user, point=point, now=at())
    actions.remove_point(point=point, now=at())

    sweep(at)

    assert Message.objects.get().failure == "permanent"
    assert gateway.received == []


def test_who_is_no_longer_reached_by_a_way_is_told_by_mail_each_time(
    make_point: MakePoint, push_service: Provider, mailoutbox: list[EmailMessage]
) -> None:
    point = make_point(kind="push", address=Browser(push_service).subscription)
    for minute in (1, 3):
        ContactPoint.objects.update(verified_at=at(), disabled_at=None, disabled_because="")
        refused_test(point, push_service, minute, status=410)
    sweep(lambda: at(4))

    subjects = [mail.subject for mail in mailoutbox]
    assert subjects == ["You are no longer reached by push"] * 2
    assert "/clinic/contact-points/" in mailoutbox[0].body


def test_a_way_that_was_set_up_again_before_the_mail_left_is_not_mailed_about(
    make_point: MakePoint, push_service: Provider, mailoutbox: list[EmailMessage]
) -> None:
    point = make_point(kind="push", address=Browser(push_service).subscription)
    refusals.refused(point.pk, True, at(1))
    actions.set_up_again(point=point)

    sweep(lambda: at(2))

    assert mailoutbox == []
    assert Message.objects.get().state == "withdrawn"


def test_a_way_that_never_counted_is_switched_off_silently(make_point: MakePoint) -> None:
    refusals.refused(make_point(verified_at=None).pk, True, at(1))

    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "null",
        '{"endpoint": 1, "keys": {}}',
        '{"endpoint": "http://push.example/1", "keys": {"p256dh": "%s", "auth": "%s"}}',
        '{"endpoint": "https://push.example/1", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}',
        '{"endpoint": "https://push.example/1", "keys": {"p256dh": 1, "auth": 2}}',
        '{"endpoint": "https://push.example/%s"}' % ("a" * 4000),
    ],
)
def test_what_is_no_subscription_is_refused(text: str) -> None:
    with pytest.raises(NotASubscriptionError):
        read_subscription(text)


def test_an_unknown_point_is_no_fault() -> None:
    refusals.refused(uuid.uuid4(), True, at())

    assert delivery.addresses([uuid.uuid4()]) == {}
