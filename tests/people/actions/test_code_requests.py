"""Limits on sign-in codes: no stranger locks a person out, fills a mailbox, or guesses a code."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from aftercare.people.actions.code_requests import (
    MAILS_A_DAY,
    MAILS_A_DAY_FROM_A_NETWORK,
    REQUESTS_A_MINUTE,
    TRIES,
    TRIES_AT_OTHER_CODES,
    ask_for_code,
    take_try,
)
from aftercare.people.models import CodeRequest, Patient, StaffMember
from tests.at_once import at_once
from tests.clock import frozen_at
from tests.factories import at
from tests.people.accounts.test_sign_in import CODE_PAGE, TYPE_PAGE, WRONG, codes_to
from tests.people.accounts.test_sign_in_link import is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1))]

HOME, CAFE = "192.0.2.1", "192.0.2.99"


def browser(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def ask(address: str, email: str) -> Client:
    """A new browser at this address that has asked for a code."""
    client = browser(address)
    client.post(CODE_PAGE, {"email": email})
    return client


def stranger_uses_up_the_mails(email: str) -> None:
    """Ask from many networks until no more mails leave."""
    for number in range(MAILS_A_DAY + 5):
        ask(f"203.0.113.{number}", email)


def said(client: Client, code: str) -> str:
    """What the page says after a code was typed."""
    response = client.post(TYPE_PAGE, {"code": code}, follow=True)
    return " ".join(strip_tags(response.content.decode()).split())


def test_a_mailbox_gets_a_limited_number_of_mails_a_day(patient: Patient) -> None:
    stranger_uses_up_the_mails(patient.user.email)
    assert len(codes_to(patient.user.email)) == MAILS_A_DAY

    with frozen_at(at(25, minutes=1)):
        ask(CAFE, patient.user.email)

    assert len(codes_to(patient.user.email)) == MAILS_A_DAY + 1


def test_the_letters_of_an_address_make_no_other_mailbox(patient: Patient) -> None:
    for number in range(MAILS_A_DAY):
        ask(f"203.0.113.{number}", patient.user.email)

    ask(CAFE, patient.user.email.upper())

    wait = [letter for letter in mail.outbox if letter.to[0].lower() == patient.user.email]
    assert len(wait) == len(codes_to(patient.user.email)) == MAILS_A_DAY


def test_a_stranger_in_one_place_leaves_mails_for_the_person(patient: Patient) -> None:
    for minute in range(30):
        with frozen_at(at(1, minutes=minute)):
            ask(CAFE, patient.user.email)
    assert len(codes_to(patient.user.email)) == MAILS_A_DAY_FROM_A_NETWORK

    with frozen_at(at(1, minutes=31)):
        person = ask(HOME, patient.user.email)
        person.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})

    assert is_signed_in(person)
    assert len(codes_to(patient.user.email)) == MAILS_A_DAY_FROM_A_NETWORK + 1


def test_a_stranger_who_asks_for_her_codes_keeps_nobody_from_asking(patient: Patient) -> None:
    for _press in range(5):
        ask(CAFE, patient.user.email)

    person = ask(HOME, patient.user.email)

    person.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert is_signed_in(person)


def test_her_code_stays_good_while_a_stranger_asks_for_more(patient: Patient) -> None:
    person = ask(HOME, patient.user.email)
    code = codes_to(patient.user.email)[-1]

    stranger_uses_up_the_mails(patient.user.email)

    person.post(TYPE_PAGE, {"code": code})
    assert is_signed_in(person)


def test_who_asks_after_the_last_mail_types_any_code_of_the_day(patient: Patient) -> None:
    stranger_uses_up_the_mails(patient.user.email)
    mailed = codes_to(patient.user.email)

    with frozen_at(at(9)):
        for code in (mailed[-1], mailed[0]):
            person = ask(HOME, patient.user.email)
            person.post(TYPE_PAGE, {"code": code.lower()})
            assert is_signed_in(person)

    assert codes_to(patient.user.email) == mailed


def test_the_page_says_the_same_whether_or_not_a_mail_was_sent(patient: Patient) -> None:
    asked = [ask(HOME, email) for email in (patient.user.email, "nobody@test.example")]
    stranger_uses_up_the_mails(patient.user.email)
    asked.append(ask(HOME, patient.user.email))

    pages = [strip_tags(client.get(TYPE_PAGE).content.decode()) for client in asked]
    texts = {re.sub(r"\w+•••", "•••", " ".join(page.split())) for page in pages}

    assert len(texts) == 1
    assert "Type the code from the last one that we sent you today." in texts.pop()


def test_a_code_works_once_in_whichever_browser(patient: Patient) -> None:
    stranger_uses_up_the_mails(patient.user.email)
    code = codes_to(patient.user.email)[-1]
    person, thief = ask(HOME, patient.user.email), ask(CAFE, patient.user.email)
    person.post(TYPE_PAGE, {"code": code})

    thief.post(TYPE_PAGE, {"code": code})

    assert is_signed_in(person)
    assert not is_signed_in(thief)


def test_a_code_that_was_used_elsewhere_says_so(patient: Patient) -> None:
    person = ask(HOME, patient.user.email)
    code = codes_to(patient.user.email)[-1]
    stranger_uses_up_the_mails(patient.user.email)
    elsewhere = ask(CAFE, patient.user.email)
    elsewhere.post(TYPE_PAGE, {"code": code})
    assert is_signed_in(elsewhere)

    assert "This code was used before. Ask for a new one." in said(person, code)
    assert not is_signed_in(person)


def test_while_mails_are_sent_a_code_belongs_to_the_browser_that_asked(patient: Patient) -> None:
    ask(CAFE, patient.user.email)
    other = codes_to(patient.user.email)[-1]
    person = ask(HOME, patient.user.email)

    person.post(TYPE_PAGE, {"code": other})

    assert not is_signed_in(person)


def test_a_code_of_yesterday_is_no_longer_good(patient: Patient) -> None:
    ask(HOME, patient.user.email)
    code = codes_to(patient.user.email)[-1]
    with frozen_at(at(24)):
        stranger_uses_up_the_mails(patient.user.email)
    with frozen_at(at(25, minutes=1)):
        person = ask(CAFE, patient.user.email)
        person.post(TYPE_PAGE, {"code": code})
    assert not is_signed_in(person)


def test_codes_mailed_to_an_earlier_address_open_nothing(patient: Patient) -> None:
    ask(CAFE, patient.user.email)
    code = codes_to(patient.user.email)[-1]
    patient.user.email = "new@test.example"
    patient.user.save()
    stranger_uses_up_the_mails("new@test.example")

    person = ask(HOME, "new@test.example")
    person.post(TYPE_PAGE, {"code": code})

    assert not is_signed_in(person)


def test_wrong_codes_of_a_stranger_cost_the_person_no_try(patient: Patient) -> None:
    person = ask(HOME, patient.user.email)
    code = codes_to(patient.user.email)[-1]
    for _session in range(10):
        stranger = ask(CAFE, patient.user.email)
        for _try in range(4):
            stranger.post(TYPE_PAGE, {"code": WRONG})

    person.post(TYPE_PAGE, {"code": code})

    assert is_signed_in(person)


def test_one_network_tries_few_codes_that_others_were_mailed(patient: Patient) -> None:
    stranger_uses_up_the_mails(patient.user.email)
    code = codes_to(patient.user.email)[-1]
    for _session in range(TRIES_AT_OTHER_CODES // 3):
        stranger = ask(CAFE, patient.user.email)
        for _try in range(3):
            stranger.post(TYPE_PAGE, {"code": WRONG})

    stranger, person = ask(CAFE, patient.user.email), ask(HOME, patient.user.email)
    for client in (stranger, person):
        client.post(TYPE_PAGE, {"code": code})

    assert not is_signed_in(stranger)
    assert is_signed_in(person)


def test_one_network_asks_for_few_codes_a_minute_whoever_they_are_for(
    patient: Patient, nurse: StaffMember
) -> None:
    for number in range(REQUESTS_A_MINUTE):
        ask(CAFE, f"nobody-{number}@test.example")
    ask(CAFE, patient.user.email)
    assert codes_to(patient.user.email) == []

    ask(HOME, patient.user.email)
    with frozen_at(at(1, minutes=1)):
        ask(CAFE, nurse.user.email)

    assert len(codes_to(patient.user.email)) == 1
    assert len(codes_to(nurse.user.email)) == 1


def test_people_without_a_known_address_are_not_counted_as_one(patient: Patient) -> None:
    for number in range(REQUESTS_A_MINUTE):
        ask("", f"nobody-{number}@test.example")

    ask("", patient.user.email)

    assert len(codes_to(patient.user.email)) == 1


def test_neither_addresses_nor_codes_are_stored_and_nothing_for_longer_than_a_day(patient: Patient) -> None:
    ask(HOME, patient.user.email)
    code = codes_to(patient.user.email)[-1]
    kept = " ".join(str(value) for value in CodeRequest.objects.values_list().get()).lower()
    assert patient.user.email not in kept
    assert code.lower() not in kept
    assert code.lower().replace("-", "") not in kept

    with frozen_at(at(25)):
        ask(HOME, "nobody@test.example")

    assert CodeRequest.objects.get().asked_at == at(25)


def test_who_has_left_is_mailed_no_code(patient: Patient) -> None:
    patient.user.is_active = False
    patient.user.save()

    ask(HOME, patient.user.email)

    assert codes_to(patient.user.email) == []


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_counted_one_after_the_other(patient: Patient) -> None:
    email, user = patient.user.email, patient.user

    def asks(number: int) -> bool:
        network = f"203.0.113.{number}"
        return ask_for_code(email=email, user=user, network=network, now=at(1)).is_mailed

    found = at_once(*[partial(asks, number) for number in range(MAILS_A_DAY + 4)])

    assert (found.count(True), found.count(False)) == (MAILS_A_DAY, 4)


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_counted_one_after_the_other(patient: Patient) -> None:
    request = ask_for_code(email=patient.user.email, user=patient.user, network=HOME, now=at(1))

    found = at_once(*[lambda: take_try(request_pk=request.pk) is not None] * 8)

    assert (found.count(True), found.count(False)) == (TRIES, 8 - TRIES)
