"""Each SMS and push has a link for its recipient alone; mails have none."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pytest_django import Settings

from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.answering.links import link_of, own_links, token_of
from aftercare.alerts.models import Alert, AnswerLink
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import alert_of, at, check_in, someone
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider
from tools.servers.providers.push import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("telephones")]
LINK = re.compile(r"https?://\S+/h/([\w-]{16})/$")


def swept(h: float) -> None:
    sweep(lambda: at(h))


def sms() -> Message:
    return Message.objects.get(kind="alert_dispatch", channel="sms")


def test_an_sms_says_level_number_and_clock_and_ends_with_the_link(
    patient: Patient, procedure: Procedure, gateway: Provider, settings: Settings
) -> None:
    settings.SITE_URL = "https://aftercare.larkfield-skin-clinic.example.org"
    alert = alert_of(patient, 20, emergency=["breathing"])
    number = Alert.objects.get(pk=alert.pk).number

    swept(20)

    ((_to, text),) = gateway.texts
    assert text.startswith(f"Larkfield Skin Clinic: EMERGENCY alert {number}. Answer by 06:10. https://")
    found = LINK.search(text)
    assert found
    assert len(text) <= 160
    link = link_of(found[1])
    assert link is not None
    assert link.message == sms()
    for word in ("Amara", "breath"):
        assert word not in text


@pytest.mark.parametrize(
    ("host", "invites"), [("rowan.example", True), ("aftercare." + "x" * 63 + ".example", False)]
)
def test_an_sms_says_how_to_reply_once_replies_arrive_and_where_there_is_room(
    patient: Patient, procedure: Procedure, gateway: Provider, settings: Settings, host: str, invites: bool
) -> None:
    settings.SMS_REPLIES, settings.SITE_URL = True, f"https://{host}"
    alert = alert_of(patient, 20, emergency=["breathing"])

    swept(20)

    ((_to, text),) = gateway.texts
    assert (f"Reply ACK {Alert.objects.get(pk=alert.pk).number} or open https://" in text) is invites
    assert len(text) <= 160
    assert LINK.search(text)


def test_a_push_leads_to_a_page_of_its_own(
    patient: Patient,
    procedure: Procedure,
    gateway: Provider,
    push_service: Provider,
    make_point: MakePoint,
) -> None:
    browser = Browser(push_service)
    make_point(kind="push", address=browser.subscription)
    alert_of(patient, 20, emergency=["breathing"])

    swept(20)

    said = browser.read(push_service.received[0])
    assert LINK.search(said["url"])
    assert "EMERGENCY alert" in said["body"]
    assert AnswerLink.objects.count() == 2
    assert len(set(AnswerLink.objects.values_list("token_hash", flat=True))) == 2


def test_a_mail_leads_to_the_alert_that_needs_a_sign_in(
    patient: Patient, procedure: Procedure, gateway: Provider, mailoutbox: list[object]
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])

    swept(20)

    (mail,) = mailoutbox
    body = getattr(mail, "body", "")
    assert f"/clinic/alerts/{alert.pk}/" in body
    assert "/h/" not in body


def test_a_drill_has_a_link_too(manager: StaffMember, gateway: Provider) -> None:
    drill = start_drill(clinic=manager.clinic, by=manager.user, now=at(20))

    swept(20)

    drill.refresh_from_db()
    ((_to, text),) = gateway.texts
    assert f"DRILL {drill.number}. This is a drill. No patient is waiting." in text
    assert LINK.search(text)


def test_a_list_of_several_patients_has_no_link(
    patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
) -> None:
    nurse.user.contact_rules.create(level="same_day", kind="sms")
    check_in(patient, 1, signs=["lumps"])
    check_in(someone(patient, "Ben"), 1, signs=["lumps"])
    from aftercare.alerts.dispatching.reminders import remind

    remind(at(7.5))
    swept(7.5)

    last = gateway.texts[-1][1]
    assert last.endswith("/clinic/")


def test_a_message_that_is_sent_again_has_the_same_link(
    patient: Patient, procedure: Procedure, gateway: Provider
) -> None:
    alert_of(patient, 20, emergency=["breathing"])
    swept(20)
    message = sms()

    assert own_links([message], at(21)) == {message.pk: f"/h/{token_of(message.pk)}/"}
    assert AnswerLink.objects.get().created_at == at(20)


def test_a_new_secret_key_lets_a_message_that_is_sent_again_have_a_link_that_works(
    patient: Patient, procedure: Procedure, gateway: Provider, settings: Settings
) -> None:
    alert_of(patient, 20, emergency=["breathing"])
    swept(20)
    before = token_of(sms().pk)
    settings.SECRET_KEY = "another-" * 8

    own_links([sms()], at(20) + timedelta(minutes=1))

    assert token_of(sms().pk) != before
    assert link_of(token_of(sms().pk)) is not None


def test_a_link_that_cannot_be_made_lets_the_message_leave_all_the_same(
    patient: Patient, procedure: Procedure, gateway: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError

    monkeypatch.setattr("aftercare.alerts.answering.links.salted_hmac", fail)
    alert = alert_of(patient, 20, emergency=["breathing"])

    swept(20)

    ((_to, text),) = gateway.texts
    assert text.endswith(f"/clinic/alerts/{alert.pk}/")
