"""Giving an alert to a colleague, and opening a closed one again."""

from __future__ import annotations

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import OwnerChangedError, acknowledge, assign
from aftercare.alerts.models import Alert
from aftercare.people.models import Event, Patient, StaffMember
from tests.clinic.staff_client import QUEUE, alert_url, staff_client, words
from tests.factories import alert_of, at, check_in

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]


def test_an_alert_is_given_to_a_colleague_and_its_clock_runs_on(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    response = staff_client(nurse).post(alert_url(urgent_alert, "assign"), {"to": clinician.pk, "seen": ""})

    assert response.headers["Location"] == alert_url(urgent_alert)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.owner, urgent_alert.status) == (clinician.user, Alert.Status.NEW)
    assert urgent_alert.next_escalation_at is not None
    page = words(staff_client(nurse).get(QUEUE))
    assert "Tom Test" in page
    event = Event.objects.get(verb=Event.Verb.ASSIGNED)
    assert (event.actor, event.subject, event.data["to"]) == (nurse.user, urgent_alert.pk, clinician.user.pk)
    assert "Ruth Test gave it to Tom Test." in words(staff_client(nurse).get(alert_url(urgent_alert)))


def test_who_acknowledges_owns_it(urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember) -> None:
    assign(alert=urgent_alert, to=clinician, seen_owner=None, by=clinician.user, now=at(20.05))
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(20.1))
    urgent_alert.refresh_from_db()
    assert urgent_alert.owner == nurse.user


def test_a_stale_page_gives_nothing_away(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=clinician.user, now=at(20.05))
    response = staff_client(nurse).post(alert_url(urgent_alert, "assign"), {"to": manager.pk, "seen": ""})
    assert response.status_code == 409
    assert "Tom Test has it now. Nothing was changed." in words(response)
    urgent_alert.refresh_from_db()
    assert urgent_alert.owner == clinician.user
    with pytest.raises(OwnerChangedError):
        assign(alert=urgent_alert, to=manager, seen_owner=None, by=nurse.user, now=at(20.1))


@pytest.mark.parametrize("to", ["", "0", "outsider"])
def test_nobody_but_a_colleague_gets_it(
    urgent_alert: Alert, nurse: StaffMember, outsider: StaffMember, to: str
) -> None:
    posted = {"to": outsider.pk if to == "outsider" else to, "seen": ""}
    response = staff_client(nurse).post(alert_url(urgent_alert, "assign"), posted)
    assert response.status_code == 422
    urgent_alert.refresh_from_db()
    assert urgent_alert.owner is None


def test_a_closed_alert_is_given_to_nobody(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    close(alert=urgent_alert, by=clinician.user, now=at(20.05), outcome="mistake", note="Seen.")
    response = staff_client(nurse).post(alert_url(urgent_alert, "assign"), {"to": nurse.pk, "seen": ""})
    assert response.status_code == 409
    assert "Tom Test was first and closed this alert" in words(response)


def test_a_closed_alert_is_opened_again_and_how_it_was_closed_stays(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    close(alert=urgent_alert, by=clinician.user, now=at(20.05), outcome="advice_given", note="Cold pack.")

    response = staff_client(nurse).post(alert_url(urgent_alert, "reopen"), {"why": "She called again."})

    assert response.headers["Location"] == alert_url(urgent_alert)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.owner, urgent_alert.outcome) == (
        Alert.Status.ACKNOWLEDGED,
        nurse.user,
        "",
    )
    page = words(staff_client(nurse).get(alert_url(urgent_alert)))
    assert "Ruth Test opened it again: She called again." in page
    assert "Tom Test closed: advice given. “Cold pack.”" in page


def test_opening_again_needs_a_reason(urgent_alert: Alert, nurse: StaffMember) -> None:
    close(alert=urgent_alert, by=nurse.user, now=at(20.05), outcome="mistake", note="Seen.")
    response = staff_client(nurse).post(alert_url(urgent_alert, "reopen"), {"why": " "})
    assert response.status_code == 422
    assert "Write why." in words(response)
    urgent_alert.refresh_from_db()
    assert not urgent_alert.is_open


def test_an_open_alert_can_not_be_opened_again(urgent_alert: Alert, nurse: StaffMember) -> None:
    response = staff_client(nurse).post(alert_url(urgent_alert, "reopen"), {"why": "x"})
    assert response.status_code == 409
    assert "This alert is already open." in words(response)


def test_beside_a_newer_alert_of_the_same_rule_the_old_one_stays_closed(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    close(alert=urgent_alert, by=nurse.user, now=at(20.05), outcome="mistake", note="Seen.")
    check_in(patient, 20.08, signs=["pus"])
    response = staff_client(nurse).post(alert_url(urgent_alert, "reopen"), {"why": "x"})
    assert response.status_code == 409
    assert "work on the newer alert" in words(response)


def test_an_emergency_is_closed_and_opened_by_a_clinician(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    alert = alert_of(patient, 20, emergency=["eye"])
    told = {"outcome": "emergency_care", "note": "Ambulance called."}
    assert "An emergency is closed by a clinician" in words(staff_client(nurse).get(alert_url(alert)))
    assert staff_client(nurse).post(alert_url(alert, "close"), told).status_code == 403
    alert.refresh_from_db()
    assert alert.is_open
    assert staff_client(clinician).post(alert_url(alert, "close"), told).status_code == 302
    assert staff_client(nurse).post(alert_url(alert, "reopen"), {"why": "x"}).status_code == 403


def test_a_report_that_came_in_while_the_page_was_open_is_not_closed_unseen(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    shown_at = at(20.02).isoformat()
    check_in(patient, 20.05, signs=["pus"])
    for more in ({}, {"all": "1"}):
        posted = {"outcome": "expected_course", "note": "Seen.", "shown_at": shown_at, **more}
        response = staff_client(nurse).post(alert_url(urgent_alert, "close"), posted)
        assert response.status_code == 409
        assert "Not saved yet: a check-in arrived at 06:03, after you opened this page" in words(response)
    urgent_alert.refresh_from_db()
    assert urgent_alert.is_open


def test_a_contact_attempt_is_kept_with_who_and_when(urgent_alert: Alert, nurse: StaffMember) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(20.05))
    posted = {"result": "no_answer", "note": "Rang out twice."}
    response = staff_client(nurse).post(alert_url(urgent_alert, "attempts"), posted)
    assert response.headers["Location"] == alert_url(urgent_alert)
    page = words(staff_client(nurse).get(alert_url(urgent_alert)))
    assert "06:06 No answer, Ruth Test “Rang out twice.”" in page
    urgent_alert.refresh_from_db()
    assert urgent_alert.follow_up_at == at(20.6)


@pytest.mark.parametrize("result", ["", "tired"])
def test_an_attempt_without_a_known_result_is_not_kept(
    urgent_alert: Alert, nurse: StaffMember, result: str
) -> None:
    response = staff_client(nurse).post(
        alert_url(urgent_alert, "attempts"), {"result": result, "note": "Rang out."}
    )
    assert response.status_code == 422
    assert "Rang out." in words(response)
    assert not urgent_alert.contact_attempts.exists()


def test_an_outsider_gives_away_opens_or_records_nothing(
    urgent_alert: Alert, outsider: StaffMember, patient: Patient
) -> None:
    for act in ("assign", "reopen", "attempts"):
        for person in (outsider, patient):
            assert (
                staff_client(person).post(alert_url(urgent_alert, act), {"result": "reached"}).status_code
                == 404
            )
