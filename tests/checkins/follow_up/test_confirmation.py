"""The confirmation shown to a patient: saved, sent, seen at, or not confirmed in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up.unassign import return_to_pool
from aftercare.alerts.notifying.notifications import KIND, drain
from aftercare.checkins.advice.deadlines import confirm_by
from aftercare.checkins.follow_up import unconfirmed
from aftercare.checkins.follow_up.confirmation import Confirmation, State, confirmation_of
from aftercare.checkins.follow_up.unconfirmed import render, tell_unconfirmed
from aftercare.checkins.models import CheckIn
from aftercare.outbox.models import Message
from aftercare.people.hours import OpeningHours
from aftercare.people.models import Clinic, Patient, StaffMember
from aftercare.triage import Level
from tests.checkins.posting import signed_in, text_of
from tests.checkins.wording import forbidden_words
from tests.clock import frozen_at
from tests.factories import at, check_in

pytestmark = pytest.mark.usefixtures("course_set", "procedure", "nurse")

PUS: dict[str, Any] = {"signs": ["pus"]}
LUMPS: dict[str, Any] = {"signs": ["lumps"]}
EYE: dict[str, Any] = {"emergency": ["eye"]}


def confirmation_at(check_in: CheckIn, h: float, minutes: float = 0) -> Confirmation:
    found = confirmation_of(check_in, check_in.patient.clinic, at(h, minutes=minutes))
    assert found
    return found


def sent() -> None:
    Message.objects.filter(kind=KIND).update(state=Message.State.SENT, finished_at=at(1))


def test_it_is_saved_then_sent_then_seen(patient: Patient, nurse: StaffMember) -> None:
    report = check_in(patient, 1, **PUS).check_in
    assert confirmation_at(report, 1).state == State.SAVED
    drain(at(1))
    assert confirmation_at(report, 1).state == State.SAVED
    sent()
    assert confirmation_at(report, 1).state == State.SENT

    acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.2))

    seen = confirmation_at(report, 9)
    assert (seen.state, seen.seen_at, seen.is_settled) == (State.SEEN, at(1.2), True)


@pytest.mark.parametrize(
    ("answers", "minutes"), [(EYE, 10), (PUS, 30), (LUMPS, 240)], ids=["emergency", "urgent", "same day"]
)
def test_once_the_deadline_has_passed_nobody_has_confirmed(
    patient: Patient, answers: dict[str, Any], minutes: int
) -> None:
    report = check_in(patient, 1, **answers).check_in
    drain(at(1))
    sent()

    assert confirmation_at(report, 1, minutes - 0.1).state == State.SENT
    assert confirmation_at(report, 1, minutes).state == State.UNCONFIRMED


def test_below_same_day_there_is_nothing_to_confirm(patient: Patient) -> None:
    for report in (check_in(patient, 1).check_in, check_in(patient, 2, signs=["patches"]).check_in):
        assert (report.confirm_by, confirmation_of(report, patient.clinic, at(9))) == (None, None)


def test_all_of_it_must_have_been_seen(patient: Patient, nurse: StaffMember) -> None:
    report = check_in(patient, 1, signs=["pus", "hives"]).check_in
    acknowledge(alert=patient.alerts.get(rule="pus"), by=nurse.user, now=at(1.1))
    assert confirmation_at(report, 1.2).state == State.SAVED

    close(
        alert=patient.alerts.get(rule="hives"),
        by=nurse.user,
        now=at(1.3),
        outcome="advice_given",
        note="Seen.",
    )

    assert confirmation_at(report, 2).seen_at == at(1.3)


def test_what_is_reported_again_after_it_was_acknowledged_is_not_seen_by_that(
    patient: Patient, nurse: StaffMember
) -> None:
    first = check_in(patient, 1, **PUS).check_in
    alert = acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.1))
    second = check_in(patient, 1.2, **PUS).check_in

    assert confirmation_at(first, 1.2).state == State.SEEN
    assert confirmation_at(second, 1.2).state == State.SAVED
    acknowledge(alert=alert, by=nurse.user, now=at(1.3))
    assert confirmation_at(second, 1.3).seen_at == at(1.3)


def test_an_attempt_to_call_shows_that_it_was_seen(patient: Patient, nurse: StaffMember) -> None:
    report = check_in(patient, 1, **PUS).check_in
    record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="no_answer")

    assert confirmation_at(report, 2).seen_at == at(1.2)


def test_what_was_seen_stays_seen_when_the_alert_goes_back_to_everybody(
    patient: Patient, nurse: StaffMember
) -> None:
    report = check_in(patient, 1, **PUS).check_in
    acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.1))
    StaffMember.objects.update(away_from=at(2))
    return_to_pool(at(2))

    assert confirmation_at(report, 3).seen_at == at(1.1)


WEEKDAYS = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.parametrize(
    ("submitted", "by"),
    [
        # In hours: four hours, on a half hour; later in the day at half past five.
        ("2026-01-12T09:10+00:00", "2026-01-12T13:00+00:00"),
        ("2026-01-12T16:50+00:00", "2026-01-12T17:30+00:00"),
        # Too late today, at night, and at the weekend: counted from the next opening.
        ("2026-01-12T17:10+00:00", "2026-01-13T13:00+00:00"),
        ("2026-01-12T23:10+00:00", "2026-01-13T13:00+00:00"),
        ("2026-01-16T19:00+00:00", "2026-01-19T13:00+00:00"),
        # Good Friday and Easter Monday are closed days; the clocks go forward on 29 March.
        ("2026-04-02T19:00+01:00", "2026-04-07T13:00+01:00"),
        ("2026-03-27T19:00+00:00", "2026-03-30T13:00+01:00"),
    ],
)
def test_by_when_a_same_day_check_in_must_be_confirmed(submitted: str, by: str) -> None:
    hours = OpeningHours(
        WEEKDAYS, Clinic(time_zone="Europe/London").zone, frozenset({"2026-04-03", "2026-04-06"})
    )
    instant = datetime.fromisoformat(submitted).astimezone(UTC)

    assert confirm_by(Level.SAME_DAY, hours, instant) == datetime.fromisoformat(by)


def test_a_clinic_without_hours_promises_no_time() -> None:
    hours = OpeningHours({}, Clinic(time_zone="Europe/London").zone)
    assert confirm_by(Level.SAME_DAY, hours, at(1)) is None
    assert confirm_by(Level.URGENT, hours, at(1)) == at(1.5)


class TestMessage:
    """To the patient, when the time is up."""

    def told(self) -> list[CheckIn]:
        ids = (
            Message.objects.filter(kind=unconfirmed.KIND)
            .order_by("created_at")
            .values_list("subject", flat=True)
        )
        return [CheckIn.objects.get(pk=pk) for pk in ids]

    def test_it_is_written_at_the_deadline_and_once(self, patient: Patient) -> None:
        report = check_in(patient, 1, **PUS).check_in

        assert tell_unconfirmed(at(1, minutes=29.9)) == 0
        assert [tell_unconfirmed(at(1.5)), tell_unconfirmed(at(1.6))] == [1, 0]
        assert self.told() == [report]
        assert Message.objects.get(kind=unconfirmed.KIND).recipient == patient.user

    def test_it_asks_to_call_and_holds_no_detail(self, patient: Patient) -> None:
        report = check_in(patient, 1, **PUS).check_in
        tell_unconfirmed(at(1.5))

        content = render(Message.objects.get(), at(1.5))

        assert content
        text = f"{content.subject}\n{content.body}"
        for part in ("Please call now", "0161 496 0123", "0161 496 0199", "999", f"/check-ins/{report.pk}/"):
            assert part in text
        for detail in ("pus", "urgent", "needling", "Amara", "skin"):
            assert detail.lower() not in text.lower().replace(patient.clinic.name.lower(), "")
        assert forbidden_words(text) == []

    def test_nobody_is_told_whose_check_in_was_seen(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, **PUS)
        acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.2))

        assert tell_unconfirmed(at(2)) == 0

    def test_it_is_withdrawn_once_somebody_has_confirmed(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, **PUS)
        tell_unconfirmed(at(1.5))
        acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.6))

        assert render(Message.objects.get(), at(1.6)) is None

    def test_of_several_overdue_ones_the_newest_is_told(self, patient: Patient) -> None:
        check_in(patient, 1, **PUS)
        newest = check_in(patient, 1.1, signs=["hives"]).check_in
        check_in(patient, 1.2)

        assert [tell_unconfirmed(at(2)), tell_unconfirmed(at(2.1))] == [1, 0]
        assert self.told() == [newest]

    def test_after_a_long_outage_it_is_not_written_and_a_late_one_not_sent(self, patient: Patient) -> None:
        check_in(patient, 1, **PUS)
        assert tell_unconfirmed(at(13.5)) == 0
        assert tell_unconfirmed(at(13.4)) == 1
        assert render(Message.objects.get(), at(13.5)) is None

    def test_what_was_corrected_is_told_by_its_correction_only(self, patient: Patient) -> None:
        wrong = check_in(patient, 1, **PUS).check_in
        check_in(patient, 1.1, supersedes=wrong)

        assert tell_unconfirmed(at(2)) == 0

    def test_one_patients_fault_keeps_no_other_from_being_told(
        self, patient: Patient, stranger: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for person in (patient, stranger):
            check_in(person, 1, **PUS)
        tell = unconfirmed.notify_patient

        def fails_for_the_patient(report: CheckIn, now: datetime) -> None:
            if report.patient_id == patient.pk:
                raise ValueError("a fault")
            tell(report, now)

        monkeypatch.setattr(unconfirmed, "notify_patient", fails_for_the_patient)

        assert tell_unconfirmed(at(2)) == 1
        assert [report.patient for report in self.told()] == [stranger]


class TestPage:
    """Return the text of the result, and of its part that an open page polls."""

    def test_the_result_says_how_it_stands(self, patient: Patient, nurse: StaffMember) -> None:
        report = check_in(patient, 1, **PUS).check_in
        client, path = signed_in(patient.user), f"/check-ins/{report.pk}/"
        said = []
        for minutes in (0, 31):
            with frozen_at(at(1, minutes=minutes)):
                said.append(text_of(client.get(path)))
        acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1, minutes=32))
        with frozen_at(at(2)):
            said.append(text_of(client.get(path)))

        for text, words in zip(
            said,
            ("Saved at 11:00 .", "Nobody has confirmed yet: call now", "Seen at 11:32 ."),
            strict=True,
        ):
            assert words in text
            assert forbidden_words(text) == []

    def test_the_advice_stays_as_it_was_and_the_level_stands_once(self, patient: Patient) -> None:
        report = check_in(patient, 1, **EYE).check_in
        before = report.advice
        with frozen_at(at(2)):
            html = signed_in(patient.user).get(f"/check-ins/{report.pk}/").content.decode()

        report.refresh_from_db()
        assert report.advice == before
        assert html.count("data-level=") == 1

    def test_a_same_day_check_in_at_night_says_when_the_clinic_is_told(self, patient: Patient) -> None:
        report = check_in(patient, 12, **LUMPS).check_in
        with frozen_at(at(12)):
            text = text_of(signed_in(patient.user).get(f"/check-ins/{report.pk}/"))

        assert "The clinic is told when it opens, tomorrow 08:00." in text

    def test_the_part_that_changes_is_the_patients_alone(
        self, patient: Patient, stranger: Patient, nurse: StaffMember, client: Any
    ) -> None:
        report = check_in(patient, 1, **PUS).check_in
        path = f"/check-ins/{report.pk}/confirmation/"

        assert "Nobody has confirmed yet" in text_of(signed_in(patient.user).get(path))
        for person in (stranger, nurse):
            assert signed_in(person.user).get(path).status_code == 404
        assert client.get(path).status_code == 302
        assert signed_in(patient.user).post(path).status_code == 405

    def test_an_open_page_asks_in_few_queries(
        self, patient: Patient, django_assert_max_num_queries: Any
    ) -> None:
        report = check_in(patient, 1, **PUS).check_in
        client = signed_in(patient.user)
        client.get("/")

        with django_assert_max_num_queries(9):
            client.get(f"/check-ins/{report.pk}/confirmation/")


def test_confirming_and_the_deadline_do_not_depend_on_the_hour_of_day(patient: Patient) -> None:
    report = check_in(patient, 14, **PUS).check_in

    assert report.confirm_by == at(14) + timedelta(minutes=30)
