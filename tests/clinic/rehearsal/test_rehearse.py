"""`manage.py rehearse`: case files through the real actions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from aftercare.alerts.models import Dispatch
from aftercare.guidance.actions.courses import publish_courses
from aftercare.outbox import nudge
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from aftercare.triage import DEFAULT_COURSES, RULES, TIMED_RULES
from tests.factories import at, check_in

OUR_CASES = Path(__file__).parents[2] / "data" / "cases.json"

PROCEDURE = {"type": "procedure", "id": "p1", "kind": "mn", "area": "face", "h": 0}
PUS = {"type": "checkin", "id": "e1", "h": 20, "answers": {"signs": ["pus"]}}


def steps_file(folder: Path, *steps: dict[str, Any], **rest: Any) -> Path:
    """A case file with one case of these steps."""
    return written(folder, {"cases": [{"id": "K1", "steps": list(steps)}], **rest})


def written(folder: Path, data: object) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps(data))
    return path


def rehearse(path: Path, *options: str) -> list[dict[str, Any]]:
    """The results of rehearsing a file that ends as expected."""
    out = path.with_suffix(".out")
    call_command("rehearse", str(path), "--json", str(out), *options)
    results: list[dict[str, Any]] = json.loads(out.read_text())
    return results


def row_counts() -> dict[str, int]:
    """Return the number of rows of each table."""
    rooms = ("people", "guidance", "outbox", "alerts", "checkins")
    models = [model for room in rooms for model in apps.get_app_config(room).get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.django_db
def test_our_cases_come_out_as_expected(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rehearse", str(OUR_CASES))

    assert capsys.readouterr().out.endswith("all as expected\n")


def test_our_cases_hold_every_rule() -> None:
    cases = json.loads(OUR_CASES.read_text())["cases"]

    expected = {
        rule for case in cases for step in case["steps"] for rule in step.get("expect", {}).get("rules", [])
    }

    assert expected == {*RULES, *TIMED_RULES}


@pytest.mark.django_db
def test_each_difference_is_printed_and_the_exit_code_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {
        "level": "routine",
        "rules": ["pus", "hives"],
        "status": "duplicate",
        "notify": False,
        "lead": "none",
    }

    with pytest.raises(SystemExit) as left:
        call_command("rehearse", str(steps_file(tmp_path, PROCEDURE, PUS | {"expect": wrong})))

    assert left.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        "K1, step 1 (e1): level should be routine, but is urgent",
        "K1, step 1 (e1): rules should be hives, pus, but is pus",
        "K1, step 1 (e1): status should be duplicate, but is stored",
        "K1, step 1 (e1): notify should be false, but is true",
        "K1, step 1 (e1): lead should be none, but is urgent",
        "1 cases, 2 steps: 5 differences in 1 cases",
    ]


@pytest.mark.django_db
def test_only_what_is_expected_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "rehearse",
        str(steps_file(tmp_path, PROCEDURE, PUS | {"expect": {"level": "urgent"}}, PUS | {"id": "e2"})),
    )

    assert "all as expected" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_results_of_every_step_are_written(tmp_path: Path) -> None:
    steps = [
        PROCEDURE,
        PUS | {"token": "a"},
        PUS | {"id": "e2", "submitted_h": 20.1, "token": "a"},
        PUS | {"id": "e3", "h": 30, "submitted_h": 20.2},
        {"type": "tick", "h": 21},
        {"type": "staff", "action": "close_all", "h": 22},
        {"type": "tick", "h": 23},
        PROCEDURE | {"id": "p2", "h": 24},
    ]

    results = rehearse(steps_file(tmp_path, *steps))

    quiet: dict[str, Any] = {"level": "none", "rules": [], "status": None, "notify": None}
    pus: dict[str, Any] = {"type": "checkin", "level": "urgent", "rules": ["pus"], "lead": "urgent"}
    assert results == [
        {"case": "K1", "step": step, **result}
        for step, result in enumerate(
            [
                {"type": "procedure", **quiet, "lead": "none"},
                {**pus, "status": "stored", "notify": True},
                {**pus, "status": "duplicate", "notify": False},
                {"type": "checkin", **quiet, "status": "rejected", "notify": False, "lead": "urgent"},
                {"type": "tick", **quiet, "level": "urgent", "rules": ["unacknowledged"], "lead": "urgent"},
                {"type": "staff", **quiet, "lead": "closed"},
                {"type": "tick", **quiet, "lead": "closed"},
                {
                    "type": "procedure",
                    **quiet,
                    "level": "routine",
                    "rules": ["treated_over_open_alert"],
                    "lead": "closed",
                },
            ]
        )
    ]


@pytest.mark.django_db
def test_answers_that_are_not_given_are_the_defaults_of_the_file(tmp_path: Path) -> None:
    plain = {"type": "checkin", "h": 5}
    path = steps_file(tmp_path, plain, plain | {"answers": {"pain": None}}, defaults={"pain": 3, "signs": []})

    assert [result["rules"] for result in rehearse(path)] == [["severe_pain"], []]


@pytest.mark.django_db
def test_the_configuration_of_the_file_is_what_is_rehearsed(tmp_path: Path) -> None:
    late = {"type": "checkin", "h": 90, "answers": {"redness": 2, "signs": ["bruise"]}}
    early = {"type": "checkin", "h": 11, "answers": {"redness": 0}}
    config = {
        "settle_h": 10,
        "expected_course": {"mn": {"redness": [20, 100, 150]}},
        "sign_limits_h": {"bruise": 80},
    }

    rules = [
        result["rules"] for result in rehearse(steps_file(tmp_path, PROCEDURE, early, late, config=config))
    ]

    assert rules == [[], [], ["bruise_past_expected", "sudden_return.redness"]]


@pytest.mark.django_db
def test_hours_above_a_ceiling_are_lowered_to_it_so_that_no_rule_is_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [
        {"type": "checkin", "h": h, "answers": {"redness": 2, "signs": ["spots"]}}
        for h in (144, 144.1, 1344, 1344.1)
    ]
    config = {
        "expected_course": {"mn": {"redness": [9999, 10**400, 10**400]}},
        "sign_limits_h": {"spots": float("inf")},
    }

    results = rehearse(steps_file(tmp_path, PROCEDURE, *steps, config=config))

    late, very_late = ["past_expected.redness"], ["past_expected.redness", "spots_past_expected"]
    assert [result["rules"] for result in results] == [[], [], late, late, very_late]
    said = capsys.readouterr().out
    assert "config.expected_course.mn.redness, usual until: 9999 hours are above the ceiling; 96 are" in said
    assert "config.sign_limits_h.spots: inf hours are above the ceiling; 1344 are used." in said


@pytest.mark.django_db
def test_with_a_clinic_its_published_values_are_rehearsed(
    tmp_path: Path, clinic: Clinic, manager: StaffMember
) -> None:
    longer = replace(DEFAULT_COURSES["mn"].redness, tell_us_after_h=100.0)
    courses = {**DEFAULT_COURSES, "mn": replace(DEFAULT_COURSES["mn"], redness=longer)}
    publish_courses(clinic=clinic, by=manager.user, now=at(), courses=courses)
    late = {"type": "checkin", "h": 90, "answers": {"redness": 2}}
    path = steps_file(
        tmp_path, PROCEDURE, late, config={"expected_course": {"mn": {"redness": [48, 60, 168]}}}
    )

    assert rehearse(path)[1]["rules"] == ["past_expected.redness"]
    assert rehearse(path, "--clinic", clinic.slug)[1]["rules"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "says"), [("nowhere", "no clinic"), ("larkfield", "published no expected")])
def test_a_clinic_without_published_values_is_an_error(
    tmp_path: Path, clinic: Clinic, slug: str, says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("rehearse", str(steps_file(tmp_path, PROCEDURE)), "--clinic", slug)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_and_nobody_is_nudged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: Patient
) -> None:
    nudges: list[object] = []
    monkeypatch.setattr(nudge._background, "submit", nudges.append)
    before = row_counts()

    results = rehearse(steps_file(tmp_path, PROCEDURE, PUS, {"type": "tick", "h": 50}))

    assert results[2]["rules"] == ["silent_after_alert", "unacknowledged"]
    assert row_counts() == before
    assert nudges == []
    check_in(patient, 20, signs=["pus"])
    assert len(nudges) == 1


@pytest.mark.django_db(transaction=True)
def test_the_rows_of_real_patients_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 1, signs=["pus"])
    written_for: list[object] = []
    create = Dispatch.objects.create

    def noted(**fields: Any) -> Dispatch:
        written_for.append(fields["patient_id"])
        dispatch: Dispatch = create(**fields)
        return dispatch

    monkeypatch.setattr(Dispatch.objects, "create", noted)

    rehearse(steps_file(tmp_path, PROCEDURE, {"type": "tick", "h": 60}))

    assert patient.pk not in written_for
    assert patient.alerts.get().escalations == 0
    assert not patient.non_responses.exists()


@pytest.mark.django_db
def test_a_result_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("rehearse", str(steps_file(tmp_path, PROCEDURE)), "--json", str(tmp_path))


@pytest.mark.django_db
def test_answers_that_the_form_does_not_offer_are_rejected(tmp_path: Path) -> None:
    steps: list[dict[str, Any]] = [
        {
            "type": "checkin",
            "h": 1,
            "answers": {"redness": 5},
            "expect": {"status": "rejected", "level": "none"},
        },
        {
            "type": "checkin",
            "h": 2,
            "answers": {"signs": ["pox"]},
            "expect": {"status": "rejected", "rules": []},
        },
        {
            "type": "checkin",
            "h": 3,
            "answers": {"signs": ["none"]},
            "expect": {"status": "stored", "rules": []},
        },
        {
            "type": "checkin",
            "h": 4,
            "answers": {"signs": ["pox"], "emergency": ["eye"]},
            "expect": {"status": "stored", "rules": ["eye_involved"]},
        },
        {
            "type": "checkin",
            "h": 5,
            "answers": {"itch": 2, "itch_bothers": "yes", "want_contact": "no"},
            "expect": {"status": "stored", "rules": ["bothersome_itch"]},
        },
        {"type": "checkin", "h": 6, "answers": {"itch_bothers": "maybe"}, "expect": {"status": "rejected"}},
    ]
    assert len(rehearse(steps_file(tmp_path, *steps))) == len(steps)


@pytest.mark.django_db
def test_a_time_of_submission_that_is_the_time_described_changes_nothing(tmp_path: Path) -> None:
    steps: list[dict[str, Any]] = [
        {"type": "checkin", "h": 20, "token": 7, "answers": {"redness": 1}, "expect": {"status": "stored"}},
        {
            "type": "checkin",
            "h": 20.01,
            "submitted_h": 20.01,
            "token": 7,
            "answers": {"redness": 1},
            "expect": {"status": "duplicate", "notify": False},
        },
        {"type": "tick", "id": "t", "h": 21, "expect": {"notify": None, "status": None}},
    ]
    assert len(rehearse(steps_file(tmp_path, *steps))) == len(steps)
