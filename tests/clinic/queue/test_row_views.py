"""A press in the queue does what its row showed, and nothing else: by one, by two at once, too late, undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.people.models import Event, Patient, StaffMember
from clinic.queue.rows import shown_token
from tests.at_once import at_once
from tests.clinic.staff_client import QUEUE, alert_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at, check_in, someone

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]

IN_LIST = {"HX-Request": "true"}


def press(client: Client, patient: Patient, shown: list[str], act: str = "acknowledge", **more: Any) -> Any:
    headers = {} if more.pop("without_script", False) else IN_LIST
    return client.post(f"/clinic/queue/{patient.pk}/{act}/", {"shown": shown, **more}, headers=headers)


def states(patient: Patient) -> dict[str, str]:
    return dict(patient.alerts.values_list("rule", "status"))


def test_one_press_takes_on_what_the_row_showed_and_nothing_else(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    hives = alert_of(patient, 20.02, signs=["hives"])
    alert_of(patient, 20.05, emergency=["breathing"])

    response = press(staff_client(nurse), patient, [shown_token(urgent_alert), shown_token(hives)])

    assert response.status_code == 200
    assert states(patient) == {"pus": "acknowledged", "hives": "acknowledged", "trouble_breathing": "new"}
    assert "Amara Test is yours now." in words(response)
    assert "Acknowledge Amara Test" in words(response)  # the emergency still waits


def test_what_was_reported_again_since_it_was_shown_is_shown_first(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    shown = shown_token(urgent_alert)
    check_in(patient, 20.05, signs=["pus"])

    response = press(staff_client(nurse), patient, [shown])

    assert response.status_code == 409
    assert "Amara Test has changed" in words(response)
    assert states(patient) == {"pus": "new"}
    urgent_alert.refresh_from_db()
    assert press(staff_client(nurse), patient, [shown_token(urgent_alert)]).status_code == 200


def test_who_confirms_a_newer_report_leaves_the_alert_with_its_owner(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=clinician.user, now=at(20.02))
    check_in(patient, 20.05, signs=["pus"])
    urgent_alert.refresh_from_db()
    response = press(staff_client(nurse), patient, [shown_token(urgent_alert)])
    assert "You confirmed the newer report. Amara Test stays with Tom Test." in words(response)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.owner, urgent_alert.is_waiting) == (clinician.user, False)


def test_an_alert_that_is_another_patients_is_not_touched(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    ben = someone(patient, "Ben")
    other = alert_of(ben, 20, signs=["pus"])
    for named, shown in (
        (patient, [shown_token(urgent_alert), shown_token(other)]),
        (ben, [shown_token(urgent_alert)]),
    ):
        assert press(staff_client(nurse), named, shown).status_code == 409
    assert states(patient) == states(ben) == {"pus": "new"}


@pytest.mark.parametrize("shown", [[], ["no token"], ["@"], ["{pk}"], ["{pk}@2026-01-13T06:00"]])
def test_a_form_that_does_not_say_what_it_showed_does_nothing(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, shown: list[str]
) -> None:
    sent = [token.replace("{pk}", str(urgent_alert.pk)) for token in shown]
    assert press(staff_client(nurse), patient, sent).status_code == 409
    assert states(patient) == {"pus": "new"}


def test_another_clinics_patient_is_not_found(urgent_alert: Alert, outsider: StaffMember) -> None:
    assert press(staff_client(outsider), urgent_alert.patient, [shown_token(urgent_alert)]).status_code == 404


def test_the_second_of_two_reads_who_was_first(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    shown = [shown_token(urgent_alert)]
    acknowledge(alert=urgent_alert, by=clinician.user, now=at(20.05))
    response = press(staff_client(nurse), patient, shown)
    assert response.status_code == 409
    said = "Tom Test was first Tom Test acknowledged Amara Test at 06:03. You changed nothing."
    assert said in words(response)
    close(alert=urgent_alert, by=clinician.user, now=at(20.06), outcome="mistake", note="Wrong tap.")
    assert "Tom Test closed Amara Test at 06:03" in words(press(staff_client(nurse), patient, shown))


def test_what_a_colleague_took_of_a_row_stays_the_colleagues(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    hives = alert_of(patient, 20.02, signs=["hives"])
    shown = [shown_token(urgent_alert), shown_token(hives)]
    acknowledge(alert=hives, by=clinician.user, now=at(20.05))
    assert press(staff_client(nurse), patient, shown).status_code == 200
    owners = dict(patient.alerts.values_list("rule", "owner__first_name"))
    assert owners == {"pus": "Ruth", "hives": "Tom"}


def test_pressing_twice_or_in_a_second_tab_changes_nothing_and_is_no_error(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    shown = [shown_token(urgent_alert)]
    for _ in range(2):
        assert press(staff_client(nurse), patient, shown).status_code == 200
    assert Event.objects.filter(subject=urgent_alert.pk, verb=Event.Verb.ACKNOWLEDGED).count() == 1


def test_the_answer_is_the_list_in_the_same_view(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    alert_of(someone(patient, "Kofi"), 20, signs=["patches"])
    response = press(staff_client(nurse), patient, [shown_token(urgent_alert)], filters="owner=me")
    assert "Kofi Other" not in words(response)
    assert "<main" not in response.content.decode()


def test_without_script_a_press_leads_to_the_alert_and_a_refusal_is_a_page(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    shown = [shown_token(urgent_alert)]
    done = press(staff_client(nurse), patient, shown, without_script=True)
    assert done.headers["Location"] == alert_url(urgent_alert)
    page = press(staff_client(clinician), patient, shown, without_script=True)
    assert page.status_code == 409
    assert "Ruth Test was first" in words(page)
    assert "<main" in page.content.decode()


def test_without_script_the_list_is_a_plain_page_with_a_link_that_refreshes_it(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    page = staff_client(nurse).get(QUEUE).content.decode()
    assert '<noscript><a href="">Refresh</a> to see what is new.</noscript>' in page
    assert f'action="/clinic/queue/{urgent_alert.patient.pk}/acknowledge/"' in page


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_exactly_one_counts(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    def pressed(member: StaffMember) -> tuple[StaffMember, int, str]:
        response = press(clients[member.pk], patient, shown)
        return member, response.status_code, words(response)

    shown = [shown_token(urgent_alert)]
    clients = {member.pk: staff_client(member) for member in (nurse, clinician)}
    answers = at_once(lambda: pressed(nurse), lambda: pressed(clinician))

    told = {answer[1]: answer for answer in answers if not isinstance(answer, Exception)}
    assert set(told) == {200, 409}
    winner = told[200][0]
    urgent_alert.refresh_from_db()
    assert urgent_alert.acknowledged_by == winner.user
    assert f"{winner.user} was first" in told[409][2]


def test_a_slip_is_given_back_where_it_was_made_and_waits_for_anybody(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    press(client, patient, [shown_token(urgent_alert)])
    assert "Give back Amara Test" in words(client.get(QUEUE))

    response = press(client, patient, [shown_token(urgent_alert)], "give-back")

    assert "Amara Test waits for anybody again." in words(response)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.owner, urgent_alert.waiting_since) == (
        Alert.Status.NEW,
        None,
        at(20.1),
    )
    assert "Acknowledge Amara Test" in words(response)


def test_only_what_one_has_taken_on_a_moment_ago_is_given_back_in_the_queue(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    press(staff_client(clinician), patient, [shown_token(urgent_alert)])
    assert "Give back" not in words(staff_client(nurse).get(QUEUE))
    assert press(staff_client(nurse), patient, [shown_token(urgent_alert)], "give-back").status_code == 409
    with frozen_at(at(20.2)):
        assert "Give back" not in words(staff_client(clinician).get(QUEUE))
    assert states(patient) == {"pus": "acknowledged"}


def test_a_closing_can_be_undone_for_a_minute_in_its_row(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(20.05))
    close(alert=urgent_alert, by=nurse.user, now=at(20.1), outcome="advice_given", note="Spoke.")
    with frozen_at(at(20.1, seconds=19)):
        page = words(staff_client(nurse).get(QUEUE))
        assert "Closed 06:06 advice given, by you" in page
        assert "Undo the close Amara Test, 41 s left" in page
        assert "Amara Test" not in words(staff_client(clinician).get(QUEUE))
        assert (
            press(staff_client(clinician), patient, [shown_token(urgent_alert)], "undo-close").status_code
            == 409
        )
        response = press(staff_client(nurse), patient, [shown_token(urgent_alert)], "undo-close")
    assert "Amara Test is open again, as before." in words(response)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.owner) == (Alert.Status.ACKNOWLEDGED, nurse.user)


def test_after_the_minute_the_row_is_gone_and_undoing_is_refused(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    close(alert=urgent_alert, by=nurse.user, now=at(20.1), outcome="advice_given", note="Spoke.")
    with frozen_at(at(20.1, seconds=61)):
        assert "Amara Test" not in words(staff_client(nurse).get(QUEUE))
        response = press(staff_client(nurse), patient, [shown_token(urgent_alert)], "undo-close")
    assert response.status_code == 409
    assert "Amara Test stays closed" in words(response)
