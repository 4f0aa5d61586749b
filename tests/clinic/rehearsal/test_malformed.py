"""Case files that cannot be rehearsed: an error that says what is wrong, and where."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

MALFORMED: list[tuple[object, str]] = [
    ([], "The file must be an object"),
    ({}, "cases must be a list"),
    ({"cases": []}, "cases: there is none"),
    ({"cases": [], "config": {"settle": 12}}, "config: unknown limits: 'settle'"),
    ({"cases": [], "config": {"settle_h": "12"}}, "config: limits must be numbers .*settle_h"),
    ({"cases": [], "config": []}, "config must be an object"),
    ({"cases": [], "defaults": {"redness": 5}}, "defaults: not all of these answers are in the form"),
    ({"cases": [], "defaults": {"rednes": 0}}, "defaults: answers: unknown rednes"),
]
MALFORMED_CASES: list[tuple[object, str]] = [
    ([7], "case number 0 must be an object"),
    ([{"steps": []}], "case number 0: id must be a text"),
    ([{"id": "K1"}], "case K1: steps must be a list"),
    ([{"id": "K1", "steps": []}] * 2, "case K1: there are two cases with this id"),
    (
        [{"id": "K1", "steps": [], "patient": {"at_risk": "no"}}],
        "case K1: at_risk must be true or false",
    ),
    ([{"id": "K1", "steps": [], "patient": {"risk": True}}], "case K1: patient: unknown risk"),
]
MALFORMED_CONFIG: list[tuple[object, str]] = [
    ({"expected_course": {"xx": {}}}, "expected_course: unknown xx"),
    ({"expected_course": {"mn": {"rednes": [1, 2, 3]}}}, "expected_course.mn: unknown rednes"),
    ({"expected_course": {"mn": {"redness": [48, 72]}}}, "mn.redness must be three numbers"),
    ({"expected_course": {"mn": {"redness": [48, "72", 168]}}}, "mn.redness must be three numbers"),
    ({"expected_course": {"rf": {"redness": [72, -1, 200]}}}, "rf: Redness, tell us after: must be a number"),
    ({"expected_course": {"rf": {"redness": [72, 60, 200]}}}, r"usual until \(72\) must not be later"),
    ({"sign_limits_h": {"bruise": "336"}}, "Bruise: must be a number of hours"),
    ({"sign_limits_h": {"scab": 1}}, "sign_limits_h: unknown scab"),
]
MALFORMED_STEPS: list[tuple[object, str]] = [
    ("tick", "step 1 must be an object"),
    ({"type": "sleep", "h": 1}, "step 1: type must be one of checkin, procedure, staff, tick, not 'sleep'"),
    ({"type": "tick"}, "step 1: give either h or at"),
    ({"type": "tick", "h": 1, "at": "2026-01-12T10:00:00Z"}, "step 1: give either h or at"),
    ({"type": "tick", "h": "1"}, "step 1: h must be a number of hours, not '1'"),
    ({"type": "tick", "h": True}, "step 1: h must be a number of hours, not True"),
    ({"type": "tick", "h": 1e12}, "step 1: h is out of range"),
    ({"type": "tick", "at": "2026-01-12T10:00:00"}, "step 1: at must be an instant such as"),
    ({"type": "tick", "at": "yesterday"}, "step 1: at must be an instant such as"),
    ({"type": "tick", "at": "0001-01-01T00:00:00Z"}, "step 1: at is out of range"),
    (
        {"type": "staff", "h": 1, "action": "dance"},
        "step 1: action must be one of ack_all, call_all, close_all",
    ),
    (
        {"type": "staff", "h": 1, "action": "call_all"},
        "step 1: result must be one of left_message, no_answer",
    ),
    (
        {"type": "staff", "h": 1, "action": "call_all", "result": "busy"},
        "step 1: result must be one of .* wrong_number, not 'busy'",
    ),
    (
        {"type": "staff", "h": 1, "action": "ack_all", "result": "reached"},
        "step 1: only call_all has a result",
    ),
    ({"type": "procedure", "h": 1, "kind": "peel"}, "step 1: kind must be one of mn, rf, not 'peel'"),
    ({"type": "procedure", "h": 1, "kind": "mn", "area": "x" * 41}, "step 1: area must be at most 40"),
    ({"type": "checkin", "h": 1, "id": [5]}, r"step 1 \(\[5\]\): id must be a text"),
    ({"type": "checkin", "h": 1, "id": "e9", "submited_h": 2}, r"step 1 \(e9\): unknown submited_h"),
    ({"type": "checkin", "h": 1, "answers": {"rednes": 1}}, "step 1: answers: unknown rednes"),
    ({"type": "tick", "h": 1, "expect": {"levels": 1}}, "step 1: expect: unknown levels"),
    ({"type": "tick", "h": 1, "expect": {"level": "dire"}}, "step 1: expect.level must be one of"),
    ({"type": "tick", "h": 1, "expect": {"rules": ["puss"]}}, "step 1: expect.rules must be one of"),
    ({"type": "tick", "h": 1, "expect": {"status": "kept"}}, "step 1: expect.status must be one of"),
    ({"type": "tick", "h": 1, "expect": {"notify": "yes"}}, "step 1: expect.notify must be true or false"),
    ({"type": "tick", "h": 1, "expect": {"lead": "seen"}}, "step 1: expect.lead must be one of"),
]


def written(tmp_path: Path, data: object) -> str:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(data))
    return str(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        *MALFORMED,
        *(
            ({"cases": [{"id": "K1", "steps": []}], "config": config}, says)
            for config, says in MALFORMED_CONFIG
        ),
    ],
)
def test_a_malformed_file_is_an_error_that_says_what_and_where(
    tmp_path: Path, data: object, says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("rehearse", written(tmp_path, data))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cases", "says"),
    [
        *MALFORMED_CASES,
        *(
            ([{"id": "K1", "steps": [{"type": "checkin", "h": 0, "id": "e1"}, step]}], f"case K1, {says}")
            for step, says in MALFORMED_STEPS
        ),
    ],
)
def test_a_malformed_case_is_named_and_the_others_are_rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cases: list[object], says: str
) -> None:
    sound = {"id": "sound", "steps": [{"type": "tick", "h": 1}]}

    with pytest.raises(SystemExit) as ended:
        call_command("rehearse", written(tmp_path, {"cases": [*cases, sound]}))

    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert re.search(says, said)
    assert ", 1 steps: all as expected; 1 cases could not be rehearsed" in said


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "cases.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=r"cases\.json (cannot be read|is not JSON)"):
        call_command("rehearse", str(path))
