"""One check-in about several procedures, against a reference written from the words of the specification."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.checkins.models import CheckIn, Finding
from aftercare.checkins.submission.actions import Receipt
from aftercare.checkins.submission.submission import RejectedError
from aftercare.people.models import Patient, Procedure
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TELL_US = {"redness": 72, "pain": 48}
Where = tuple[str, uuid.UUID]


@dataclass
class Reported:
    """A check-in as the reference keeps it: `about` the procedures in whose series it counts, its own first."""

    id: uuid.UUID
    at: datetime
    answers: dict[str, Any]
    about: list[Procedure] = field(default_factory=list)


def these(procedures: Iterable[Procedure], instant: datetime) -> list[Procedure]:
    """Per area, the latest at or before the instant, if it lies at most 336 h before the latest of all."""
    done = sorted(
        (one for one in procedures if one.performed_at <= instant),
        key=lambda one: (one.performed_at, one.recorded_at),
        reverse=True,
    )
    latest = [next(one for one in done if one.area == area) for area in dict.fromkeys(p.area for p in done)]
    return [one for one in latest if done[0].performed_at - one.performed_at <= 336 * HOUR]


def low(entry: Reported, procedure: Procedure, symptom: str, current: list[Reported]) -> int | None:
    values = [
        other.answers[symptom]
        for other in current
        if procedure in other.about
        and other.at < entry.at
        and other.at - procedure.performed_at >= 12 * HOUR
        and other.answers[symptom] is not None
    ]
    return min(values, default=None)


def looks_at_the_clock(entry: Reported, procedure: Procedure, current: list[Reported]) -> set[str]:
    """The rules that use h or a series."""
    h = entry.at - procedure.performed_at
    redness, pain, signs = (entry.answers[key] for key in ("redness", "pain", "signs"))
    hot = "hot_sore_area" if h >= 24 * HOUR else "early_hot_sore_area"
    conditions = {
        "severe_redness_late": redness is not None and redness >= 3 and h > 48 * HOUR,
        "intense_pain": pain is not None and (pain == 4 or (pain >= 3 and h >= 48 * HOUR)),
        hot: "hot_sore" in signs,
        "bruise_past_expected": "bruise" in signs and h > 336 * HOUR,
        "late_lumps": "lumps" in signs and h >= 336 * HOUR,
        "late_open_sore": "open_sore" in signs and h >= 168 * HOUR,
    }
    fired = {rule for rule, holds in conditions.items() if holds}
    for symptom in ("redness", "pain"):
        value, before = entry.answers[symptom], low(entry, procedure, symptom, current)
        if value is not None:
            fired |= {f"{rule}.{symptom}" for rule in of_a_symptom(value, before, h, TELL_US[symptom])}
    return fired


def of_a_symptom(value: int, before: int | None, h: timedelta, tell_us: int) -> set[str]:
    rise = value - before if before is not None else 0
    conditions = {
        "sudden_return": rise >= 2,
        "small_return": rise == 1 and value >= 2 and h >= 48 * HOUR,
        "past_expected": value >= 2 and h > tell_us * HOUR,
        "mild_past_expected": value == 1 and h > 168 * HOUR,
    }
    return {rule for rule, holds in conditions.items() if holds}


def looks_at_the_answers(entry: Reported) -> set[str]:
    """All other rules."""
    redness, pain = entry.answers["redness"] or 0, entry.answers["pain"] or 0
    signs, fever = entry.answers["signs"], "fever" in entry.answers["unwell"]
    fired = {sign for sign in ("pus", "lumps", "open_sore") if sign in signs}
    fired |= {"severe_pain"} if pain >= 3 else set()
    fired |= {"fever"} if fever else set()
    if fever and (set(signs) & {"pus", "hot_sore", "open_sore"} or redness >= 2 or pain >= 2):
        fired.add("fever_with_local_signs")
    return fired


AT_RISK = {"past_expected", "small_return", "fever", "early_hot_sore_area", "open_sore"}


def fired_by(entry: Reported, current: list[Reported], at_risk: bool) -> set[Where]:
    """Each rule with where it fires: one that uses h or a series after each procedure, any other at the latest."""
    found: set[Where] = set()
    for procedure in entry.about:
        rules = looks_at_the_clock(entry, procedure, current)
        if procedure is entry.about[0]:
            rules |= looks_at_the_answers(entry)
        families = {rule.partition(".")[0] for rule in rules}
        if at_risk and families & AT_RISK:
            rules.add("at_risk_patient")
        found |= {(rule, procedure.pk) for rule in rules}
    return found


class Reference:
    """The findings of a patient's check-ins, step by step."""

    def __init__(self, procedures: list[Procedure], at_risk: bool) -> None:
        self.procedures, self.at_risk = procedures, at_risk
        self.current: list[Reported] = []

    def submit(self, entry: Reported, corrects: uuid.UUID | None) -> set[tuple[uuid.UUID, str, uuid.UUID]]:
        """Return the new findings, on the entry itself and on other entries because of it."""
        before = {one.id: fired_by(one, self.current, self.at_risk) for one in self.current}
        self.current = [one for one in self.current if one.id != corrects] + [entry]
        return {
            (one.id, rule, procedure)
            for one in self.current
            for rule, procedure in fired_by(one, self.current, self.at_risk) - before.get(one.id, set())
        }


