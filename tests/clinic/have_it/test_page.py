"""The page behind the link of an SMS: what it says, and that nothing but a deliberate press changes anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, AnswerLink, Dispatch
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Event, StaffMember
from clinic.have_it.views import UNKNOWN_AN_HOUR
from tests.clinic.have_it.links import link_to
from tests.clinic.staff_client import proved_client, words

pytestmark = pytest.mark.django_db


def state_of(alert: Alert) -> str:
    alert.refresh_from_db()
    return str(alert.status)


def test_it_says_level_clock_and_who_was_told_and_nothing_of_the_patient(
    emergency: Alert, nurse: StaffMember, manager: StaffMember, clinician: StaffMember
) -> None:
    response = Client().get(link_to(nurse))

    said = words(response)
    for part in (
        f"Alert {Alert.objects.get(pk=emergency.pk).number}",
        f"for {nurse.user}",
        "Emergency",
        "7 min left",
        f"then we tell {clinician.user}, at ",
        "2 min ago. Nobody has it.",
        "You: e-mail and SMS",
        f"{manager.user}: e-mail and SMS",
        f"Next: {clinician.user}, if nobody has it by then",
        "I have it",
        f"Pass on to {clinician.user} now",
    ):
        assert part in said
    for detail in ("Amara", "Osei", "breath", "microneedling", str(emergency.patient_id)):
        assert detail not in response.content.decode()
    assert 'class="tabs' not in response.content.decode()


def test_no_search_engine_and_no_other_page_gets_the_address(emergency: Alert, nurse: StaffMember) -> None:
    response = Client().get(link_to(nurse))

    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_a_press_takes_it_on_and_says_by_when_to_call(
    emergency: Alert, nurse: StaffMember, manager: StaffMember
) -> None:
    page = Client().post(link_to(nurse), {"do": "have", "pressed": "have"}, follow=True)

    assert state_of(emergency) == "acknowledged"
    assert emergency.acknowledged_by == nurse.user
    said = words(page)
    assert "It is yours" in said
    assert "to call the patient, until " in said
    assert "Open and call" in said
    assert f"{manager.user}: SMS (on its way)" in said
    assert f"/clinic/alerts/{emergency.pk}/" in page.content.decode()
    assert "Amara" not in page.content.decode()


def test_a_scanner_that_opens_and_posts_ten_times_changes_nothing(
    emergency: Alert, nurse: StaffMember
) -> None:
    before, path = Event.objects.count(), link_to(nurse)
    for _time in range(10):
        Client().get(path)
        for act in ("have", "pass", "back"):
            page = Client().post(path, {"do": act})
            assert "Nothing has happened yet." in words(page)
        Client().post(path)

    assert state_of(emergency) == "new"
    assert Event.objects.count() == before
    assert Dispatch.objects.filter(reason="unacknowledged").count() == 0


def test_without_script_a_second_step_asks_for_a_tick(emergency: Alert, nurse: StaffMember) -> None:
    client, path = Client(), link_to(nurse)
    page = client.post(path, {"do": "have"})
    assert "Yes, I call the patient" in words(page)
    assert 'name="sure" value="have" id="sure" required' in page.content.decode()
    assert "checked" not in page.content.decode()

    client.post(path, {"do": "have", "sure": "have"})

    assert state_of(emergency) == "acknowledged"


def test_a_tick_for_one_act_does_no_other(emergency: Alert, nurse: StaffMember) -> None:
    Client().post(link_to(nurse), {"do": "have", "sure": "pass"})

    assert state_of(emergency) == "new"


def test_passing_on_is_said_and_offered_once(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    page = Client().post(link_to(nurse), {"do": "pass", "pressed": "pass"}, follow=True)

    said = words(page)
    assert "You passed it on at " in said
    assert "Pass on to" not in said
    assert "I have it" in said
    assert Dispatch.objects.get(reason="unacknowledged").step == 1


def test_who_was_first_is_named(emergency: Alert, nurse: StaffMember, manager: StaffMember) -> None:
    path = link_to(nurse)
    Client().get(path)
    acknowledge(alert=emergency, by=manager.user, now=timezone.now())

    page = Client().post(path, {"do": "have", "pressed": "have"}, follow=True)

    assert f"{manager.user} has it" in words(page)
    assert "I have it" not in words(page)
    emergency.refresh_from_db()
    assert emergency.acknowledged_by == manager.user


def test_a_closed_alert_says_so(emergency: Alert, nurse: StaffMember, clinician: StaffMember) -> None:
    close(alert=emergency, by=clinician.user, now=timezone.now(), outcome="mistake", note="A test.")

    said = words(Client().get(link_to(nurse)))

    assert "It is closed" in said
    assert f"By {clinician.user}, at " in said
    assert "A test." not in said


def test_giving_back_waits_for_anybody_again(emergency: Alert, nurse: StaffMember) -> None:
    client, path = Client(), link_to(nurse)
    client.post(path, {"do": "have", "pressed": "have"})

    page = client.post(path, {"do": "back", "pressed": "back"}, follow=True)

    assert state_of(emergency) == "new"
    assert "You gave it back at " in words(page)


def test_after_two_hours_it_says_so_and_offers_the_sign_in(emergency: Alert, nurse: StaffMember) -> None:
    path, past = link_to(nurse), timezone.now() - timedelta(hours=2, minutes=1)
    Message.objects.filter(channel="sms").update(finished_at=past)

    page = Client().post(path, {"do": "have", "pressed": "have"})

    assert page.status_code == 410
    assert "This link is too old" in words(page)
    assert f'href="/clinic/alerts/{emergency.pk}/"' in page.content.decode()
    assert state_of(emergency) == "new"


def test_a_link_of_somebody_who_left_is_refused(emergency: Alert, nurse: StaffMember) -> None:
    path = link_to(nurse)
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)

    page = Client().post(path, {"do": "have", "pressed": "have"})

    assert page.status_code == 403
    assert "Emergency" not in words(page)
    assert state_of(emergency) == "new"


def test_whoever_is_signed_in_answers_as_the_recipient_of_the_link(
    emergency: Alert, nurse: StaffMember, manager: StaffMember
) -> None:
    proved_client(manager).post(link_to(nurse), {"do": "have", "pressed": "have"})

    emergency.refresh_from_db()
    assert emergency.acknowledged_by == nurse.user


def test_a_link_works_without_cookies_and_from_a_page_that_sends_no_referrer(
    emergency: Alert, nurse: StaffMember
) -> None:
    client = Client(enforce_csrf_checks=True)

    client.post(link_to(nurse), {"do": "have", "pressed": "have"}, headers={"Origin": "null"})

    assert state_of(emergency) == "acknowledged"


@pytest.mark.usefixtures("empty_cache")
def test_guesses_are_limited_and_refuse_nobody_who_has_a_link(emergency: Alert, nurse: StaffMember) -> None:
    statuses = [Client().get(f"/h/guess{number}/").status_code for number in range(UNKNOWN_AN_HOUR + 2)]

    assert statuses == [404] * UNKNOWN_AN_HOUR + [429] * 2
    assert Client().get(link_to(nurse)).status_code == 200


def test_a_drill_is_acknowledged_from_the_phone(
    steps: None, nurse: StaffMember, manager: StaffMember, gateway: object
) -> None:
    drill = start_drill(clinic=nurse.clinic, by=manager.user, now=timezone.now())
    sweep(timezone.now)
    path = link_to(nurse)
    assert "This is a drill. No patient is waiting." in words(Client().get(path))

    page = Client().post(path, {"do": "have", "pressed": "have"}, follow=True)

    drill.refresh_from_db()
    assert drill.acknowledged_by == nurse.user
    assert "The drill is over." in words(page)
    assert Event.objects.get(verb="acknowledged_drill").data == {"way": "link"}


def test_a_procedure_that_was_corrected_away_leaves_the_page_as_it_is(
    emergency: Alert, nurse: StaffMember
) -> None:
    Alert.objects.filter(pk=emergency.pk).update(procedure=None)

    assert "I have it" in words(Client().get(link_to(nurse)))


def test_an_erased_patient_leaves_nothing_to_answer(emergency: Alert, nurse: StaffMember) -> None:
    path = link_to(nurse)
    user = emergency.patient.user
    user.erased_as = "patient"
    user.save()

    assert Client().get(path).status_code == 404


def test_the_history_of_the_alert_says_how_it_was_done(emergency: Alert, nurse: StaffMember) -> None:
    Client().post(link_to(nurse), {"do": "have", "pressed": "have"})

    page = proved_client(nurse).get(f"/clinic/alerts/{emergency.pk}/")

    assert "acknowledged, by the link of a message." in words(page)
    assert f"Alert {Alert.objects.get(pk=emergency.pk).number}" in words(page)


def test_a_link_is_kept_as_a_hash_alone(emergency: Alert, nurse: StaffMember) -> None:
    token = link_to(nurse).split("/")[2]

    assert token not in AnswerLink.objects.values_list("token_hash", flat=True)
    assert len(token) == 16
