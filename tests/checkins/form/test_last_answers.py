"""The answers of the check-in before, beside each scale; hidden until the scale is answered."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.posting import chosen, send, signed_in
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("course_set")]


def lines(client: Any, path: str = "/check-in/", h: float = 30) -> list[str]:
    with frozen_at(at(h)):
        html = client.get(path).content.decode()
    assert "<!--last" not in html
    return re.findall(r'<p class="last" hidden>(.*?)</p>', html)


def test_each_scale_has_the_answer_of_the_newest_check_in(patient: Patient, procedure: Procedure) -> None:
    client = signed_in(patient.user)
    assert lines(client) == []
    check_in(patient, 20, redness=4, pain=1, swelling=2, itch=0)
    check_in(patient, 26, redness=3, pain=0, swelling=None, itch=2)
    assert lines(client) == [
        "Last time: Severe. Today, 12:00",
        "Last time: None. Today, 12:00",
        "Last time: Moderate. Today, 12:00",
    ]


def test_each_line_stands_within_its_own_question(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 26, redness=3, itch=2)
    with frozen_at(at(30)):
        html = signed_in(patient.user).get("/check-in/").content.decode()
    asked = html.split("<fieldset")
    (redness,) = (one for one in asked if 'name="redness"' in one)
    (itch,) = (one for one in asked if 'name="itch"' in one)
    assert "Last time: Severe. Today, 12:00" in redness
    assert "Last time: Moderate. Today, 12:00" in itch
    assert html.count("Last time") == 4


def test_nothing_is_filled_in_ahead(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 26, redness=3)
    with frozen_at(at(30)):
        page = signed_in(patient.user).get("/check-in/")
    assert "Last time: Severe. Today, 12:00" in page.content.decode()
    assert chosen(page) == set()


def test_a_form_with_an_error_keeps_them_and_a_correction_has_none(
    patient: Patient, procedure: Procedure
) -> None:
    sent = check_in(patient, 26, redness=3).check_in
    client = signed_in(patient.user)
    with frozen_at(at(30)):
        refused = send(client, redness="2", observed_at="nonsense")
    assert refused.status_code == 422
    assert "Last time: Severe. Today, 12:00" in refused.content.decode()
    assert lines(client, f"/check-in/?correct={sent.pk}") == []


def test_no_other_treatment_person_or_page_of_staff_has_them(
    patient: Patient, procedure: Procedure, stranger: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 26, redness=3)
    assert lines(signed_in(stranger.user)) == []
    assert lines(signed_in(nurse.user), f"/clinic/patients/{patient.pk}/check-ins/new/") == []
    ProcedureFactory.create(
        patient=patient, area="neck", performed_at=at(28), recorded_at=at(28), recorded_by=nurse.user
    )
    assert lines(signed_in(patient.user)) == []
