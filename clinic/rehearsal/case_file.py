"""Reader of case files: patient series with the expected findings, as a safety officer writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from aftercare.alerts.models import ContactAttempt
from aftercare.checkins.pages.lead import LEADS
from aftercare.people.models import Procedure
from aftercare.triage import RULES, TIMED_RULES, ExpectedCourse, Level, Limits
from clinic.rehearsal.answers import GivenAnswers, read_given
from clinic.rehearsal.courses import read_courses
from clinic.rehearsal.fields import (
    CaseFileError,
    optional_text,
    read_instant,
    reject_unknown,
    require_list,
    require_object,
    require_one_of,
    require_text,
)

AREA_LENGTH = 40
LEVEL_NONE = "none"
LEVELS = frozenset({LEVEL_NONE, *(level.value for level in Level)})
STATUSES = frozenset({"stored", "rejected", "duplicate"})
KNOWN_RULES = frozenset({*RULES, *TIMED_RULES})


class StepType(StrEnum):
    PROCEDURE = "procedure"
    CHECK_IN = "checkin"
    TICK = "tick"
    STAFF = "staff"


class StaffAction(StrEnum):
    ACK_ALL = "ack_all"
    CLOSE_ALL = "close_all"
    CALL_ALL = "call_all"


# Fields for remarks. Any other unknown field is an error, so that a misspelt field is noticed.
REMARKS = frozenset({"title", "note", "comment"})
COMMON_FIELDS = frozenset({"id", "type", "h", "at", "expect"}) | REMARKS
FIELDS: Mapping[StepType, frozenset[str]] = {
    StepType.PROCEDURE: COMMON_FIELDS | {"kind", "area"},
    StepType.CHECK_IN: COMMON_FIELDS
    | {"submitted_h", "submitted_at", "procedure", "token", "supersedes", "answers"},
    StepType.TICK: COMMON_FIELDS,
    StepType.STAFF: COMMON_FIELDS | {"action", "result"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step. `at`: the instant that it describes; `submitted_at` None: submitted at that instant."""

    type: StepType
    at: datetime
    expect: Mapping[str, Any]
    id: str | None = None
    kind: str = ""
    area: str = ""
    submitted_at: datetime | None = None
    procedure: str | None = None
    token: str | None = None
    supersedes: str | None = None
    given: GivenAnswers | None = None
    action: StaffAction | None = None
    # ContactAttempt.Result of a call.
    result: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The series of one patient."""

    id: str
    at_risk: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """The cases of a file and the thresholds that they assume.

    `faults`: unreadable cases, with the reason. `lowered`: hours of the file above the engine's ceilings,
    with the values used instead.
    """

    cases: tuple[Case, ...]
    faults: tuple[str, ...]
    lowered: tuple[str, ...]
    courses: Mapping[str, ExpectedCourse]
    limits: Limits


def read_case_file(data: object) -> CaseFile:
    """Read a case file from its JSON. Raises CaseFileError with the place and the reason.

    A case that cannot be read is listed in `faults`; the others are rehearsed.
    """
    content = require_object(data, "The file")
    config = require_object(content.get("config", {}), "config")
    defaults = require_object(content.get("defaults", {}), "defaults")
    if not read_given(defaults, "defaults").is_offered:
        raise CaseFileError("defaults: not all of these answers are in the form")
    try:
        limits = Limits.from_json(config)
    except ValueError as error:
        raise CaseFileError(f"config: {error}") from error
    cases: dict[str, Case] = {}
    faults: list[str] = []
    for position, raw in enumerate(require_list(content.get("cases"), "cases")):
        try:
            case = read_case(raw, position, defaults)
            if case.id in cases:
                raise CaseFileError(f"case {case.id}: there are two cases with this id")
        except CaseFileError as error:
            faults.append(str(error))
        else:
            cases[case.id] = case
    if not cases and not faults:
        raise CaseFileError("cases: there is none")
    courses, lowered = read_courses(config)
    return CaseFile(
        cases=tuple(cases.values()),
        faults=tuple(faults),
        lowered=tuple(lowered),
        courses=courses,
        limits=limits,
    )


def read_case(raw: object, position: int, defaults: Mapping[str, Any]) -> Case:
    case = require_object(raw, f"case number {position}")
    case_id = require_text(case.get("id"), f"case number {position}: id")
    patient = require_object(case.get("patient", {}), f"case {case_id}: patient")
    reject_unknown(patient, {"at_risk"}, f"case {case_id}: patient")
    at_risk = patient.get("at_risk", False)
    if not isinstance(at_risk, bool):
        raise CaseFileError(f"case {case_id}: at_risk must be true or false, not {at_risk!r}")
    steps: list[Step] = []
    for number, raw_step in enumerate(require_list(case.get("steps"), f"case {case_id}: steps")):
        steps.append(read_step(raw_step, f"case {case_id}, step {number}", defaults))
    return Case(id=case_id, at_risk=at_risk, steps=tuple(steps))


def read_step(raw: object, where: str, defaults: Mapping[str, Any]) -> Step:
    step = require_object(raw, where)
    if step.get("id"):
        where = f"{where} ({step['id']})"
    kind_of_step = StepType(require_one_of(step.get("type"), list(StepType), f"{where}: type"))
    reject_unknown(step, FIELDS[kind_of_step], where)
    read = Step(
        type=kind_of_step,
        id=optional_text(step, "id", where),
        at=read_instant(step, "h", "at", where),
        expect=read_expect(step.get("expect", {}), where),
    )
    if kind_of_step is StepType.PROCEDURE:
        kind = require_one_of(step.get("kind"), Procedure.Kind.values, f"{where}: kind")
        area = optional_text(step, "area", where) or ""
        if len(area) > AREA_LENGTH or not area.isprintable():
            raise CaseFileError(f"{where}: area must be at most {AREA_LENGTH} characters, not {area!r:.60}")
        return replace(read, kind=kind, area=area)
    if kind_of_step is StepType.STAFF:
        return read_staff_action(read, step, where)
    if kind_of_step is StepType.CHECK_IN:
        return read_check_in(read, step, where, defaults)
    return read


def read_staff_action(read: Step, step: Mapping[str, Any], where: str) -> Step:
    """Read an action of staff. Only a call has a result."""
    action = StaffAction(require_one_of(step.get("action"), list(StaffAction), f"{where}: action"))
    if action is not StaffAction.CALL_ALL:
        if "result" in step:
            raise CaseFileError(f"{where}: only call_all has a result")
        return replace(read, action=action)
    result = require_one_of(step.get("result"), ContactAttempt.Result.values, f"{where}: result")
    return replace(read, action=action, result=result)


def read_check_in(read: Step, step: Mapping[str, Any], where: str, defaults: Mapping[str, Any]) -> Step:
    """Read a check-in. Answers not given are the file's defaults."""
    answers = {**defaults, **require_object(step.get("answers", {}), f"{where}: answers")}
    submitted = {key: step[key] for key in ("submitted_h", "submitted_at") if step.get(key) is not None}
    return replace(
        read,
        submitted_at=read_instant(submitted, "submitted_h", "submitted_at", where) if submitted else None,
        procedure=optional_text(step, "procedure", where),
        token=optional_text(step, "token", where),
        supersedes=optional_text(step, "supersedes", where),
        given=read_given(answers, where),
    )


def read_expect(raw: object, where: str) -> Mapping[str, Any]:
    """Read the expected result of a step: any of level, rules, status, notify and lead."""
    expect = require_object(raw, f"{where}: expect")
    reject_unknown(expect, {"level", "rules", "status", "notify", "lead"}, f"{where}: expect")
    if "level" in expect:
        require_one_of(expect["level"], LEVELS, f"{where}: expect.level")
    if "lead" in expect:
        require_one_of(expect["lead"], LEADS, f"{where}: expect.lead")
    for rule in require_list(expect.get("rules", []), f"{where}: expect.rules"):
        require_one_of(rule, KNOWN_RULES, f"{where}: expect.rules")
    if expect.get("status") is not None:
        require_one_of(expect["status"], STATUSES, f"{where}: expect.status")
    if not isinstance(expect.get("notify"), bool | None):
        raise CaseFileError(f"{where}: expect.notify must be true or false, not {expect['notify']!r}")
    return expect
