"""The page on how a person is reached, and its forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import ContactRule, QuietHours, StaffMember
from tests.clinic.staff_client import proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import MONDAY
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Answer, Provider

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(MONDAY)]
PAGE = "/clinic/contact-points/"


@pytest.fixture
def client(nurse: StaffMember) -> Client:
    return proved_client(nurse)


def page(client: Client, path: str = PAGE) -> str:
    return words(client.get(path))


def errors(client: Client, path: str, **fields: str) -> str:
    answer = client.post(path, fields)
    assert answer.status_code == 422
    return words(answer)


def test_a_number_is_added_proved_and_used(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    assert "Tonight you cannot be woken: messages come by e-mail alone." in page(client)

    answer = client.post(f"{PAGE}add/sms/", {"number": "07700 900163"})
    point = nurse.user.contact_points.get()
    assert answer["Location"] == reverse("clinic:confirm_point", args=[point.pk])
    assert "SMS, 07700 900163 Not confirmed yet" in page(client)
    sweep(timezone.now)
    number, text = gateway.texts[0]
    assert number == "+447700900163"

    code = re.findall(r"\d{6}", text)[0]
    client.post(answer["Location"], {"code": code})

    said = page(client)
    assert "Tonight you can be woken: by SMS." in said
    assert "SMS, 07700 900163 Works" in said
    assert "SMS and e-mail at once." in said


@pytest.mark.parametrize("typed", ["", "12", "call me", "+44 7700", "07700 900163 mornings"])
def test_what_is_no_number_is_refused(
    client: Client, nurse: StaffMember, gateway: Provider, typed: str
) -> None:
    said = errors(client, f"{PAGE}add/sms/", number=typed)
    assert "Give a telephone number" in said or "Give the number of a mobile telephone." in said

    assert not nurse.user.contact_points.exists()


def test_a_number_of_another_country_is_taken_with_its_code(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    client.post(f"{PAGE}add/sms/", {"number": "+33 6 39 98 12 34"})

    assert nurse.user.contact_points.get().address == "+33639981234"


def test_a_number_that_one_has_is_not_added_again(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point()

    assert "This is on your page already." in errors(client, f"{PAGE}add/sms/", number="07700 900163")


def test_a_wrong_code_says_how_often_another_may_be_typed(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    path = client.post(f"{PAGE}add/sms/", {"number": "07700 900163"})["Location"]
    sweep(timezone.now)
    code = f"{(int(re.findall(r'[0-9]{6}', gateway.texts[0][1])[0]) + 1) % 1_000_000:06}"

    assert "You can try 4 times more." in errors(client, path, code=code)
    for _try in range(3):
        said = errors(client, path, code=code)
    assert "You can try once more." in said
    assert "This code cannot be used any more. Ask for a new one." in errors(client, path, code=code)


def test_sms_is_offered_only_where_it_is_set_up(client: Client) -> None:
    assert "SMS is not set up." in page(client)
    assert client.get(f"{PAGE}add/sms/").status_code == 404


def test_a_point_that_is_off_says_since_when_and_why(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(disabled_at=MONDAY, disabled_because="refused")

    said = page(client)
    assert "Off since 10:00" in said
    assert "It refused three messages in a row." in said


def test_a_test_is_sent_and_the_newest_delivery_shown(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point()

    client.post(f"{PAGE}{point.pk}/test/")
    assert "Last: on its way" in page(client)
    sweep(timezone.now)
    assert gateway.texts[0][1].endswith("This is a test. Nobody is waiting.")
    assert "Last: 10:00, handed over in 0.0 s" in page(client)

    gateway.answers = [Answer(400)]
    client.post(f"{PAGE}{point.pk}/test/")
    Message.objects.filter(state="pending").update(created_at=MONDAY.replace(second=1))
    sweep(timezone.now)
    assert "Last: 10:00, did not arrive" in page(client)


def test_all_of_mine_are_tested_at_once(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point()
    make_point(address="+447700900164", verified_at=None)

    client.post(f"{PAGE}test/")

    assert sorted(Message.objects.values_list("channel", flat=True)) == ["email", "sms"]


def test_a_point_is_removed(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point()

    client.post(f"{PAGE}{point.pk}/remove/")

    assert not nurse.user.contact_points.exists()
    # Pressed twice, or in a second tab.
    assert client.post(f"{PAGE}{point.pk}/remove/", follow=True).status_code == 200


def test_a_colleagues_point_is_removed_by_nobody_else(
    client: Client, nurse: StaffMember, manager: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point(manager.user)

    client.post(f"{PAGE}{point.pk}/remove/")

    assert manager.user.contact_points.get() == point


def test_rules_are_set_and_shown(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point()

    client.post(f"{PAGE}rules/urgent/", {"sms": "0", "email": "3"})

    assert ContactRule.objects.filter(user=nurse.user, level="urgent").count() == 2
    assert "SMS at once. E-mail after 3 min." in page(client)


def test_rules_that_reach_nobody_are_refused(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(verified_at=None)

    words = "Choose at least one way that works now, at once. Nothing was changed."
    assert words in errors(client, f"{PAGE}rules/emergency/", sms="0", email="")
    assert "Choose at least one way." in errors(client, f"{PAGE}rules/same_day/", email="")
    assert not ContactRule.objects.exists()


def test_a_way_that_is_not_confirmed_is_said_to_be_left_out(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(verified_at=None)

    assert "Left out until confirmed: SMS" in page(client)


def test_quiet_hours_are_set_and_taken_away(client: Client, nurse: StaffMember) -> None:
    client.post(f"{PAGE}quiet-hours/", {"starts": "22:00", "ends": "07:00"})
    assert "22:00 to 07:00. Same day and routine wait until 07:00." in page(client)

    assert "Give both times, or none." in errors(client, f"{PAGE}quiet-hours/", starts="22:00", ends="")
    assert "whole day" in errors(client, f"{PAGE}quiet-hours/", starts="22:00", ends="22:00")
    client.post(f"{PAGE}quiet-hours/", {"starts": "", "ends": ""})
    assert not QuietHours.objects.exists()


def test_managers_see_who_cannot_be_woken_first(
    manager: StaffMember, nurse: StaffMember, clinician: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point()
    make_point(clinician.user, verified_at=None)

    night = staff_client(manager).get(PAGE).context["night"]

    assert [(row.member, row.ways) for row in night] == [(manager, ""), (clinician, ""), (nurse, "SMS")]
    assert dict(night[1].states)["SMS"] == "wait"
    assert "Who cannot be reached at night 2 of 3, seen by managers" in page(staff_client(manager))
    assert "seen by managers" not in page(staff_client(nurse))


def test_the_mailbox_of_the_account_is_tested_by_itself(client: Client, nurse: StaffMember) -> None:
    client.post(f"{PAGE}mailbox/test/")

    message = Message.objects.get()
    assert (message.channel, message.point, message.recipient) == ("email", None, nurse.user)


def test_tests_are_limited(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    for _press in range(30):
        client.post(f"{PAGE}test/")

    said = words(client.post(f"{PAGE}test/", follow=True))

    assert "Many tests were sent within an hour." in said
    assert Message.objects.count() == 30


def test_a_number_that_is_off_is_set_up_again_by_a_code(
    client: Client, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point(disabled_at=MONDAY, disabled_because="refused")
    assert "Set up again" in page(client)

    answer = client.post(f"{PAGE}{point.pk}/again/")

    assert answer["Location"] == f"{PAGE}{point.pk}/confirm/"
    point.refresh_from_db()
    assert (point.disabled_at, point.is_usable) == (None, False)
    sweep(timezone.now)
    code = re.findall(r"\d{6}", gateway.texts[0][1])[0]
    client.post(answer["Location"], {"code": code})
    point.refresh_from_db()
    assert point.is_usable


def test_a_number_that_two_share_is_said_to_be_shared_and_not_with_whom(
    client: Client, nurse: StaffMember, clinician: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    note = "A colleague has this number too."
    make_point()
    theirs = make_point(clinician.user, verified_at=None)
    before, name = page(client), str(clinician.user)
    assert note not in before

    theirs.verified_at = MONDAY
    theirs.save()

    said = page(client)
    assert note in said
    assert said.count(name) == before.count(name)


def test_who_has_not_proved_a_number_does_not_learn_that_somebody_has_it(
    client: Client, clinician: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(clinician.user)
    make_point(address="+447700900164")
    make_point(verified_at=None)

    assert "A colleague has this number too." not in page(client)


def test_many_codes_are_said_to_be_many(
    client: Client, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point(verified_at=None)
    client.post(f"{PAGE}{point.pk}/code/")

    said = words(client.post(f"{PAGE}{point.pk}/code/", follow=True))

    assert "A code was sent a moment ago, or many today." in said
    assert Message.objects.count() == 1


def test_a_person_has_ten_ways_at_most(client: Client, gateway: Provider, make_point: MakePoint) -> None:
    for last in range(10):
        make_point(address=f"+44770090010{last}")

    said = errors(client, f"{PAGE}add/sms/", number="07700 900163")

    assert "That is as many as one person may have." in said


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, '{"success": false}'),
        Answer(429),
        Answer(429, headers={"Retry-After": "120"}),
        Answer(503),
    ],
    ids=["success with an error inside", "busy", "busy for two minutes", "away"],
)
def test_what_a_provider_did_not_take_is_said_to_be_tried_again(
    client: Client, gateway: Provider, make_point: MakePoint, answer: Answer
) -> None:
    point = make_point()
    gateway.answers = [answer]

    client.post(f"{PAGE}{point.pk}/test/")
    sweep(timezone.now)
    assert "SMS, 07700 900163 Works Confirmed 10:00 Last: not taken yet, it is tried again" in page(client)

    with frozen_at(MONDAY + timedelta(minutes=9)):
        sweep(timezone.now)
        assert "Last: 10:09, handed over" in page(client)


def test_a_code_that_was_typed_in_another_tab_is_no_error(
    client: Client, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point()

    answer = client.post(f"{PAGE}{point.pk}/confirm/", {"code": "123456"}, follow=True)

    assert "This way is confirmed already." in words(answer)


@pytest.mark.parametrize("path", ["add/sms/", "add/email/", "rules/urgent/"])
def test_a_form_that_is_sent_empty_says_what_is_missing(client: Client, gateway: Provider, path: str) -> None:
    answer = client.post(f"{PAGE}{path}")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
