"""Late signs and signs after radiofrequency: from which hour, after which kind, and what they mean beside others."""

from datetime import timedelta

import pytest

from aftercare.triage import EmergencySign, Sign, not_asked
from tests.triage.build import TICK, assess, rules

AT = timedelta(0)
# Tick, rule, first hour at which the rule fires.
FROM_AN_HOUR: list[tuple[str, str, int]] = [
    ("numb_weak", "numb_or_weak", 12),
    ("scaly", "scaly_patches", 24),
    ("new_bumps", "new_bumps", 24),
    ("new_bumps", "late_new_bumps", 168),
    ("open_sore", "late_open_sore", 168),
    ("scar", "new_scar", 336),
    ("lumps", "late_lumps", 336),
]


@pytest.mark.parametrize(("tick", "rule", "hour"), FROM_AN_HOUR)
def test_the_rule_fires_from_its_hour_on(tick: str, rule: str, hour: int) -> None:
    assert rule not in rules(hour, kind="rf", shift=-TICK, signs=[tick])
    assert rule in rules(hour, kind="rf", signs=[tick])
    assert rule in rules(5000, kind="rf", signs=[tick])


@pytest.mark.parametrize(("tick", "rule", "_hour"), FROM_AN_HOUR)
def test_without_a_procedure_it_stays_silent(tick: str, rule: str, _hour: int) -> None:
    assert rule not in rules(5000, procedure=False, signs=[tick])


@pytest.mark.parametrize(
    ("tick", "hour"), [("scaly", 23), ("new_bumps", 23), ("scar", 335), ("numb_weak", 11)]
)
def test_a_tick_before_its_hour_is_kept_and_fires_nothing(tick: str, hour: int) -> None:
    found = assess(hour, kind="rf", signs=[tick])
    assert (found.level.value, found.rules) == ("expected", ())


def test_weak_muscles_count_after_radiofrequency_alone() -> None:
    assert rules(100, kind="mn", signs=["numb_weak"]) == []
    assert rules(100, kind="rf", signs=["numb_weak"]) == ["numb_or_weak"]


@pytest.mark.parametrize(
    ("tick", "early", "late"),
    [
        ("open_sore", ["open_sore"], ["late_open_sore", "open_sore"]),
        ("lumps", ["lumps"], ["late_lumps", "lumps"]),
        ("new_bumps", ["new_bumps"], ["late_new_bumps", "new_bumps"]),
    ],
)
def test_the_late_rule_stands_beside_the_other(tick: str, early: list[str], late: list[str]) -> None:
    assert sorted(rules(100, signs=[tick])) == early
    assert sorted(rules(400, signs=[tick])) == late


@pytest.mark.parametrize("hour", [0, 23, 24, 2000])
@pytest.mark.parametrize(("tick", "rule"), [("droop", "stroke_signs"), ("numbing", "numbing_reaction")])
def test_an_emergency_sign_is_judged_at_any_hour(tick: str, rule: str, hour: int) -> None:
    assert rules(hour, emergency=[tick]) == [rule]
    assert rules(hour, procedure=False, emergency=[tick]) == [rule]


def test_vomiting_with_hives_is_an_emergency_and_alone_a_matter_of_today() -> None:
    assert rules(30, unwell=["vomiting"]) == ["vomiting"]
    assert assess(30, unwell=["vomiting"]).level.value == "same_day"
    assert sorted(rules(30, unwell=["vomiting"], signs=["hives"])) == ["hives", "hives_with_vomiting"]
    assert assess(30, unwell=["vomiting"], signs=["hives"]).level.value == "emergency"
    assert rules(30, unwell=["nausea"], signs=["hives"]) == ["hives", "nausea_or_headache"]


def test_an_open_sore_with_a_fever_is_urgent() -> None:
    assert "fever_with_local_signs" in rules(30, unwell=["fever"], signs=["open_sore"])
    assert "fever_with_local_signs" not in rules(30, unwell=["fever"], signs=["scaly"])


def test_an_open_sore_counts_for_a_patient_at_risk() -> None:
    assert "at_risk_patient" in rules(30, at_risk=True, signs=["open_sore"])
    assert "at_risk_patient" not in rules(30, signs=["open_sore"])


class TestAsked:
    @pytest.mark.parametrize(
        ("procedures", "left_out"),
        [
            ([], {"numb_weak", "scaly", "new_bumps", "scar"}),
            ([(0, "rf")], {"numb_weak", "scaly", "new_bumps", "scar"}),
            ([(12, "rf")], {"scaly", "new_bumps", "scar"}),
            ([(12, "mn")], {"numb_weak", "scaly", "new_bumps", "scar"}),
            ([(23.99, "mn")], {"numb_weak", "scaly", "new_bumps", "scar"}),
            ([(24, "mn")], {"numbing", "numb_weak", "scar"}),
            ([(336, "rf")], {"numbing"}),
            ([(400, "mn"), (2, "mn")], {"numb_weak"}),
            ([(400, "mn"), (13, "rf")], set()),
        ],
    )
    def test_only_what_can_be_there_after_one_of_the_procedures(
        self, procedures: list[tuple[float, str]], left_out: set[str]
    ) -> None:
        assert not_asked(procedures) == left_out

    def test_what_fires_something_at_an_hour_is_asked_at_that_hour(self) -> None:
        for hour in (0, 11, 12, 23, 24, 167, 168, 335, 336, 2000):
            for kind in ("mn", "rf"):
                hidden = not_asked([(hour, kind)])
                for tick in hidden & set(Sign):
                    assert rules(hour, kind=kind, signs=[tick]) == []
                assert hidden & set(EmergencySign) <= {EmergencySign.NUMBING}
