"""Today, the result and the history: what each shows, to whom, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.posting import send, signed_in, stored, text_of
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

NOW_H = 26
# The clock stands at Tuesday, 12:00: 26 hours after the procedure.
pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(NOW_H))]


@pytest.fixture
def client(patient: Patient, procedure: Procedure) -> Any:
    return signed_in(patient.user)


@pytest.mark.parametrize(
    ("level", "answers", "action"),
    [
        ("emergency", {"emergency": ["breathing"]}, "Call 999 now Do not wait for us. Do not drive."),
        ("urgent", {"signs": ["pus"]}, "Call the clinic now. Today, not tomorrow."),
        ("same_day", {"pain": 3}, "The clinic needs to speak to you today"),
        ("routine", {"signs": ["patches"]}, "This is on our list The clinic will reply in 2 working days."),
        ("expected", {}, "Your answers do not show a warning sign today This form cannot check your skin."),
    ],
)
def test_the_result_begins_with_what_to_do_and_carries_its_level_once(
    client: Any, patient: Patient, level: str, answers: dict[str, Any], action: str
) -> None:
    result = check_in(patient, NOW_H, **answers).check_in
    response = client.get(f"/check-ins/{result.pk}/")
    html = response.content.decode()
    assert html.count("data-level=") == 1
    assert f'<main id="main" tabindex="-1" data-level="{level}">' in html
    main = text_of(response).split("Call Clinic")[-1]
    assert action in main
    assert "0161 496 0123" in html


def test_the_result_keeps_what_was_said_whatever_changes_later(client: Any, patient: Patient) -> None:
    result = check_in(patient, NOW_H, signs=["pus"]).check_in
    patient.clinic.telephone = "0161 496 0777"
    patient.clinic.save()
    with frozen_at(at(NOW_H + 12)):
        page = text_of(client.get(f"/check-ins/{result.pk}/"))
    assert "Call the clinic now. Today, not tomorrow. No answer?" in page
    assert "Clinic, open until 18:00 0161 496 0123" in page


def test_the_result_reads_back_what_was_answered(client: Any, patient: Patient) -> None:
    result = check_in(
        patient, NOW_H, described=at(20), itch=None, signs=["spots", "pus"], note="Sore."
    ).check_in
    page = text_of(client.get(f"/check-ins/{result.pk}/"))
    assert "What you told us Today, 06:00, sent Today, 12:00" in page
    assert "Itch Not known" in page
    assert "Signs Pus bumps, or yellow or green fluid; Spots like you had before" in page
    assert "Your note Sore." in page
    assert "Change an answer" in page


def test_an_answer_of_more_than_a_week_ago_cannot_be_changed(client: Any, patient: Patient) -> None:
    result = check_in(patient, NOW_H).check_in
    with frozen_at(at(NOW_H + 168, seconds=1)):
        assert "Change an answer" not in text_of(client.get(f"/check-ins/{result.pk}/"))


def test_the_result_of_what_was_corrected_leads_to_what_stands_now(client: Any, patient: Patient) -> None:
    first = check_in(patient, 20).check_in
    second = check_in(patient, 21, described=at(20), supersedes=first, redness=2).check_in
    response = client.get(f"/check-ins/{first.pk}/")
    assert "You changed these answers later" in text_of(response)
    assert f'href="/check-ins/{second.pk}/"' in response.content.decode()
    assert "You changed these answers later" not in text_of(client.get(f"/check-ins/{second.pk}/"))


def test_a_later_evaluation_stands_beside_what_was_said_at_first(client: Any, patient: Patient) -> None:
    first = check_in(patient, 25, redness=3).check_in
    revealing = check_in(patient, NOW_H, described=at(20), redness=0).check_in
    response = client.get(f"/check-ins/{first.pk}/")
    page = text_of(response)
    assert "We looked at this again" in page
    assert "Redness went up. It was gone today at 06:00." in page
    assert "You still need to call the clinic about your check-in of 12:00" in page
    assert "warning sign" not in page
    assert f'href="/check-ins/{revealing.pk}/"' in response.content.decode()
    assert 'data-level="urgent"' in client.get(f"/check-ins/{revealing.pk}/").content.decode()


def test_an_emergency_with_an_impossible_time_says_that_the_time_was_not_used(client: Any) -> None:
    saved = stored(send(client, emergency="faint", redness="9", observed_at="noon"))
    page = text_of(client.get(f"/check-ins/{saved.pk}/"))
    assert "We could not use the time you gave." in page
    assert "We could not read some of what you sent." in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("stranger", 404), ("nurse", 404), ("outsider", 404), ("anonymous", 302)],
)
def test_a_result_is_only_for_who_sent_it(
    client: Any,
    patient: Patient,
    stranger: Patient,
    nurse: StaffMember,
    outsider: StaffMember,
    who: str,
    status: int,
) -> None:
    result = check_in(patient, NOW_H, signs=["pus"]).check_in
    people = {
        "owner": patient.user,
        "stranger": stranger.user,
        "nurse": nurse.user,
        "outsider": outsider.user,
    }
    visitor = signed_in(people[who]) if who in people else Client()
    assert visitor.get(f"/check-ins/{result.pk}/").status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("nurse", 404), ("outsider", 404), ("anonymous", 302)]
)
@pytest.mark.parametrize("path", ["/check-ins/", "/check-in/"])
def test_patient_pages_are_only_for_patients(
    client: Any, patient: Patient, nurse: StaffMember, outsider: StaffMember, who: str, status: int, path: str
) -> None:
    people = {"owner": patient.user, "nurse": nurse.user, "outsider": outsider.user}
    visitor = signed_in(people[who]) if who in people else Client()
    assert visitor.get(path).status_code == status


def test_the_history_lists_every_standing_check_in_newest_first(
    client: Any, patient: Patient, stranger: Patient
) -> None:
    check_in(stranger, 10, redness=4)
    corrected = check_in(patient, 14, redness=4).check_in
    check_in(patient, 15, described=at(14), supersedes=corrected, redness=2)
    check_in(patient, 20, redness=None, signs=["pus"])
    page = text_of(client.get("/check-ins/"))
    assert "Very severe" not in page
    first, second = page.index("06:00, 20 h"), page.index("00:00, 14 h")
    assert first < page.index("Not known") < page.index("Call now") < second < page.index("Moderate")


def test_an_empty_history_says_what_will_appear_and_offers_the_first_check_in(client: Any) -> None:
    page = text_of(client.get("/check-ins/"))
    assert "Nothing here yet" in page
    assert "Start check-in" in page


def test_a_long_history_comes_in_pages(client: Any, patient: Patient) -> None:
    for hour in range(62):
        check_in(patient, 1 + hour / 4)
    assert "Earlier entries" in text_of(client.get("/check-ins/"))
    assert text_of(client.get("/check-ins/?page=2")).count(" None ") >= 2


@pytest.mark.parametrize(
    ("last_h", "now_h", "title"),
    [
        (None, 26, "This afternoon’s check-in"),
        (13, 22, "This morning’s check-in"),  # the last one was yesterday
        (20, 26, None),  # one today
        (170, 225, None),  # day 7 was answered, and day 10 has not come
        (170, 246, "This afternoon’s check-in"),  # day 10
        (250, 320, None),
        (160, 329, "This morning’s check-in"),
        (None, 673, "This morning’s check-in"),  # day 28
    ],
)
def test_today_says_whether_a_check_in_is_due(
    client: Any, patient: Patient, last_h: float | None, now_h: float, title: str | None
) -> None:
    if last_h is not None:
        check_in(patient, last_h)
    with frozen_at(at(now_h)):
        page = text_of(client.get("/"))
    assert ("’s check-in" in page) is (title is not None)
    assert title is None or title in page


def test_today_shows_the_hour_the_last_check_in_and_whom_to_call(client: Any, patient: Patient) -> None:
    check_in(patient, 20, signs=["pus"])
    page = text_of(client.get("/"))
    assert "26 hours since your treatment" in page
    assert "Last one: Today, 06:00 Call now" in page
    assert "Call 999 now" in page
    assert "0161 496 0123" in page


def test_today_waits_for_no_procedure(patient: Patient) -> None:
    page = text_of(signed_in(patient.user).get("/"))
    assert "You can check in all the same." in page
    assert "Start check-in" in page


def test_a_procedure_still_to_come_does_not_count(client: Any, patient: Patient) -> None:
    ProcedureFactory.create(patient=patient, performed_at=at(NOW_H + 1))
    assert "26 hours since your treatment" in text_of(client.get("/"))


def test_the_front_page_is_the_queue_for_staff_and_a_welcome_for_others(nurse: StaffMember) -> None:
    response = signed_in(nurse.user).get("/")
    assert (response.status_code, response["Location"]) == (302, "/clinic/")
    assert "Care after your treatment" in text_of(Client().get("/"))


@pytest.mark.parametrize("earlier", [2, 60])
def test_the_form_takes_eight_queries_at_most_however_long_the_history(
    client: Any, patient: Patient, earlier: int, django_assert_max_num_queries: Any
) -> None:
    for hour in range(earlier):
        check_in(patient, 1 + hour / 4)
    with django_assert_max_num_queries(8):
        assert client.get("/check-in/").status_code == 200


@pytest.mark.parametrize("earlier", [2, 60])
@pytest.mark.parametrize(("answers", "most"), [({}, 12), ({"signs": "pus", "redness": "4"}, 14)])
def test_sending_takes_twelve_queries_at_most_and_fourteen_if_flagged(
    client: Any,
    patient: Patient,
    earlier: int,
    answers: dict[str, Any],
    most: int,
    django_assert_max_num_queries: Any,
) -> None:
    for hour in range(earlier):
        check_in(patient, 1 + hour / 4)
    send(client)  # expected courses are read once for each process
    # Inside a test's own transaction, the action's is a savepoint: two statements that nobody else pays.
    with django_assert_max_num_queries(most + 2):
        stored(send(client, **answers))
