"""A press in the queue does what its row showed, and nothing else: by one, by two at once, too late, undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from clinic.queue.rows import shown_token
from tests.at_once import at_once
from tests.clinic.staff_client import QUEUE, alert_of, alert_url, someone, staff_client, words
from tests.people import at, check_in

pytestmark = pytest.mark.usefixtures("procedure", "course_set")

IN_LIST = {"HX-Request": "true"}


@pytest.fixture
def alert(patient: Patient, procedure: Procedure) -> Alert:
    """An urgent alert, opened at 20 h; the tests work at 20.1 h, which is 06:06."""
    return alert_of(patient, 20, signs=["pus"])


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(at(20.1), tick=False):
        yield


def press(client: Client, patient: Patient, shown: list[str], act: str = "acknowledge", **more: Any) -> Any:
    headers = {} if more.pop("without_script", False) else IN_LIST
    return client.post(f"/clinic/queue/{patient.pk}/{act}/", {"shown": shown, **more}, headers=headers)


def states(patient: Patient) -> dict[str, str]:
    return dict(patient.alerts.values_list("rule", "status"))


def test_one_press_takes_on_what_the_row_showed_and_nothing_else(
    patient: Patient, alert: Alert, nurse: StaffMember
) -> None:
    hives = alert_of(patient, 20.02, signs=["hives"])
    alert_of(patient, 20.05, emergency=["breathing"])

    response = press(staff_client(nurse), patient, [shown_token(alert), shown_token(hives)])

    assert response.status_code == 200
    assert states(patient) == {"pus": "acknowledged", "hives": "acknowledged", "trouble_breathing": "new"}
    assert "Amara Test is yours now." in words(response)
    assert "Acknowledge Amara Test" in words(response)  # the emergency still waits


def test_what_was_reported_again_since_it_was_shown_is_shown_first(
    patient: Patient, alert: Alert, nurse: StaffMember
) -> None:
    shown = shown_token(alert)
    check_in(patient, 20.05, signs=["pus"])

    response = press(staff_client(nurse), patient, [shown])

    assert response.status_code == 409
    assert "Amara Test has changed" in words(response)
    assert states(patient) == {"pus": "new"}
    alert.refresh_from_db()
    assert press(staff_client(nurse), patient, [shown_token(alert)]).status_code == 200


def test_who_confirms_a_newer_report_leaves_the_alert_with_its_owner(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    acknowledge(alert=alert, by=colleague.user, now=at(20.02))
    check_in(patient, 20.05, signs=["pus"])
    alert.refresh_from_db()
    response = press(staff_client(nurse), patient, [shown_token(alert)])
    assert "You confirmed the newer report. Amara Test stays with Tom Test." in words(response)
    alert.refresh_from_db()
    assert (alert.owner, alert.is_waiting) == (colleague.user, False)


def test_an_alert_that_is_another_patients_is_not_touched(
    patient: Patient, alert: Alert, nurse: StaffMember
) -> None:
    ben = someone(patient, "Ben")
    other = alert_of(ben, 20, signs=["pus"])
    for named, shown in ((patient, [shown_token(alert), shown_token(other)]), (ben, [shown_token(alert)])):
        assert press(staff_client(nurse), named, shown).status_code == 409
    assert states(patient) == states(ben) == {"pus": "new"}


@pytest.mark.parametrize("shown", [[], ["no token"], ["@"], ["{pk}"], ["{pk}@2026-01-13T06:00"]])
def test_a_form_that_does_not_say_what_it_showed_does_nothing(
    patient: Patient, alert: Alert, nurse: StaffMember, shown: list[str]
) -> None:
    sent = [token.replace("{pk}", str(alert.pk)) for token in shown]
    assert press(staff_client(nurse), patient, sent).status_code == 409
    assert states(patient) == {"pus": "new"}


def test_another_clinics_patient_is_not_found(alert: Alert, outsider: StaffMember) -> None:
    assert press(staff_client(outsider), alert.patient, [shown_token(alert)]).status_code == 404


def test_the_second_of_two_reads_who_was_first(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    shown = [shown_token(alert)]
    acknowledge(alert=alert, by=colleague.user, now=at(20.05))
    response = press(staff_client(nurse), patient, shown)
    assert response.status_code == 409
    said = "Tom Test was first Tom Test acknowledged Amara Test at 06:03. You changed nothing."
    assert said in words(response)
    close(alert=alert, by=colleague.user, now=at(20.06), outcome="mistake", note="Wrong tap.")
    assert "Tom Test closed Amara Test at 06:03" in words(press(staff_client(nurse), patient, shown))


def test_what_a_colleague_took_of_a_row_stays_the_colleagues(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    hives = alert_of(patient, 20.02, signs=["hives"])
    shown = [shown_token(alert), shown_token(hives)]
    acknowledge(alert=hives, by=colleague.user, now=at(20.05))
    assert press(staff_client(nurse), patient, shown).status_code == 200
    owners = dict(patient.alerts.values_list("rule", "owner__first_name"))
    assert owners == {"pus": "Ruth", "hives": "Tom"}


def test_pressing_twice_or_in_a_second_tab_changes_nothing_and_is_no_error(
    patient: Patient, alert: Alert, nurse: StaffMember
) -> None:
    shown = [shown_token(alert)]
    for _ in range(2):
        assert press(staff_client(nurse), patient, shown).status_code == 200
    assert Event.objects.filter(subject=alert.pk, verb=Event.Verb.ACKNOWLEDGED).count() == 1


def test_the_answer_is_the_list_in_the_same_view(patient: Patient, alert: Alert, nurse: StaffMember) -> None:
    alert_of(someone(patient, "Kofi"), 20, signs=["patches"])
    response = press(staff_client(nurse), patient, [shown_token(alert)], filters="owner=me")
    assert "Kofi Other" not in words(response)
    assert "<main" not in response.content.decode()


def test_without_script_a_press_leads_to_the_alert_and_a_refusal_is_a_page(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    shown = [shown_token(alert)]
    done = press(staff_client(nurse), patient, shown, without_script=True)
    assert done.headers["Location"] == alert_url(alert)
    page = press(staff_client(colleague), patient, shown, without_script=True)
    assert page.status_code == 409
    assert "Ruth Test was first" in words(page)
    assert "<main" in page.content.decode()


def test_without_script_the_list_is_a_plain_page_with_a_link_that_refreshes_it(
    alert: Alert, nurse: StaffMember
) -> None:
    page = staff_client(nurse).get(QUEUE).content.decode()
    assert '<noscript><a href="">Refresh</a> to see what is new.</noscript>' in page
    assert f'action="/clinic/queue/{alert.patient.pk}/acknowledge/"' in page


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_exactly_one_counts(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    def pressed(member: StaffMember) -> tuple[StaffMember, int, str]:
        response = press(clients[member.pk], patient, shown)
        return member, response.status_code, words(response)

    shown = [shown_token(alert)]
    clients = {member.pk: staff_client(member) for member in (nurse, colleague)}
    answers = at_once(lambda: pressed(nurse), lambda: pressed(colleague))

    told = {answer[1]: answer for answer in answers if not isinstance(answer, Exception)}
    assert set(told) == {200, 409}
    winner = told[200][0]
    alert.refresh_from_db()
    assert alert.acknowledged_by == winner.user
    assert f"{winner.user} was first" in told[409][2]


def test_a_slip_is_given_back_where_it_was_made_and_waits_for_anybody(
    patient: Patient, alert: Alert, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    press(client, patient, [shown_token(alert)])
    assert "Give back Amara Test" in words(client.get(QUEUE))

    response = press(client, patient, [shown_token(alert)], "give-back")

    assert "Amara Test waits for anybody again." in words(response)
    alert.refresh_from_db()
    assert (alert.status, alert.owner, alert.waiting_since) == (Alert.Status.NEW, None, at(20.1))
    assert "Acknowledge Amara Test" in words(response)


def test_only_what_one_has_taken_on_a_moment_ago_is_given_back_in_the_queue(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    press(staff_client(colleague), patient, [shown_token(alert)])
    assert "Give back" not in words(staff_client(nurse).get(QUEUE))
    assert press(staff_client(nurse), patient, [shown_token(alert)], "give-back").status_code == 409
    with time_machine.travel(at(20.2), tick=False):
        assert "Give back" not in words(staff_client(colleague).get(QUEUE))
    assert states(patient) == {"pus": "acknowledged"}


def test_a_closing_can_be_undone_for_a_minute_in_its_row(
    patient: Patient, alert: Alert, nurse: StaffMember, colleague: StaffMember
) -> None:
    acknowledge(alert=alert, by=nurse.user, now=at(20.05))
    close(alert=alert, by=nurse.user, now=at(20.1), outcome="advice_given", note="Spoke.")
    with time_machine.travel(at(20.1, seconds=19), tick=False):
        page = words(staff_client(nurse).get(QUEUE))
        assert "Closed 06:06 advice given, by you" in page
        assert "Undo the close Amara Test, 41 s left" in page
        assert "Amara Test" not in words(staff_client(colleague).get(QUEUE))
        assert press(staff_client(colleague), patient, [shown_token(alert)], "undo-close").status_code == 409
        response = press(staff_client(nurse), patient, [shown_token(alert)], "undo-close")
    assert "Amara Test is open again, as before." in words(response)
    alert.refresh_from_db()
    assert (alert.status, alert.owner) == (Alert.Status.ACKNOWLEDGED, nurse.user)


def test_after_the_minute_the_row_is_gone_and_undoing_is_refused(
    patient: Patient, alert: Alert, nurse: StaffMember
) -> None:
    close(alert=alert, by=nurse.user, now=at(20.1), outcome="advice_given", note="Spoke.")
    with time_machine.travel(at(20.1, seconds=61), tick=False):
        assert "Amara Test" not in words(staff_client(nurse).get(QUEUE))
        response = press(staff_client(nurse), patient, [shown_token(alert)], "undo-close")
    assert response.status_code == 409
    assert "Amara Test stays closed" in words(response)
