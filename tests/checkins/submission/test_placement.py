"""Acceptance and placement of a check-in."""

import uuid
from typing import Any

import pytest

from aftercare.checkins.models import NOTE_LENGTH, CheckIn
from aftercare.checkins.submission.actions import Status, submit_check_in
from aftercare.checkins.submission.submission import RejectedError, Submission
from aftercare.people.models import Patient, Procedure
from aftercare.triage import Answers
from tests.factories import ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db


def problems(patient: Patient, h: float, **said: Any) -> dict[str, str]:
    """Return the errors of a rejected check-in."""
    with pytest.raises(RejectedError) as refused:
        check_in(patient, h, **said)
    assert not patient.check_ins.exists()
    return refused.value.problems


@pytest.mark.parametrize(
    ("described", "says"),
    [
        (at(10, minutes=5.02), "not come yet"),
        (at(10 - 168.01), "too long ago"),
        (at(-0.01), "before your treatment"),
    ],
)
def test_an_impossible_time_is_refused_with_its_field_named(
    patient: Patient, procedure: Procedure, described: object, says: str
) -> None:
    found = problems(patient, 10, described=described)

    assert list(found) == ["observed_at"]
    assert says in found["observed_at"]


def test_a_check_in_without_an_answer_is_refused(patient: Patient) -> None:
    empty = Submission(token=uuid.uuid4(), answers=Answers(), note="My face is sore.")

    with pytest.raises(RejectedError) as refused:
        submit_check_in(patient=patient, by=patient.user, submission=empty, now=at())

    assert list(refused.value.problems) == [""]


def test_several_problems_are_named_together(patient: Patient, stranger: Patient) -> None:
    theirs = check_in(stranger, 1).check_in

    found = problems(
        patient,
        10,
        described=at(20),
        procedure=ProcedureFactory.create(patient=stranger),
        supersedes=theirs,
        note="x" * (NOTE_LENGTH + 1),
    )

    assert sorted(found) == ["note", "observed_at", "procedure", "supersedes"]


def test_somebody_elses_check_in_cannot_be_corrected(patient: Patient, stranger: Patient) -> None:
    theirs = check_in(stranger, 1, redness=3).check_in

    assert "was not found" in problems(patient, 2, supersedes=theirs)["supersedes"]
    assert CheckIn.objects.not_superseded().filter(pk=theirs.pk).exists()


def test_somebody_elses_procedure_cannot_be_named(patient: Patient, stranger: Patient) -> None:
    theirs = ProcedureFactory.create(patient=stranger)

    assert "do not know this treatment" in problems(patient, 2, procedure=theirs)["procedure"]


def test_an_emergency_is_kept_whatever_else_is_wrong(patient: Patient, stranger: Patient) -> None:
    stored = check_in(
        patient,
        10,
        described=at(20),
        procedure=ProcedureFactory.create(patient=stranger),
        supersedes=check_in(stranger, 1).check_in,
        note="x" * (NOTE_LENGTH + 1),
        emergency=["eye"],
    ).check_in

    assert (stored.procedure, stored.supersedes) == (None, None)
    assert (stored.observed_at, stored.stated_at, stored.in_series) == (at(10), at(20), False)
    assert stored.note == "x" * NOTE_LENGTH


def test_an_emergency_sent_again_is_a_duplicate_even_with_a_note_that_is_too_long(patient: Patient) -> None:
    token, note = uuid.uuid4(), "x" * (NOTE_LENGTH + 1)

    receipts = [check_in(patient, 10, token=token, note=note, emergency=["eye"]) for _tap in range(2)]

    assert [receipt.status for receipt in receipts] == [Status.STORED, Status.DUPLICATE]


def test_a_check_in_for_now_says_so(patient: Patient, procedure: Procedure) -> None:
    stored = check_in(patient, 10).check_in

    assert (stored.observed_at, stored.submitted_at, stored.stated_at) == (at(10), at(10), None)
    assert stored.procedure == procedure
    assert stored.hours == 10
    assert not stored.is_late()


def test_a_back_dated_check_in_keeps_both_instants(patient: Patient, procedure: Procedure) -> None:
    stored = check_in(patient, 10, described=at(6)).check_in

    assert (stored.observed_at, stored.submitted_at, stored.stated_at) == (at(6), at(10), at(6))
    assert stored.hours == 6
    assert stored.is_late()


def test_a_token_belongs_to_one_patient(patient: Patient, stranger: Patient) -> None:
    token = uuid.uuid4()

    receipts = [check_in(person, 10, token=token) for person in (patient, stranger)]

    assert [receipt.status for receipt in receipts] == [Status.STORED, Status.STORED]


def test_a_repeat_gets_the_first_reply_long_after_its_time_was_possible(
    patient: Patient, procedure: Procedure
) -> None:
    token = uuid.uuid4()
    first = check_in(patient, 10, token=token, described=at(9), signs=["lumps"])

    again = check_in(patient, 500, token=token, described=at(9), signs=["lumps"])

    assert again.status == Status.DUPLICATE
    assert (again.check_in, again.rules, again.level) == (first.check_in, first.rules, first.level)
    assert not again.dispatched


@pytest.mark.parametrize(
    "changed",
    [{"redness": 2}, {"note": "Left cheek."}, {"described": at(8)}, {"redness": None}, {"signs": None}],
)
def test_whatever_was_changed_under_the_same_token_is_a_correction(
    patient: Patient, procedure: Procedure, changed: dict[str, Any]
) -> None:
    token = uuid.uuid4()
    first = check_in(patient, 10, token=token, described=at(9)).check_in

    said: dict[str, Any] = {"token": token, "described": at(9)}
    second = check_in(patient, 11, **said | changed)

    assert second.status == Status.STORED
    assert (second.check_in.supersedes, second.check_in.revision) == (first, 1)
    assert list(patient.check_ins.not_superseded()) == [second.check_in]


def test_correcting_the_first_of_a_line_replaces_the_last_of_it(
    patient: Patient, procedure: Procedure
) -> None:
    first = check_in(patient, 10).check_in
    second = check_in(patient, 11, supersedes=first).check_in

    third = check_in(patient, 12, supersedes=first).check_in

    assert third.supersedes == second
    assert list(patient.check_ins.not_superseded()) == [third]


def test_a_refused_check_in_uses_up_no_token(patient: Patient, procedure: Procedure) -> None:
    token = uuid.uuid4()
    problems(patient, 10, token=token, described=at(20))

    stored = check_in(patient, 10, token=token)

    assert (stored.status, stored.check_in.revision) == (Status.STORED, 0)


def test_an_emergency_that_comes_with_fields_nobody_could_read_keeps_them(patient: Patient) -> None:
    unreadable = {"observed_at": "half past nine"}
    answers = Answers.from_json({"emergency": ["breathing"]})

    receipt = submit_check_in(
        patient=patient,
        by=patient.user,
        submission=Submission(token=uuid.uuid4(), answers=answers, unreadable=unreadable),
        now=at(),
    )

    receipt.check_in.refresh_from_db()
    assert receipt.check_in.unreadable == unreadable
