"""The page that changes a patient's intake."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.posting import signed_in
from tests.clinic.staff_client import patient_url, staff_client, words
from tests.factories import at, check_in

pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(81))]
WHY = "Said so on the telephone."


def typed(*yes: str, shown: list[str] | None = None, reason: str = WHY, **answers: str) -> dict[str, Any]:
    """Yes to these, and no to the rest."""
    told = dict.fromkeys(yes, "yes") | {"rest_no": "on"} | answers
    return {**told, "shown": json.dumps([shown, None]), "reason": reason}


def test_a_risk_that_is_entered_later_flags_what_is_open(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 80, redness=2).check_in
    client = staff_client(clinician)
    assert "Risk not asked" in words(client.get(patient_url(patient, "intake/")))

    response = client.post(patient_url(patient, "intake/"), typed("iq10", "iq2"), follow=True)

    page = words(response)
    assert "The intake is changed. 1 check-in was judged again: 1 alert has new evidence." in page
    assert "At risk: weak immune system" in page
    assert (
        "changed the intake: before not asked, now has had cold sores, weak immune system, diabetes" in page
    )
    assert {alert.rule for alert in patient.alerts.open()} == {"past_expected.redness", "at_risk_patient"}
    told = signed_in(patient.user).get(f"/check-ins/{reported.pk}/")
    assert "the clinic corrected what it knows about you" in words(told)


def test_each_answer_so_far_stands_on_the_page(patient: Patient, clinician: StaffMember) -> None:
    for intake, asked, answers in (
        (["iq7"], None, {"iq7": "yes", "iq4": "no", "iq2": "no"}),
        (["iq7"], ["iq7", "iq4"], {"iq7": "yes", "iq4": "no", "iq2": None}),
        ([], None, {"iq7": "no"}),
        (None, None, {"iq7": None}),
    ):
        Patient.objects.filter(pk=patient.pk).update(intake=intake, intake_asked=asked)
        form = staff_client(clinician).get(patient_url(patient, "intake/")).context["form"]
        assert {key: form[key].value() for key in answers} == answers
        assert form["shown"].value() == json.dumps([intake, asked])


def test_a_question_that_was_not_asked_stays_so_and_can_be_asked_later(
    patient: Patient, clinician: StaffMember
) -> None:
    client, url = staff_client(clinician), patient_url(patient, "intake/")
    client.post(url, typed(rest_no="", iq2="yes", iq4="no", iq7="no", iq8="no"))
    patient.refresh_from_db()
    assert (patient.intake, patient.intake_asked) == (["iq2"], ["iq2", "iq4", "iq7", "iq8"])
    assert not patient.is_risk_asked
    page = words(client.get(patient_url(patient)))
    assert "Risk not asked" in page
    assert "has had cold sores (7 not asked)." in page

    shown = client.get(url).context["form"]["shown"].value()
    client.post(url, {**typed(rest_no="", iq10="no", iq2="not_asked"), "shown": shown})
    patient.refresh_from_db()
    assert (patient.intake, patient.intake_asked) == ([], ["iq4", "iq7", "iq8", "iq10"])
    assert patient.is_risk_asked
    assert "Risk not asked" not in words(client.get(patient_url(patient)))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (typed(rest_no=""), "Nothing is changed."),
        (typed(iq7="perhaps"), "Choose yes, no or not asked."),
        (typed("iq7", reason=""), "Say why this is changed."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(
    patient: Patient, clinician: StaffMember, told: dict[str, Any], said: str
) -> None:
    response = staff_client(clinician).post(patient_url(patient, "intake/"), told)
    assert response.status_code == 422
    assert said in words(response)
    patient.refresh_from_db()
    assert patient.intake is None


def test_none_of_these_is_an_answer_and_the_same_answer_is_no_change(
    patient: Patient, clinician: StaffMember
) -> None:
    assert staff_client(clinician).post(patient_url(patient, "intake/"), typed()).status_code == 302
    patient.refresh_from_db()
    assert patient.intake == []
    same = staff_client(clinician).post(patient_url(patient, "intake/"), typed(shown=[]))
    assert (same.status_code, "Nothing is changed." in words(same)) == (422, True)


@pytest.mark.parametrize("shown", ["null", "not json"])
def test_a_stale_intake_says_who_was_first_and_keeps_what_was_typed(
    patient: Patient, clinician: StaffMember, manager: StaffMember, shown: str
) -> None:
    staff_client(manager).post(patient_url(patient, "intake/"), typed("iq2"))

    response = staff_client(clinician).post(patient_url(patient, "intake/"), {**typed("iq7"), "shown": shown})

    assert response.status_code == 409
    page = words(response)
    assert "Ann Test, 19:00: changed the intake: before not asked, now has had cold sores." in page
    assert WHY in page
    assert response.context["form"]["iq7"].value() == "yes"
    again = {**typed("iq7"), "shown": response.context["form"]["shown"].value()}
    assert staff_client(clinician).post(patient_url(patient, "intake/"), again).status_code == 302
