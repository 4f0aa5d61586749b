"""Acknowledging and closing: by one, by two at once, alone or together."""

from __future__ import annotations

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.people.models import Event, Patient, StaffMember
from tests.clinic.staff_client import QUEUE, alert_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at, check_in, someone

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]


def deeds(alert: Alert) -> list[str]:
    """Return the actions on an alert in order, without views."""
    events = Event.objects.filter(subject=alert.pk).exclude(verb=Event.Verb.OPENED_ALERT)
    return [event.verb for event in events.order_by("pk")]


def test_who_acknowledges_owns_the_alert_and_is_led_to_its_page(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    response = staff_client(nurse).post(alert_url(urgent_alert, "acknowledge"))

    assert response.status_code == 302
    assert response.headers["Location"] == alert_url(urgent_alert)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.acknowledged_by) == (Alert.Status.ACKNOWLEDGED, nurse.user)
    assert urgent_alert.acknowledged_at == at(20.1)


def test_pressing_acknowledge_twice_changes_nothing_and_is_no_error(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    client.post(alert_url(urgent_alert, "acknowledge"))
    with frozen_at(at(20.3)):
        response = client.post(alert_url(urgent_alert, "acknowledge"), follow=True)

    assert response.status_code == 200
    urgent_alert.refresh_from_db()
    assert urgent_alert.acknowledged_at == at(20.1)
    assert deeds(urgent_alert) == [Event.Verb.ACKNOWLEDGED]


def test_the_second_of_two_staff_reads_who_was_first(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    staff_client(clinician).post(alert_url(urgent_alert, "acknowledge"))

    response = staff_client(nurse).post(alert_url(urgent_alert, "acknowledge"))

    assert response.status_code == 409
    assert "Tom Test was first and acknowledged this alert at 06:06. Nothing was changed." in words(response)
    urgent_alert.refresh_from_db()
    assert urgent_alert.acknowledged_by == clinician.user
    assert deeds(urgent_alert) == [Event.Verb.ACKNOWLEDGED]


def test_a_closed_alert_can_not_be_acknowledged(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    close(alert=urgent_alert, by=clinician.user, now=at(20.05), outcome="prescribed", note="Seen.")

    response = staff_client(nurse).post(alert_url(urgent_alert, "acknowledge"))

    assert response.status_code == 409
    assert "Tom Test was first and closed this alert at 06:03" in words(response)


def test_one_press_acknowledges_what_was_shown_together_and_nothing_else(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus", "hives"], pain=3)
    pus, hives, pain = (patient.alerts.get(rule=rule) for rule in ("pus", "hives", "severe_pain"))

    staff_client(nurse).post(alert_url(pus, "acknowledge"), {"also": [str(hives.pk)]})

    states = dict(patient.alerts.values_list("rule", "status"))
    assert states == {"pus": "acknowledged", "hives": "acknowledged", "severe_pain": "new"}
    assert deeds(pain) == []


def test_what_a_colleague_took_on_meanwhile_stays_the_colleagues(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus", "hives"])
    pus, hives = patient.alerts.get(rule="pus"), patient.alerts.get(rule="hives")
    acknowledge(alert=hives, by=clinician.user, now=at(20.05))

    staff_client(nurse).post(alert_url(pus, "acknowledge"), {"also": [str(hives.pk)]})

    assert patient.alerts.get(rule="pus").acknowledged_by == nurse.user
    assert patient.alerts.get(rule="hives").acknowledged_by == clinician.user


def test_another_patients_alert_is_not_acknowledged_along(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    other = alert_of(someone(patient, "Ben"), 20, signs=["pus"])
    staff_client(nurse).post(alert_url(urgent_alert, "acknowledge"), {"also": [str(other.pk), "not an id"]})
    other.refresh_from_db()
    assert other.status == Alert.Status.NEW


@pytest.mark.parametrize("outcome", Alert.Outcome.values)
def test_each_outcome_closes_the_alert(urgent_alert: Alert, nurse: StaffMember, outcome: str) -> None:
    response = staff_client(nurse).post(
        alert_url(urgent_alert, "close"), {"outcome": outcome, "note": "Seen."}
    )

    assert response.status_code == 302
    assert response.headers["Location"] == QUEUE
    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.outcome, urgent_alert.note) == (
        Alert.Status.CLOSED,
        outcome,
        "Seen.",
    )
    assert urgent_alert.closed_by == nurse.user


def test_the_note_is_kept_and_shown_with_the_outcome(urgent_alert: Alert, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    client.post(
        alert_url(urgent_alert, "close"), {"outcome": "advice_given", "note": "Spoke at 06:05.\nCalls back."}
    )

    page = words(client.get(alert_url(urgent_alert)))

    assert "Ruth Test closed this, 06:06: Advice given" in page
    assert "“Spoke at 06:05. Calls back.”" in page
    assert "What happened?" not in page
    assert "Acknowledge" not in page


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({}, "Choose what came of it."),
        ({"outcome": ""}, "Choose what came of it."),
        ({"outcome": "cured"}, "Choose one of the outcomes in the list."),
        ({"outcome": "mistake", "note": "x" * 2001}, "Write at most 2000 characters."),
    ],
)
def test_without_a_known_outcome_nothing_is_closed_and_the_note_stays(
    urgent_alert: Alert, nurse: StaffMember, posted: dict[str, str], said: str
) -> None:
    response = staff_client(nurse).post(alert_url(urgent_alert, "close"), {"note": "Spoke to her.", **posted})

    assert response.status_code == 422
    page = words(response)
    assert said in page
    assert "Nothing has been saved yet" in page
    assert posted.get("note", "Spoke to her.") in page
    urgent_alert.refresh_from_db()
    assert urgent_alert.status == Alert.Status.NEW
    assert deeds(urgent_alert) == []


def test_who_closes_second_reads_who_was_first(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    close(alert=urgent_alert, by=clinician.user, now=at(20.05), outcome="prescribed", note="Seen.")

    response = staff_client(nurse).post(
        alert_url(urgent_alert, "close"), {"outcome": "mistake", "note": "Seen."}
    )

    assert response.status_code == 409
    assert "Tom Test was first and closed this alert at 06:03. Nothing was changed." in words(response)
    urgent_alert.refresh_from_db()
    assert urgent_alert.outcome == "prescribed"


def test_closing_closes_one_alert_unless_all_are_asked_for(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 20, signs=["pus", "hives"], pain=3)
    pus = patient.alerts.get(rule="pus")

    staff_client(nurse).post(alert_url(pus, "close"), {"outcome": "prescribed", "note": "Seen."})
    assert patient.alerts.open().count() == 2

    other = patient.alerts.get(rule="hives")
    staff_client(nurse).post(
        alert_url(other, "close"), {"outcome": "advice_given", "note": "Ice.", "all": "1"}
    )
    closed = patient.alerts.order_by("rule").values_list("rule", "outcome", "note")
    assert list(closed) == [
        ("hives", "advice_given", "Ice."),
        ("pus", "prescribed", "Seen."),
        ("severe_pain", "advice_given", "Ice."),
    ]


def test_closing_all_leaves_other_patients_alone(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    other = alert_of(someone(patient, "Ben"), 20, signs=["pus"])
    staff_client(nurse).post(
        alert_url(urgent_alert, "close"), {"outcome": "mistake", "note": "Seen.", "all": "1"}
    )
    other.refresh_from_db()
    assert other.is_open


def test_an_alert_that_came_in_while_the_page_was_open_is_not_closed_unseen(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    unseen = alert_of(patient, 20.08, emergency=["breathing"])

    posted = {"outcome": "expected_course", "note": "Seen.", "all": "1", "seen": [str(urgent_alert.pk)]}
    response = staff_client(nurse).post(alert_url(urgent_alert, "close"), posted)

    assert response.status_code == 409
    assert "Not saved yet: a new alert came in after you opened this page" in words(response)
    assert alert_url(unseen) in response.content.decode()
    assert patient.alerts.open().count() == 2


def test_an_open_page_names_all_alerts_it_shows(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    other = alert_of(patient, 20.05, signs=["hives"])
    page = staff_client(nurse).get(alert_url(urgent_alert)).content.decode()
    for shown in (urgent_alert, other):
        assert f'name="seen" value="{shown.pk}"' in page
    assert f'name="also" value="{other.pk}"' in page
    assert "Close all 2" in page
    assert "Save the call, close 2 alerts" in page
