"""The lead of the patient's pages while an alert is open, and after."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.actions import record_said_called
from aftercare.checkins.pages.lead_box import OUTCOMES
from aftercare.people.models import Event, Patient, StaffMember
from tests.checkins.posting import signed_in, text_of
from tests.checkins.wording import forbidden_words
from tests.clock import frozen_at
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.usefixtures("course_set", "procedure")

EYE: dict[str, Any] = {"emergency": ["eye"]}
PUS: dict[str, Any] = {"signs": ["pus"]}
LUMPS: dict[str, Any] = {"signs": ["lumps"]}
PAGES = ("/", "/check-ins/", "/timeline/", "result")


@pytest.fixture(autouse=True)
def number(patient: Patient) -> None:
    patient.call_back_telephone = "07700 900142"
    patient.save()


def page_of(patient: Patient, path: str, now: datetime, result: CheckIn | None = None) -> Any:
    """One page; "result" is that of a check-in, or of the newest."""
    if path == "result":
        path = f"/check-ins/{(result or patient.check_ins.latest('number')).pk}/"
    with frozen_at(now):
        return signed_in(patient.user).get(path)


def main_of(response: Any) -> str:
    """Return the text of the main part, without tabs and telephones."""
    html = response.content.decode()
    main = re.search(r"(?s)<main.*?</main>", html)
    assert main
    text = re.sub(r"(?s)<(script|style|svg|head).*?</\1>", " ", main[0])
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def close_all(patient: Patient, nurse: StaffMember, when: datetime, outcome: str = "advice_given") -> None:
    for alert in patient.alerts.open():
        close(alert=alert, by=nurse.user, now=when, outcome=outcome, note="Looked into.")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (
            EYE,
            "Today at 11:00 you reported an emergency sign. Call 999 now Do not wait for us. Do not drive.",
        ),
        (PUS, "You still need to call the clinic about your check-in of 11:00 Today, not tomorrow."),
        (LUMPS, "You still need to speak to the clinic about your check-in of 11:00 No call by 15:00?"),
    ],
    ids=["emergency", "urgent", "same day"],
)
def test_a_later_milder_check_in_never_stands_above_the_open_alert(
    patient: Patient, answers: dict[str, Any], words: str, path: str
) -> None:
    check_in(patient, 1, **answers)
    check_in(patient, 3)

    page = main_of(page_of(patient, path, at(3.5)))

    assert words in page
    assert "warning sign" not in page.lower()
    above = page[: page.index(words)]
    assert above in ("", "Check-in of Monday 12 January, 13:00 . ")


@pytest.mark.parametrize("path", PAGES)
def test_acknowledging_and_reporting_again_change_nothing_of_it(
    patient: Patient, nurse: StaffMember, path: str
) -> None:
    check_in(patient, 1, **EYE)
    acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.1))

    page = main_of(page_of(patient, path, at(3)))

    assert "Call 999 now" in page
    assert path == "result" or "The clinic saw it at 11:06 . Nobody has spoken with you yet." in page


@pytest.mark.parametrize("path", ["/", "result"])
def test_an_emergency_of_hours_ago_asks_whether_there_is_one_now(patient: Patient, path: str) -> None:
    check_in(patient, 1, **EYE)
    fresh, old = (main_of(page_of(patient, path, at(h))) for h in (7, 22.1))

    assert "Call 999 now" in fresh
    for words in (
        "On Monday at 11:00 you reported an emergency sign.",
        "If you have one now, call 999.",
        "If not, call the clinic: nobody has spoken with you.",
    ):
        assert words in old
    assert "Call 999 now" not in old.split("What we said at first")[0]
    assert 'class="call" href="tel:999"' in page_of(patient, path, at(22.1)).content.decode()


def test_a_corrected_emergency_is_asked_about_at_once_and_still_leads(patient: Patient) -> None:
    first = check_in(patient, 1, **EYE).check_in
    second = check_in(patient, 1.2, described=at(1), supersedes=first).check_in

    for result in (first, second):
        page = main_of(page_of(patient, "result", at(1.3), result))
        assert "Today at 11:00 you reported an emergency sign. If you have one now, call 999." in page


def test_the_result_just_sent_says_itself_what_to_do_and_an_hour_later_the_lead_does(
    patient: Patient,
) -> None:
    report = check_in(patient, 1, **PUS).check_in

    now, later = (main_of(page_of(patient, "result", at(h), report)) for h in (1, 2.5))

    assert "Call the clinic now. Today, not tomorrow." in now
    assert "You still need to call" not in now
    assert "You still need to call the clinic about your check-in of 11:00" in later
    assert (
        later.index("You still need")
        < later.index("What we said at first")
        < later.index("Call the clinic now")
    )


def test_it_takes_the_number_that_fits_the_hour(patient: Patient) -> None:
    check_in(patient, 1, **PUS)

    night = main_of(page_of(patient, "/", at(11)))

    assert "The clinic is closed. Call the out-of-hours line. Tonight, not tomorrow." in night
    assert night.index("0161 496 0199") < night.index("0161 496 0123")


@pytest.mark.parametrize("path", PAGES)
def test_once_reached_it_says_when_and_asks_for_what_is_new(patient: Patient, path: str) -> None:
    check_in(patient, 1, **PUS)
    patient.alerts.update(reached_at=at(2, minutes=20))

    page = main_of(page_of(patient, path, at(3)))

    assert "You spoke with the clinic at 12:20 Worse, or something new? Tell us." in page
    assert "still need to call" not in page
    assert "Call the clinic now" not in page


@pytest.mark.parametrize("outcome", [choice for choice in Alert.Outcome if choice != Alert.Outcome.MISTAKE])
def test_once_closed_it_says_what_the_clinic_recorded_and_asks_for_no_call(
    patient: Patient, nurse: StaffMember, outcome: str
) -> None:
    report = check_in(patient, 1, **PUS).check_in
    patient.alerts.update(reached_at=at(2))
    close_all(patient, nurse, at(2.1), outcome)

    for path in ("/", "result"):
        page = main_of(page_of(patient, path, at(3), report))
        assert f"The clinic has looked at this {OUTCOMES[outcome]} Worse, or something new? Tell us." in page
        assert "call now" not in page.lower()
        assert "call the clinic now" not in page.lower()


@pytest.mark.parametrize("outcome", list(Alert.Outcome))
def test_closed_without_having_spoken_with_the_patient_it_promises_nothing(
    patient: Patient, nurse: StaffMember, outcome: str
) -> None:
    check_in(patient, 1, **PUS)
    close_all(patient, nurse, at(2), outcome)

    page = main_of(page_of(patient, "/", at(3)))

    assert "The clinic has looked at this A sign still there? Call." in page
    assert str(OUTCOMES[outcome]) not in page


def test_every_outcome_has_words_for_patients() -> None:
    assert set(OUTCOMES) == set(Alert.Outcome)
    assert [words for words in OUTCOMES.values() if forbidden_words(str(words))] == []


class TestSaidCalled:
    """ "I have called": an event that ends nothing."""

    def test_it_is_kept_beside_the_alert_and_said_back(self, patient: Patient) -> None:
        check_in(patient, 1, **PUS)
        client = signed_in(patient.user)
        with frozen_at(at(1.5)):
            assert "I have called" in text_of(client.get("/"))
            assert client.post("/called/").status_code == 302
            page = text_of(client.get("/"))

        assert "You told us at 11:30 that you called." in page
        assert "I have called" not in page
        assert "You still need to call the clinic about your check-in of 11:00" in page
        event = Event.objects.get(verb=Event.Verb.SAID_CALLED)
        assert (event.subject, event.actor) == (patient.alerts.get().pk, patient.user)

    def test_it_ends_no_chase(self, patient: Patient) -> None:
        check_in(patient, 1, **PUS)
        before = Alert.objects.values().get()
        record_said_called(patient=patient, now=at(1.5))
        assert Alert.objects.values().get() == before

    def test_pressed_twice_it_is_kept_once_and_a_newer_report_asks_again(self, patient: Patient) -> None:
        check_in(patient, 1, **PUS)
        assert [record_said_called(patient=patient, now=at(h)) for h in (1.5, 1.6)] == [1, 0]
        patient.alerts.update(last_reported_at=at(2))

        assert "I have called" in main_of(page_of(patient, "/", at(3)))
        assert record_said_called(patient=patient, now=at(3)) == 1

    def test_without_a_lead_there_is_nothing_to_keep(self, patient: Patient) -> None:
        check_in(patient, 1)
        assert record_said_called(patient=patient, now=at(2)) == 0

    def test_only_the_patient_can_say_so_and_only_by_pressing(
        self, patient: Patient, nurse: StaffMember, client: Any
    ) -> None:
        check_in(patient, 1, **PUS)
        assert client.post("/called/").status_code == 302
        assert signed_in(nurse.user).post("/called/").status_code == 404
        assert signed_in(patient.user).get("/called/").status_code == 405
        assert not Event.objects.filter(verb=Event.Verb.SAID_CALLED).exists()


class TestOpenPage:
    """The region that an open page polls."""

    def test_today_and_the_result_learn_of_the_call_without_being_loaded(self, patient: Patient) -> None:
        report = check_in(patient, 1, **PUS).check_in
        client = signed_in(patient.user)
        paths = ("/lead/", f"/check-ins/{report.pk}/confirmation/")
        for path in paths:
            with frozen_at(at(1.6)):
                before = client.get(path)
            assert "data-settled" not in before.content.decode()
            assert "all the clinic" in text_of(before)
        patient.alerts.update(reached_at=at(2))
        for path in paths:
            with frozen_at(at(2.1)):
                assert "You spoke with the clinic at 12:00" in text_of(client.get(path))

    def test_it_holds_no_secret_that_changes_each_time(self, patient: Patient) -> None:
        check_in(patient, 1, **PUS)
        client = signed_in(patient.user)
        with frozen_at(at(1.6)):
            assert client.get("/lead/").content == client.get("/lead/").content

    def test_it_is_the_patients_alone(self, patient: Patient, nurse: StaffMember, client: Any) -> None:
        check_in(patient, 1, **PUS)
        assert client.get("/lead/").status_code == 302
        assert signed_in(nurse.user).get("/lead/").status_code == 404


def test_a_patient_without_check_ins_has_no_lead_and_reads_today(patient: Patient) -> None:
    for path in ("/", "/check-ins/", "/timeline/"):
        page = page_of(patient, path, at(3))
        assert "data-lead" not in page.content.decode()
        assert page.content.decode().count("<h1") == 1


@pytest.mark.parametrize("answers", [{}, EYE, PUS, LUMPS], ids=["calm", "emergency", "urgent", "same day"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_of_the_first_rank(
    patient: Patient, answers: dict[str, Any], path: str
) -> None:
    check_in(patient, 1, **answers)
    for hours in (1.1, 30):
        assert page_of(patient, path, at(hours)).content.decode().count("<h1") == 1


def test_the_level_of_a_check_in_stands_on_its_result_once(patient: Patient) -> None:
    for answers in (EYE, {}, PUS):
        report = check_in(patient, 2, **answers).check_in
        html = page_of(patient, "result", at(2.1), report).content.decode()
        assert html.count("data-level=") == 1
        assert f'data-level="{report.level}"' in html


def test_an_old_result_has_its_date_on_top_and_leads_to_the_newer_one(patient: Patient) -> None:
    old = check_in(patient, 1).check_in
    newest = check_in(patient, 26).check_in

    response = page_of(patient, "result", at(27), old)

    head = "Check-in of Monday 12 January, 11:00 . There is a newer one: Today, 12:00"
    assert main_of(response).startswith(head)
    assert f'href="/check-ins/{newest.pk}/"' in response.content.decode()
    assert "newer" not in main_of(page_of(patient, "result", at(27), newest))


def test_the_area_is_named_wherever_there_are_two(patient: Patient, nurse: StaffMember) -> None:
    report = check_in(patient, 1, **PUS).check_in
    assert main_of(page_of(patient, "result", at(2.5), report)).startswith(
        "Check-in of Monday 12 January, 11:00 . You"
    )
    ProcedureFactory.create(patient=patient, area="neck", performed_at=at(2), recorded_by=nurse.user)

    assert "It is about: face." in main_of(page_of(patient, "/", at(2.5)))
    assert "11:00 , face." in main_of(page_of(patient, "result", at(2.5), report))
    assert ", face" in main_of(page_of(patient, "/", at(2.5)))
    assert "face" in re.search(r"(?s)<tbody>.*", page_of(patient, "/check-ins/", at(2.5)).content.decode())[0]  # type: ignore[index]


@pytest.mark.parametrize("level", [EYE, PUS, LUMPS, {"signs": ["patches"]}, {}])
def test_what_was_left_open_is_named_on_every_result(patient: Patient, level: dict[str, Any]) -> None:
    report = check_in(patient, 1, **{**level, "redness": None, "unwell": None}).check_in

    page = main_of(page_of(patient, "result", at(1.1), report))

    assert "You did not say how red it is. You did not say whether you feel ill." in page
    assert "If you can’t tell, ask somebody to look, or call." in page
    assert "how itchy" not in page


def test_with_all_four_unknown_the_answers_do_not_tell_enough(patient: Patient) -> None:
    report = check_in(patient, 1, redness=None, pain=None, swelling=None, itch=None).check_in

    assert "Your answers do not tell us enough" in main_of(page_of(patient, "result", at(1.1), report))
    for path in PAGES:
        assert "warning sign" not in main_of(page_of(patient, path, at(1.1), report)).lower()


def test_a_form_that_cannot_be_linked_to_is_nobody_elses(patient: Patient) -> None:
    other = PatientFactory.create(clinic=patient.clinic)
    check_in(other, 1, **EYE)
    assert "data-lead" not in page_of(patient, "/", at(2)).content.decode()


@pytest.mark.parametrize("path", ["/", "result"])
def test_no_number_stands_out_beside_those_of_the_lead(patient: Patient, path: str) -> None:
    def card(now: datetime) -> str:
        html = page_of(patient, path, now).content.decode()
        return str(html.partition("<aside aria-label")[2].partition("</aside>")[0])

    check_in(patient, 20)
    assert "btn-primary" in card(at(20.1))
    check_in(patient, 21, **PUS)
    check_in(patient, 22)
    assert "Talk to someone" in card(at(22.1))
    assert "btn-primary" not in card(at(22.1))
