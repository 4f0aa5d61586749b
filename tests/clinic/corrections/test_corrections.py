"""The pages on which a clinician puts a procedure right."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aftercare.alerts.models import Dispatch
from aftercare.checkins.models import Assessment
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.checkins.posting import signed_in, text_of
from tests.clinic.staff_client import alert_url, patient_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in, someone

pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(51))]
WHY = "Read from the wrong line of the book."
# Thirty hours before MONDAY, on the clinic's clock.
EARLIER = "2026-01-11T04:00"


def place(procedure: Procedure, act: str = "correct") -> str:
    return patient_url(procedure.patient, f"procedures/{procedure.pk}/{act}/")


def typed(procedure: Procedure, **changed: Any) -> dict[str, Any]:
    """The form as it comes with the page, but for `changed`."""
    shown = {"kind": procedure.kind, "area": procedure.area, "performed_at": "2026-01-12T10:00"}
    return {**shown, "version": procedure.version, "reason": WHY, **changed}


def test_a_corrected_time_fires_what_was_silent_and_says_what_came_of_it(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 50, redness=2)
    client = staff_client(clinician)
    page = words(client.get(place(procedure)))
    assert "Recorded now: Microneedling, face. Monday 12 January 2026, 10:00" in page
    assert "1 check-in judged by this procedure is judged again." in page

    response = client.post(place(procedure), typed(procedure, performed_at=EARLIER), follow=True)

    assert response.redirect_chain == [(patient_url(patient), 302)]
    page = words(response)
    assert "1 check-in was judged again: 1 alert has new evidence." in page
    assert "judged again 13:00: Same day" in page
    assert "time, before Mon 12 January 2026 10:00, now Sun 11 January 2026 04:00" in page
    assert WHY in page
    [alert] = patient.alerts.all()
    assert (alert.rule, Dispatch.objects.count()) == ("past_expected.redness", 1)
    page = words(client.get(alert_url(alert)))
    assert "Found at 13:00, when Tom Test corrected what it is judged by." in page
    assert "page says “The clinic needs to speak to you today” since then. No message has told them." in page
    assert (
        f"corrected a procedure: time, before Mon 12 January 2026 10:00, now Sun 11 January 2026 04:00. “{WHY}”"
        in page
    )


def test_the_patient_reads_what_is_worse_above_what_was_said_at_first(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 50, redness=2).check_in
    first = reported.advice["headline"]
    staff_client(clinician).post(place(procedure), typed(procedure, performed_at=EARLIER))

    response = signed_in(patient.user).get(f"/check-ins/{reported.pk}/")

    page = text_of(response)
    assert "The clinic needs to speak to you today" in page
    assert "the clinic corrected what it had saved about your treatment" in page
    assert page.index("The clinic needs to speak to you today") < page.index(first)
    # What was said at first is folded away below: two loud answers would contradict each other.
    assert page.index("What we said at first") < page.index(first)
    html = response.content.decode()
    assert html.count("data-level=") == html.count("<h1") == 1
    assert "<title>The clinic needs to speak to you today" in html


def test_of_several_later_evaluations_the_worst_speaks(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    with frozen_at(at(72)):
        reported = check_in(patient, 70, redness=2).check_in
        check_in(patient, 71, described=at(50), redness=0)  # a sudden return: urgent
        earlier = {"performed_at": "2026-01-12T05:00"}
        assert staff_client(clinician).post(place(procedure), typed(procedure, **earlier)).status_code == 302

        page = text_of(signed_in(patient.user).get(f"/check-ins/{reported.pk}/"))

    assert "You still need to call the clinic" in page
    assert [row.level for row in reported.assessments.order_by("at")] == ["expected", "urgent", "urgent"]


def test_where_nothing_is_worse_the_patient_reads_what_was_said_at_first(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 50, redness=2, signs=["pus"]).check_in
    staff_client(clinician).post(place(procedure), typed(procedure, performed_at=EARLIER))

    page = text_of(signed_in(patient.user).get(f"/check-ins/{reported.pk}/"))

    assert "What we say below still stands." in page
    assert "The clinic needs to speak to you today" not in page


def test_what_fires_no_more_changes_nothing_for_patient_and_alert(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    with frozen_at(at(81)):
        reported = check_in(patient, 80, redness=2).check_in
        later = {"performed_at": "2026-01-13T16:00"}
        response = staff_client(clinician).post(place(procedure), typed(procedure, **later), follow=True)

    assert "1 check-in was judged again: nothing new." in words(response)
    assert patient.alerts.open().count() == 1
    assert "We looked at this again" not in text_of(signed_in(patient.user).get(f"/check-ins/{reported.pk}/"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"performed_at": "2026-01-15T10:00"}, "This time is still to come."),
        ({"performed_at": "1969-07-20T10:00"}, "This is before the patient was born."),
        ({"performed_at": "yesterday"}, "Give a date and a time"),
        ({"kind": "laser"}, "Choose microneedling or RF microneedling."),
        ({"area": "moon"}, "Choose an area from the list."),
        ({"area": "neck", "reason": " "}, "Say why this is changed."),
        ({"area": "neck", "reason": "x" * 501}, "Write at most 500 characters."),
        ({}, "Nothing is changed."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    patient: Patient, procedure: Procedure, clinician: StaffMember, changed: dict[str, Any], said: str
) -> None:
    Patient.objects.filter(pk=patient.pk).update(date_of_birth=date(1996, 2, 29))

    response = staff_client(clinician).post(place(procedure), typed(procedure, **changed))

    assert response.status_code == 422
    assert said in words(response)
    assert not Event.objects.filter(verb=Event.Verb.CORRECTED_PROCEDURE).exists()
    if "reason" not in changed:
        assert WHY in words(response)


def test_a_time_after_its_own_check_ins_is_saved_once_that_was_read(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 20, redness=1).check_in
    later = typed(procedure, performed_at="2026-01-13T16:00")
    client = staff_client(clinician)

    response = client.post(place(procedure), later)

    assert response.status_code == 422
    page = words(response)
    assert "1 check-in of this patient describes a time before this one." in page
    assert "Nothing has been saved yet" in page
    assert client.post(place(procedure), {**later, "confirm": "yes"}).status_code == 302
    reported.refresh_from_db()
    assert reported.procedure is None


def test_seconds_that_the_page_does_not_show_are_no_change(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    Procedure.objects.filter(pk=procedure.pk).update(performed_at=at(0, seconds=30), recorded_at=at(1))
    procedure.refresh_from_db()

    assert "Nothing is changed." in words(staff_client(clinician).post(place(procedure), typed(procedure)))


def test_an_area_that_is_on_no_list_can_stay(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    Procedure.objects.filter(pk=procedure.pk).update(area="left knee")
    procedure.refresh_from_db()

    assert staff_client(clinician).post(place(procedure), typed(procedure, kind="rf")).status_code == 302


def test_a_stale_page_says_who_was_first_and_keeps_what_was_typed(
    patient: Patient, procedure: Procedure, clinician: StaffMember, manager: StaffMember
) -> None:
    shown = typed(procedure, kind="rf")
    staff_client(manager).post(place(procedure), typed(procedure, area="neck", reason="It was the neck."))

    response = staff_client(clinician).post(place(procedure), shown)

    assert response.status_code == 409
    page = words(response)
    assert "Ann Test, 13:00: corrected a procedure: area, before face, now neck. Nothing was changed." in page
    assert WHY in page
    procedure.refresh_from_db()
    assert (procedure.kind, procedure.area) == ("mn", "neck")
    again = {**shown, "area": "neck", "version": response.context["form"]["version"].value()}
    assert staff_client(clinician).post(place(procedure), again).status_code == 302


@pytest.fixture
def right(patient: Patient) -> Patient:
    found = someone(patient, "Rita", record_number="L-9", date_of_birth=date(1980, 5, 1))
    found.procedures.all().delete()
    return found


def test_the_right_patient_is_found_looked_at_and_given_the_procedure(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    check_in(patient, 50, redness=2, signs=["lumps"])
    check_in(right, 50.5)
    client = staff_client(clinician)
    assert "Recorded for Amara Test" in words(client.get(place(procedure, "move")))

    hits = client.post(place(procedure, "move"), {"words": "L-9"}, follow=True)
    assert "L-9" not in hits.redirect_chain[0][0], "what is looked for stands in no address"
    assert hits.context["hits"] == [right]
    chosen = client.post(place(procedure, "move"), {"to": right.pk})
    page = words(chosen)
    assert "Recorded for Amara Test" in page
    assert "Moves to Rita Other , born 1 May 1980, record L-9" in page
    assert "1 check-in of Amara Test stays with Amara Test" in page
    assert "1 open alert stays with Amara Test" in page
    assert "1 check-in since then was judged without it and stays so" in page
    procedure.refresh_from_db()
    assert procedure.patient == patient

    version = chosen.context["form"]["version"].value()
    done = client.post(
        place(procedure, "move"),
        {"to": right.pk, "version": version, "act": "move", "reason": WHY},
        follow=True,
    )

    assert done.redirect_chain == [(patient_url(right), 302)]
    page = words(done)
    assert "The procedure is now one of Rita Other. 1 check-in was judged again: nothing new." in page
    assert (
        "moved a procedure here from another patient: microneedling, face, Mon 12 January 2026 10:00" in page
    )
    procedure.refresh_from_db()
    assert procedure.patient == right
    page = words(client.get(patient_url(patient)))
    assert "moved a procedure to another patient, who had it" in page
    alert = patient.alerts.open().get()
    page = words(client.get(alert_url(alert)))
    assert "The procedure behind this alert was recorded for this patient by mistake." in page
    assert "No procedure recorded" in words(client.get("/clinic/"))


def test_a_warning_is_shown_and_kept_where_the_right_patient_has_an_open_alert(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    check_in(right, 50, signs=["pus"])
    client = staff_client(clinician)
    assert "Treated over an open alert" in words(client.post(place(procedure, "move"), {"to": right.pk}))

    told = {"to": right.pk, "version": procedure.version, "act": "move", "reason": WHY}
    client.post(place(procedure, "move"), told)

    event = Event.objects.get(verb=Event.Verb.WARNED)
    assert (event.patient, event.subject, event.actor) == (right, procedure.pk, clinician.user)


@pytest.mark.parametrize(
    ("said", "status", "answer"),
    [
        ({"words": ""}, 422, "Type a part of the name"),
        ({"words": "Zebedee"}, 200, "No other patient of this clinic matches."),
        ({"words": "Amara"}, 200, "No other patient of this clinic matches."),
        ({"words": "Sam"}, 200, "No other patient of this clinic matches."),
    ],
)
def test_a_search_that_finds_nobody_says_so(
    procedure: Procedure,
    stranger: Patient,
    clinician: StaffMember,
    said: dict[str, str],
    status: int,
    answer: str,
) -> None:
    response = staff_client(clinician).post(place(procedure, "move"), said, follow=True)
    assert response.status_code == status
    assert answer in words(response)


@pytest.mark.parametrize("reason", ["", "   "])
def test_moving_asks_why(procedure: Procedure, right: Patient, clinician: StaffMember, reason: str) -> None:
    told = {"to": right.pk, "version": procedure.version, "act": "move", "reason": reason}
    response = staff_client(clinician).post(place(procedure, "move"), told)
    assert response.status_code == 422
    assert "Say why it is moved." in words(response)


def test_nobody_of_another_clinic_and_nothing_that_is_no_id_can_be_chosen(
    patient: Patient, procedure: Procedure, stranger: Patient, clinician: StaffMember
) -> None:
    for to in (str(stranger.pk), "Rita", ""):
        told = {"to": to, "version": procedure.version, "act": "move", "reason": WHY}
        assert staff_client(clinician).post(place(procedure, "move"), told).status_code == 404, to
    told = {"to": str(patient.pk), "version": procedure.version, "act": "move", "reason": WHY}
    response = staff_client(clinician).post(place(procedure, "move"), told)
    assert (response.status_code, "already has this procedure" in words(response)) == (422, True)


def test_who_comes_too_late_for_a_moved_procedure_reads_who_moved_it(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember, manager: StaffMember
) -> None:
    told = {"to": right.pk, "version": procedure.version, "act": "move", "reason": WHY}
    correct = place(procedure)
    staff_client(manager).post(place(procedure, "move"), told)

    for response in (
        staff_client(clinician).post(correct, typed(procedure, area="neck"), follow=True),
        staff_client(clinician).get(correct, follow=True),
        staff_client(clinician).post(correct.replace("correct/", "move/"), told, follow=True),
    ):
        assert response.redirect_chain == [(patient_url(patient), 302)]
        page = words(response)
        assert "Ann Test, 13:00: moved a procedure to another patient, who had it" in page
        assert "Nothing was changed." in page
    assert Assessment.objects.count() == 0


def test_a_move_over_a_correction_made_meanwhile_is_looked_at_again(
    procedure: Procedure, right: Patient, clinician: StaffMember, manager: StaffMember
) -> None:
    told = {"to": right.pk, "version": procedure.version, "act": "move", "reason": WHY}
    staff_client(manager).post(place(procedure), typed(procedure, area="neck"))

    response = staff_client(clinician).post(place(procedure, "move"), told)

    assert response.status_code == 409
    assert "now neck. Nothing was changed." in words(response)
    assert WHY in words(response)


def test_another_patients_procedure_is_not_found(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    theirs = ProcedureFactory.create(patient=right)
    for act in ("correct", "move"):
        path = patient_url(patient, f"procedures/{theirs.pk}/{act}/")
        assert staff_client(clinician).get(path).status_code == 404


def test_an_open_queue_is_drawn_anew_when_the_treatment_it_shows_was_corrected(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 50, signs=["pus"])
    client = staff_client(clinician)
    before = client.get("/clinic/queue/")
    assert "Microneedling, face, 51 h" in words(before)

    client.post(place(procedure), typed(procedure, area="neck"))

    etag = {"If-None-Match": before.headers["ETag"]}
    after = client.get("/clinic/queue/", headers=etag)
    assert (after.status_code, "Microneedling, neck, 51 h" in words(after)) == (200, True)
