"""Replies by SMS, as Twilio posts them: signed, taken once, and refused to whoever was not told."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.answering.replies import MOST_AN_HOUR
from aftercare.alerts.models import Alert, Reply
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import ContactPoint, Event, StaffMember
from tests.clinic.webhooks.conftest import MANAGER, NURSE, Send, number_of, said
from tests.fixtures import MakePoint

pytestmark = pytest.mark.django_db


def status_of(alert: Alert) -> str:
    alert.refresh_from_db()
    return str(alert.status)


def test_ack_and_the_number_acknowledge_for_whose_telephone_it_is(
    emergency: Alert, nurse: StaffMember, sms: Send
) -> None:
    answer = sms(NURSE, f"ACK {number_of(emergency)}")

    assert status_of(emergency) == "acknowledged"
    assert emergency.acknowledged_by == nurse.user
    assert f"Alert {number_of(emergency)} is yours. Call the patient by " in said(answer)
    assert Event.objects.get(verb="acknowledged").data == {"way": "sms"}
    assert "Amara" not in said(answer)


@pytest.mark.parametrize(
    "text", ["ack {}", "Ack {}.", "ACK{}", " ACK #{} ", "ACK alert {}", "Acknowledge {}"]
)
def test_it_need_not_be_typed_exactly(emergency: Alert, sms: Send, text: str) -> None:
    sms(NURSE, text.format(number_of(emergency)))

    assert status_of(emergency) == "acknowledged"


def test_ack_without_a_number_asks_which(emergency: Alert, sms: Send) -> None:
    assert said(sms(NURSE, "ACK")) == "Which alert? Reply ACK and its number. Nothing was changed."
    assert status_of(emergency) == "new"


@pytest.mark.parametrize("text", ["I am on my way", "ACK one", "4711", "", "ACK 1 ACK 2", "ACK " + "9" * 30])
def test_what_is_no_answer_changes_nothing_and_says_so(emergency: Alert, sms: Send, text: str) -> None:
    assert "Nobody reads this." in said(sms(NURSE, text))
    assert status_of(emergency) == "new"


def test_a_stranger_learns_nothing_and_is_led_to_their_clinic(
    emergency: Alert, sms: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    answer = said(sms("+447700900999", f"ACK {number_of(emergency)}"))

    assert answer.startswith("Nobody reads messages to this number. Please call your clinic.")
    assert status_of(emergency) == "new"
    assert "nobody has confirmed" in caplog.text
    assert "900999" not in caplog.text


def test_a_telephone_that_is_not_confirmed_is_a_stranger(
    emergency: Alert, sms: Send, nurse: StaffMember
) -> None:
    nurse.user.contact_points.update(verified_at=None)

    assert "Nobody reads messages" in said(sms(NURSE, f"ACK {number_of(emergency)}"))
    assert status_of(emergency) == "new"


def test_who_was_not_told_acknowledges_nothing(emergency: Alert, sms: Send, clinician: StaffMember) -> None:
    answer = said(sms("+447700900162", f"ACK {number_of(emergency)}"))

    assert answer == f"You were not told of an alert {number_of(emergency)}. Nothing was changed."
    assert status_of(emergency) == "new"


def test_a_number_that_no_alert_has_is_answered_as_one_of_which_nobody_was_told(
    emergency: Alert, sms: Send
) -> None:
    assert said(sms(NURSE, "ACK 99999999")) == "You were not told of an alert 99999999. Nothing was changed."


def test_of_two_who_share_a_telephone_it_is_who_was_told(
    emergency: Alert, sms: Send, nurse: StaffMember, outsider: StaffMember, make_point: MakePoint
) -> None:
    make_point(outsider.user, address=NURSE)

    sms(NURSE, f"ACK {number_of(emergency)}")

    assert status_of(emergency) == "acknowledged"
    assert emergency.acknowledged_by == nurse.user


def test_two_who_share_a_telephone_and_were_both_told_use_the_link(
    emergency: Alert, sms: Send, manager: StaffMember, make_point: MakePoint
) -> None:
    make_point(manager.user, address=NURSE)

    assert "Several people share this telephone." in said(sms(NURSE, f"ACK {number_of(emergency)}"))
    assert status_of(emergency) == "new"


def test_somebody_who_was_first_is_named(emergency: Alert, sms: Send, manager: StaffMember) -> None:
    acknowledge(alert=emergency, by=manager.user, now=timezone.now())

    answer = said(sms(NURSE, f"ACK {number_of(emergency)}"))

    assert answer == f"{manager.user} has alert {number_of(emergency)}. You need do nothing."


def test_a_year_old_reply_acknowledges_nothing(emergency: Alert, sms: Send, clinician: StaffMember) -> None:
    year = timedelta(days=365)
    Message.objects.update(finished_at=timezone.now() - year)
    Alert.objects.update(opened_at=timezone.now() - year)

    assert "more than two hours ago. Nothing was changed." in said(sms(NURSE, f"ACK {number_of(emergency)}"))
    assert status_of(emergency) == "new"
    close(alert=emergency, by=clinician.user, now=timezone.now(), outcome="mistake", note="A test.")
    assert "is closed. You need do nothing." in said(sms(NURSE, f"ACK {number_of(emergency)}"))


def test_a_reply_that_is_sent_again_is_answered_the_same_and_acts_once(
    emergency: Alert, sms: Send, nurse: StaffMember
) -> None:
    first = sms(NURSE, f"ACK {number_of(emergency)}", sid="SM1")
    give_back(alert=emergency, by=nurse.user, now=timezone.now())

    again = sms(NURSE, f"ACK {number_of(emergency)}", sid="SM1")

    assert status_of(emergency) == "new"
    assert said(again).startswith(f"Alert {number_of(emergency)} is yours.")
    assert said(first).startswith(f"Alert {number_of(emergency)} is yours.")
    assert Reply.objects.count() == 1


def test_who_left_the_clinic_acknowledges_nothing(emergency: Alert, sms: Send, nurse: StaffMember) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)

    assert "You were not told" in said(sms(NURSE, f"ACK {number_of(emergency)}"))
    assert status_of(emergency) == "new"


def test_a_drill_is_acknowledged_by_sms(
    steps: None, gateway: object, sms: Send, nurse: StaffMember, manager: StaffMember
) -> None:
    drill = start_drill(clinic=nurse.clinic, by=manager.user, now=timezone.now())
    sweep(timezone.now)
    drill.refresh_from_db()

    assert said(sms(NURSE, f"ACK {drill.number}")) == f"Drill {drill.number} is over. No patient is waiting."

    drill.refresh_from_db()
    assert drill.acknowledged_by == nurse.user


def test_stop_leaves_the_telephone_alone_and_tells_the_managers(
    emergency: Alert, sms: Send, nurse: StaffMember, manager: StaffMember, mailoutbox: list[Any]
) -> None:
    mailoutbox.clear()

    assert said(sms(NURSE, "Stop")) == ""
    sweep(timezone.now)

    point = nurse.user.contact_points.get()
    assert (point.disabled_because, point.is_usable) == ("stopped", False)
    (mail,) = [one for one in mailoutbox if "no SMS" in one.subject]
    assert mail.to == [manager.user.email]
    assert mail.subject == f"{nurse.user} gets no SMS any more"
    assert NURSE[-6:] not in mail.body


def test_start_asks_to_confirm_anew(emergency: Alert, sms: Send, nurse: StaffMember) -> None:
    sms(NURSE, "STOP")

    assert "confirm this number" in said(sms(NURSE, "START"))
    assert not ContactPoint.objects.get(user=nurse.user).is_usable


def test_a_stop_by_a_stranger_is_taken_in_silence(emergency: Alert, sms: Send) -> None:
    assert said(sms("+447700900999", "STOP")) == ""
    assert not ContactPoint.objects.exclude(disabled_at=None).exists()


def test_too_many_replies_from_one_telephone_are_not_read(emergency: Alert, sms: Send) -> None:
    answers = [said(sms(NURSE, "Hello")) for _time in range(MOST_AN_HOUR + 1)]

    assert all(answers[:MOST_AN_HOUR])
    assert answers[-1] == ""
    assert said(sms(MANAGER, f"ACK {number_of(emergency)}")).startswith(
        f"Alert {number_of(emergency)} is yours."
    )


@pytest.mark.parametrize("signature", ["", "c2lnbmVk", None])
def test_a_wrong_signature_is_refused(emergency: Alert, sms: Send, signature: str | None) -> None:
    answer = sms(NURSE, f"ACK {number_of(emergency)}", signature=signature, token="b" * 32)

    assert answer.status_code == 403
    assert status_of(emergency) == "new"
    assert not Reply.objects.exists()


def test_what_was_changed_on_the_way_is_refused(emergency: Alert, sms: Send) -> None:
    assert sms(NURSE, "ACK 1", tampered={"Body": f"ACK {number_of(emergency)}"}).status_code == 403


def test_without_an_account_of_twilio_nothing_is_taken(emergency: Alert, sms: Send) -> None:
    account = "json://127.0.0.1:9/send?:to={to}"

    assert sms(NURSE, f"ACK {number_of(emergency)}", token="", account=account).status_code == 403


def test_behind_a_proxy_the_signature_is_for_the_public_address(
    emergency: Alert, sms: Send, settings: Settings
) -> None:
    settings.SITE_URL = "https://aftercare.larkfield.example"

    assert sms(NURSE, f"ACK {number_of(emergency)}", HTTP_HOST="localhost").status_code == 200
    assert status_of(emergency) == "acknowledged"


def test_a_reply_without_its_id_is_a_bad_request(emergency: Alert, sms: Send) -> None:
    assert sms(NURSE, "ACK 1", sid="").status_code == 400
    assert Client().get("/webhooks/twilio/sms/").status_code == 405


def test_no_number_and_no_text_of_a_reply_is_kept(emergency: Alert, sms: Send) -> None:
    sms(NURSE, "Amara has called me on her way in", sid="SM1")

    kept = Reply.objects.get()
    columns = " ".join(str(getattr(kept, field.attname)) for field in Reply._meta.concrete_fields)
    assert NURSE[1:] not in columns
    assert "Amara" not in columns