severity = st.sampled_from([None, 0, 0, 1, 2, 3, 4])
answers = st.fixed_dictionaries(
    {
        "redness": severity,
        "pain": severity,
        "signs": st.lists(
            st.sampled_from(["pus", "lumps", "hot_sore", "bruise", "open_sore"]), unique=True, max_size=1
        ),
        "unwell": st.sampled_from([[], [], ["fever"]]),
    }
)
steps = st.lists(
    st.tuples(
        st.sampled_from([1, 6, 30, 60, 160]),  # hours since the step before
        st.sampled_from([0, 0, 0, 2, 20, 90]),  # hours that it is described back
        st.sampled_from(["several", "several", "latest", "0", "1", "2"]),
        st.sampled_from([None, None, None, 0, 1, 2]),  # the step that it corrects
        answers,
    ),
    min_size=2,
    max_size=7,
)
treatments = st.lists(
    st.tuples(st.sampled_from(["face", "neck", "chest"]), st.sampled_from([0, 0, 10, 30, 200, 336, 340])),
    min_size=2,
    max_size=3,
)


def treat(patient: Patient, treated: list[tuple[str, int]]) -> list[Procedure]:
    """Procedures in the order of their instants, recorded one after the other."""
    return [
        ProcedureFactory.create(
            patient=patient, area=area, performed_at=at(h), recorded_at=at(400, seconds=place)
        )
        for place, (area, h) in enumerate(sorted(treated, key=lambda one: one[1]))
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(treated=treatments, said=steps, at_risk=st.booleans())
def test_random_series_fire_what_the_words_say(
    clinic: Any, treated: list[tuple[str, int]], said: list[Any], at_risk: bool
) -> None:
    patient = PatientFactory.create(clinic=clinic, at_risk=at_risk)
    procedures = treat(patient, treated)
    stored: list[CheckIn] = []
    reference, now = Reference(procedures, at_risk), 400.0
    for since, back, where, corrected, given_answers in said:
        now += since
        described = at(now - back)
        named = procedures[int(where)] if where.isdigit() and int(where) < len(procedures) else None
        corrects = stored[corrected] if corrected is not None and corrected < len(stored) else None
        try:
            receipt = check_in(
                patient,
                now,
                described=described,
                procedure=named,
                is_several=where == "several",
                supersedes=corrects,
                **given_answers,
            )
        except RejectedError:
            continue
        together = these(procedures, described)
        about = together if where == "several" else [named or together[0]]
        entry = Reported(receipt.check_in.pk, described, given_answers, about)
        expected = reference.submit(entry, receipt.check_in.supersedes_id)
        assert reported(receipt) == expected
        assert receipt.check_in.procedure == about[0]
        stored.append(receipt.check_in)


def reported(receipt: Receipt) -> set[tuple[uuid.UUID, str, uuid.UUID]]:
    rows = Finding.objects.reported_by(receipt.check_in)
    return set(rows.values_list("assessment__check_in", "rule", "procedure"))


@pytest.fixture
def neck(patient: Patient, procedure: Procedure) -> Procedure:
    return ProcedureFactory.create(patient=patient, area="neck", performed_at=at(10))


def alerts_of(patient: Patient) -> set[tuple[str, str]]:
    return set(patient.alerts.values_list("rule", "procedure__area"))


def test_it_is_stored_once_and_belongs_to_the_latest(
    patient: Patient, procedure: Procedure, neck: Procedure
) -> None:
    stored = check_in(patient, 60, is_several=True, signs=["pus"], redness=2).check_in

    assert CheckIn.objects.count() == 1
    assert stored.procedure == neck
    assert stored.several_of == [str(neck.pk), str(procedure.pk)]
    assert alerts_of(patient) == {("pus", "neck")}


def test_a_rule_that_uses_h_opens_an_alert_at_each_procedure_where_it_fires(
    patient: Patient, procedure: Procedure, neck: Procedure
) -> None:
    check_in(patient, 75, is_several=True, redness=2)
    assert alerts_of(patient) == {("past_expected.redness", "face")}

    check_in(patient, 90, is_several=True, redness=2)
    assert alerts_of(patient) == {("past_expected.redness", "face"), ("past_expected.redness", "neck")}


def test_it_joins_each_series(patient: Patient, procedure: Procedure, neck: Procedure) -> None:
    check_in(patient, 30, is_several=True, redness=0)

    for where in (procedure, neck):
        assert check_in(patient, 40, procedure=where, redness=2).rules == ("sudden_return.redness",)


def test_a_correction_takes_it_out_of_each_series(
    patient: Patient, procedure: Procedure, neck: Procedure
) -> None:
    first = check_in(patient, 30, is_several=True, redness=0).check_in
    check_in(patient, 31, supersedes=first, described=at(30), procedure=neck, redness=0)

    assert check_in(patient, 40, procedure=procedure, redness=2).rules == ()
    assert check_in(patient, 40, procedure=neck, redness=2).rules == ("sudden_return.redness",)


def test_what_it_keeps_at_each_procedure_is_told_nobody(
    patient: Patient, procedure: Procedure, neck: Procedure
) -> None:
    first = check_in(patient, 90, is_several=True, redness=2)
    again = check_in(
        patient, 91, is_several=True, redness=2, pain=1, supersedes=first.check_in, described=at(90)
    )
    fewer = check_in(patient, 92, redness=2, procedure=neck, supersedes=again.check_in, described=at(90))

    assert (first.dispatched, again.dispatched, fewer.dispatched) == (True, False, False)


def test_sent_again_it_is_a_repeat(patient: Patient, procedure: Procedure, neck: Procedure) -> None:
    token = uuid.uuid4()
    receipts = [check_in(patient, 30 + h, token=token, is_several=True) for h in (0, 1)]

    assert [receipt.status for receipt in receipts] == ["stored", "duplicate"]
    assert check_in(patient, 32, token=token).check_in.several_of == []


def test_before_any_treatment_and_after_one_alone_it_is_an_ordinary_check_in(patient: Patient) -> None:
    assert check_in(patient, -1, is_several=True).check_in.procedure is None
    only = ProcedureFactory.create(patient=patient)
    stored = check_in(patient, 1, is_several=True).check_in

    assert (stored.procedure, stored.several_of) == (only, [])


def test_an_emergency_about_several_with_an_impossible_time_is_judged_after_each(
    patient: Patient, procedure: Procedure, neck: Procedure
) -> None:
    stored = check_in(patient, 90, described=at(300), is_several=True, redness=2, emergency=["eye"]).check_in

    assert not stored.in_series
    assert alerts_of(patient) == {
        ("eye_involved", "neck"),
        ("past_expected.redness", "face"),
        ("past_expected.redness", "neck"),
    }
