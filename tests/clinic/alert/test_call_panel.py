"""The call panel: one form on the alert's and the patient's page, for what happened and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from clinic.alert.actions import NewsError, ShownState, require_no_news
from clinic.alert.history import CHANNELS, REASONS
from clinic.labels import STATES
from tests.clinic.reading_forms import fields_of
from tests.clinic.staff_client import alert_url, patient_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at, check_in

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]
NOTE = "Left cheek hot since 6 this morning."


def panel(client: Client, alert: Alert, **chosen: Any) -> dict[str, Any]:
    """Return the fields that a browser sends from the call panel."""
    page = client.get(alert_url(alert)).content.decode()
    return fields_of(page, alert_url(alert, "attempts")) | chosen


def test_a_call_its_note_and_the_close_are_one_press(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    alert_of(patient, 20.05, signs=["hives"])
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="reached", note=NOTE, then="all", outcome="seen_in_clinic")

    response = client.post(alert_url(urgent_alert, "attempts"), told)

    assert response.headers["Location"] == "/clinic/"
    attempt = ContactAttempt.objects.get()
    assert (attempt.result, attempt.note, attempt.by) == ("reached", NOTE, nurse.user)
    closed = patient.alerts.values_list("status", "outcome", "note", "closed_by")
    assert set(closed) == {("closed", "seen_in_clinic", NOTE, nurse.user.pk)}
    said = words(client.get("/clinic/"))
    assert "Amara Test: reached. It is recorded. Closed 2 alerts of Amara Test: seen in clinic." in said


def test_a_call_acknowledges_for_the_caller_and_keeps_the_alert_open(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    response = client.post(
        alert_url(urgent_alert, "attempts"), panel(client, urgent_alert, result="no_answer")
    )
    assert response.headers["Location"] == alert_url(urgent_alert)
    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.owner) == (Alert.Status.ACKNOWLEDGED, nurse.user)


def test_the_patient_who_called_counts_as_reached(urgent_alert: Alert, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    client.post(alert_url(urgent_alert, "attempts"), panel(client, urgent_alert, result="patient_called"))
    attempt = ContactAttempt.objects.get()
    assert (attempt.result, attempt.kind) == ("reached", "patient_called")
    urgent_alert.refresh_from_db()
    assert urgent_alert.is_reached
    page = words(client.get(alert_url(urgent_alert)))
    assert "06:06 Amara called us, Ruth Test" in page
    assert "Ruth Test spoke with the patient, who called." in page


@pytest.mark.parametrize("then", ["open", "one"])
def test_what_arrived_since_the_page_was_drawn_is_shown_before_anything_is_saved(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember, then: str
) -> None:
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="reached", note=NOTE, then=then, outcome="advice_given")
    with frozen_at(at(20.3)):
        check_in(patient, 20.2, signs=["hot_sore"], redness=2)
        held = client.post(alert_url(urgent_alert, "attempts"), told)

        assert held.status_code == 409
        page = words(held)
        assert "Not saved yet: a check-in arrived at 06:12, after you opened this page" in page
        assert "Your note and choices are kept. Read it, then press again." in page
        assert NOTE in page
        assert "New, 06:12" in page
        assert 'class="proof fresh"' in held.content.decode()
        assert not ContactAttempt.objects.exists()

        again = fields_of(held.content.decode(), alert_url(urgent_alert, "attempts"))
        assert (again["result"], again["note"], again["then"]) == ("reached", NOTE, then)
        assert client.post(alert_url(urgent_alert, "attempts"), again).status_code == 302
    assert ContactAttempt.objects.get().note == NOTE
    urgent_alert.refresh_from_db()
    assert urgent_alert.is_open == (then == "open")


def test_a_check_in_in_which_no_rule_fired_is_news_too(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="reached")
    with frozen_at(at(20.3)):
        check_in(patient, 20.2, redness=1)
        held = client.post(alert_url(urgent_alert, "attempts"), told)
    assert held.status_code == 409
    assert "No rule fired." in words(held)


def test_a_check_in_that_was_being_saved_while_the_page_was_drawn_is_news(
    urgent_alert: Alert, patient: Patient
) -> None:
    known = ShownState(at=at(20.2), reports=1)
    require_no_news(patient, known)
    check_in(patient, 20.1, redness=1)  # of an instant before the page, but not on it
    with pytest.raises(NewsError) as caught:
        require_no_news(patient, known)
    assert [item.check_in.submitted_at for item in caught.value.items] == [at(20.1)]


def test_a_call_that_nobody_answered_is_kept_whatever_arrived(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="no_answer")
    with frozen_at(at(20.3)):
        check_in(patient, 20.2, signs=["hives"])
        assert client.post(alert_url(urgent_alert, "attempts"), told).status_code == 302


def test_what_arrived_is_shown_on_the_patients_page_too(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    client, path = staff_client(nurse), patient_url(patient, "calls/")
    told = fields_of(client.get(patient_url(patient)).content.decode(), path)
    told |= {"result": "reached", "note": NOTE, "then": "all", "outcome": "advice_given"}
    with frozen_at(at(20.3)):
        check_in(patient, 20.2, signs=["hives"])
        held = client.post(path, told)
        assert held.status_code == 409
        assert NOTE in words(held)
        again = fields_of(held.content.decode(), path)
        assert client.post(path, again).headers["Location"] == patient_url(patient)
    assert not patient.alerts.open().exists()


def test_an_urgent_alert_whose_patient_nobody_reached_is_closed_only_with_a_note(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="no_answer", then="one", outcome="expected_course")
    refused = client.post(alert_url(urgent_alert, "attempts"), told)
    assert refused.status_code == 422
    assert "Nobody has reached Amara since the newest report." in words(refused)
    assert not ContactAttempt.objects.exists()
    assert client.post(alert_url(urgent_alert, "attempts"), told | {"note": NOTE}).status_code == 302
    urgent_alert.refresh_from_db()
    assert not urgent_alert.is_open


def test_without_a_call_and_without_closing_there_is_nothing_to_save(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    client = staff_client(nurse)
    refused = client.post(alert_url(urgent_alert, "attempts"), panel(client, urgent_alert, result="none"))
    assert refused.status_code == 422
    assert "Without a call there is nothing to save." in words(refused)


def test_a_wrong_number_asks_for_another_which_takes_its_place(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    Patient.objects.filter(pk=patient.pk).update(call_back_telephone="0161 496 0142")
    client = staff_client(nurse)
    client.post(alert_url(urgent_alert, "attempts"), panel(client, urgent_alert, result="wrong_number"))
    assert "Wrong number , found 06:06. Ask for another one" in words(client.get(alert_url(urgent_alert)))

    told = panel(client, urgent_alert, result="wrong_number", telephone="0161 496 0188")
    assert client.post(alert_url(urgent_alert, "attempts"), told).status_code == 302

    patient.refresh_from_db()
    assert str(patient.call_back_telephone).endswith("0188") or "0188" in str(patient.call_back_telephone)
    assert "Ask for another one" not in words(client.get(alert_url(urgent_alert)))
    assert Event.objects.filter(verb=Event.Verb.CHANGED_DETAILS, actor=nurse.user).exists()


def test_after_three_calls_a_clinician_sets_the_next_try_with_a_reason(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    for minute in (1, 2):
        now = at(20, minutes=minute)
        record_contact_attempt(patient=patient, by=nurse.user, now=now, result="no_answer")
    assert 'name="next_try"' not in staff_client(nurse).get(alert_url(urgent_alert)).content.decode()
    client = staff_client(clinician)
    told = panel(client, urgent_alert, result="no_answer", next_try="120")
    assert "Say why the next try is then." in words(client.post(alert_url(urgent_alert, "attempts"), told))

    told["next_try_reason"] = "Works until noon."
    assert client.post(alert_url(urgent_alert, "attempts"), told).status_code == 302

    urgent_alert.refresh_from_db()
    assert urgent_alert.next_try_at == at(20.1) + timedelta(hours=2)
    assert (urgent_alert.next_try_by, urgent_alert.next_try_reason) == (clinician.user, "Works until noon.")


def test_a_slip_is_corrected_and_the_second_who_does_it_reads_who_was_first(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    slip = record_contact_attempt(
        patient=patient, by=nurse.user, now=at(20.05), result="reached", alert=urgent_alert
    )
    path = patient_url(patient, f"calls/{slip.pk}/correct/")
    client = staff_client(nurse)
    assert f'href="{path}"' in client.get(alert_url(urgent_alert)).content.decode()

    assert words(client.post(path, {"result": ""})).count("Error: ") == 1
    told = {"result": "no_answer", "note": "Tapped the wrong one."}
    assert client.post(path, told).headers["Location"] == alert_url(urgent_alert)

    urgent_alert.refresh_from_db()
    assert not urgent_alert.is_reached
    page = words(client.get(alert_url(urgent_alert)))
    assert "06:03 No answer, Ruth Test corrected" in page
    assert "06:03 Reached" not in page
    second = staff_client(clinician).post(path, {"result": "left_message", "note": "Typed."})
    assert second.status_code == 409
    assert "Ruth Test was first and corrected this call." in words(second)
    assert "Typed." in words(second)


def test_an_alert_is_given_back_with_those_shown_beside_it(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    beside = alert_of(patient, 20.05, signs=["hives"])
    client = staff_client(nurse)
    client.post(alert_url(urgent_alert, "acknowledge"), {"also": [str(beside.pk)]})
    page = client.get(alert_url(urgent_alert)).content.decode()
    assert "Yours since 06:06" in words(client.get(alert_url(urgent_alert)))

    client.post(alert_url(urgent_alert, "give-back"), fields_of(page, alert_url(urgent_alert, "give-back")))

    assert {(one.status, one.owner) for one in patient.alerts.all()} == {("new", None)}
    assert Event.objects.filter(verb=Event.Verb.GAVE_BACK, actor=nurse.user).count() == 2
    assert Dispatch.objects.filter(reason=Dispatch.Reason.RETURNED).exists()


def test_a_close_is_undone_for_a_minute_with_all_that_it_closed(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    alert_of(patient, 20.05, signs=["hives"])
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="reached", then="all", outcome="mistake")
    client.post(alert_url(urgent_alert, "attempts"), told)
    assert "Undo the close" in words(client.get(alert_url(urgent_alert)))
    with frozen_at(at(20.1) + timedelta(seconds=59)):
        assert client.post(alert_url(urgent_alert, "undo-close")).status_code == 302
    assert patient.alerts.open().count() == 2
    assert Event.objects.filter(verb=Event.Verb.UNDID_CLOSE).count() == 2


def test_after_a_minute_a_close_is_not_undone_but_opened_again_with_a_reason(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    close(alert=urgent_alert, by=nurse.user, now=at(20.05), outcome="mistake", note="x")
    client = staff_client(nurse)
    refused = client.post(alert_url(urgent_alert, "undo-close"))
    assert refused.status_code == 409
    assert "A minute has gone by. Open it again, and say why." in words(refused)
    assert "Undo the close" not in words(client.get(alert_url(urgent_alert)))


def test_what_was_typed_stays_where_a_colleague_closed_first(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    client = staff_client(nurse)
    told = panel(client, urgent_alert, result="no_answer", note=NOTE, then="one", outcome="prescribed")
    close(alert=urgent_alert, by=clinician.user, now=at(20.08), outcome="advice_given", note="x")

    refused = client.post(alert_url(urgent_alert, "attempts"), told)

    assert refused.status_code == 409
    assert "Tom Test was first and closed this alert at 06:04." in words(refused)
    assert NOTE in words(refused)
    urgent_alert.refresh_from_db()
    assert urgent_alert.outcome == "advice_given"
    again = fields_of(refused.content.decode(), alert_url(urgent_alert, "attempts")) | {"then": "open"}
    assert client.post(alert_url(urgent_alert, "attempts"), again).status_code == 302
    assert ContactAttempt.objects.get().note == NOTE


def test_a_nurse_records_a_call_about_an_emergency_and_does_not_close_it(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    emergency = alert_of(patient, 20, emergency=["eye"])
    client = staff_client(nurse)
    told = panel(client, emergency, result="reached", note=NOTE)
    assert "then" not in told
    refused = client.post(alert_url(emergency, "attempts"), told | {"then": "one", "outcome": "mistake"})
    assert refused.status_code == 403
    assert client.post(alert_url(emergency, "attempts"), told).status_code == 302


def test_of_many_calls_the_newest_five_are_open_and_the_rest_is_folded(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(20))
    for minute in range(7):
        record_contact_attempt(
            patient=patient,
            by=nurse.user,
            now=at(20, minutes=minute / 2),
            result="no_answer",
            note=str(minute),
        )
    shown = staff_client(nurse).get(alert_url(urgent_alert)).context["panel"]
    assert [one.attempt.note for one in shown.newest_tries] == ["6", "5", "4", "3", "2"]
    assert [one.attempt.note for one in shown.older_tries] == ["1", "0"]


def test_buttons_name_the_patient(urgent_alert: Alert, patient: Patient, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    page = words(client.get(alert_url(urgent_alert)))
    assert "Acknowledge Amara Test" in page
    assert "Save the call" in page
    client.post(alert_url(urgent_alert, "acknowledge"))
    page = words(client.get(alert_url(urgent_alert)))
    assert "Give back Amara Test" in page
    assert "Give it over Amara Test" in page
    assert "Call Amara Test" in words(client.get(patient_url(patient)))


def test_intake_answers_stand_on_the_page_and_what_was_not_asked_is_no_no(
    urgent_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    patient.intake, patient.intake_asked = ["iq2", "iq11"], ["iq1", "iq2", "iq11"]
    patient.record_number = "R-20417"
    patient.save()
    response = staff_client(nurse).get(alert_url(urgent_alert))
    page = words(response)
    assert "Risk not asked" in page
    assert "Record R-20417." in page
    assert "Has had cold sores Yes" in page
    answers = response.context["intake"].answers
    assert len(answers) == 11
    assert [one.word for one in answers[:4]] == ["No", "Yes", "Not asked", "Not asked"]
    assert [one.question for one in answers if one.is_loud] == [
        "Has had cold sores",
        "Metal or product allergy",
    ]

    patient.intake_asked = None
    patient.save()
    page = words(staff_client(nurse).get(alert_url(urgent_alert)))
    assert "Risk not asked" not in page
    assert "9 times no" in page


def test_every_finding_of_the_check_in_is_evidence_on_each_of_its_alerts(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus", "hives"], pain=3)
    pus = patient.alerts.get(rule="pus")
    shown = staff_client(nurse).get(alert_url(pus)).context["evidence"]
    assert {detail.finding.rule for detail in shown.now} == {"pus", "hives", "severe_pain"}
    assert "Other open alerts" not in words(staff_client(nurse).get(alert_url(pus)))


def test_every_state_of_a_message_has_words() -> None:
    from aftercare.outbox.models import Message

    assert REASONS.keys() == set(Dispatch.Reason)
    assert STATES.keys() == set(Message.State)
    assert CHANNELS.keys() == set(Message.Channel)
