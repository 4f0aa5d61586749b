"""The catalogue of rules, the levels, and the shape of an assessment."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from aftercare.triage import RULES, RULESET_VERSION, TIMED_RULES, Evidence, Finding, Level
from aftercare.triage.rules.catalogue import rule_over_findings
from tests.triage.build import assess, at

# Every family with its level and the statements it carries.
FAMILIES: list[tuple[str, str, str]] = [
    # Emergency.
    ("trouble_breathing", "emergency", "S14 ADD"),
    ("airway_swelling", "emergency", "S14 ADD"),
    ("faint_or_confused", "emergency", "ADD"),
    ("eye_involved", "emergency", "ADD"),
    ("spreading_with_fever", "emergency", "S9 ADD"),
    ("stroke_signs", "emergency", "ADD"),
    ("numbing_reaction", "emergency", "ADD"),
    ("hives_with_vomiting", "emergency", "S14 ADD"),
    # Urgent.
    ("reported_return", "urgent", "S1"),
    ("sudden_return", "urgent", "S1"),
    ("severe_pain_not_relieved", "urgent", "S6"),
    ("intense_pain", "urgent", "S6 S15"),
    ("pus", "urgent", "S8 S9"),
    ("cold_sore", "urgent", "S7"),
    ("spreading", "urgent", "S9 ADD"),
    ("fever_with_local_signs", "urgent", "S9 ADD"),
    ("hives", "urgent", "S14"),
    ("extreme_swelling", "urgent", "S11"),
    ("blister_or_burn", "urgent", "S16 ADD"),
    ("bleeding", "urgent", "S19 ADD"),
    ("hot_sore_area", "urgent", "S9"),
    ("numb_or_weak", "urgent", "ADD"),
    ("late_open_sore", "urgent", "S9 ADD"),
    ("late_lumps", "urgent", "ADD"),
    ("at_risk_patient", "urgent", "S39"),
    # Same day.
    ("severe_pain", "same_day", "S15"),
    ("severe_swelling", "same_day", "S11"),
    ("bothersome_itch", "same_day", "S10"),
    ("past_expected", "same_day", "S5 S12"),
    ("severe_redness_late", "same_day", "S12 S58"),
    ("small_return", "same_day", "S1"),
    ("unsure_return", "same_day", "S1"),
    ("moderate_pain_not_relieved", "same_day", "S6"),
    ("fever", "same_day", "S37 ADD"),
    ("early_hot_sore_area", "same_day", "S9"),
    ("lumps", "same_day", "ADD"),
    ("open_sore", "same_day", "S9 ADD"),
    ("scaly_patches", "same_day", "ADD"),
    ("late_new_bumps", "same_day", "ADD"),
    ("vomiting", "same_day", "ADD"),
    ("flu_like", "same_day", "S37"),
    ("late_rise", "same_day", "ADD"),
    ("contact_requested", "same_day", "S17"),
    # Routine.
    ("mild_past_expected", "routine", "S5 S12"),
    ("bruise_past_expected", "routine", "S12 S19 S21 S55"),
    ("peeling_past_expected", "routine", "S19 S55 S59"),
    ("spots_past_expected", "routine", "S59"),
    ("new_patches", "routine", "S16"),
    ("new_bumps", "routine", "ADD"),
    ("new_scar", "routine", "S25 S49"),
    ("nausea_or_headache", "routine", "S37"),
]
SYMPTOMS_OF = {
    "sudden_return": ["pain", "redness"],
    "small_return": ["pain", "redness"],
    "late_rise": ["itch", "swelling"],
    "past_expected": ["itch", "pain", "redness", "swelling"],
    "mild_past_expected": ["itch", "pain", "redness", "swelling"],
}


# What speaks of one symptom alone: pain that lasts is a statement of its own.
MORE_SOURCES = {"past_expected.pain": ("S15",)}


@pytest.mark.parametrize(("family", "level", "sources"), FAMILIES)
def test_each_family_has_its_level_and_sources(family: str, level: str, sources: str) -> None:
    found = [rule for rule in RULES.values() if rule.family == family]
    symptoms = SYMPTOMS_OF.get(family)
    names = [family] if symptoms is None else [f"{family}.{symptom}" for symptom in symptoms]
    assert [rule.id for rule in found] == names
    assert {rule.level for rule in found} == {Level(level)}
    for rule in found:
        assert rule.sources == (*sources.split(), *MORE_SOURCES.get(rule.id, ()))


def test_there_are_51_families_and_no_other_rule() -> None:
    assert len(FAMILIES) == 51
    assert {rule.family for rule in RULES.values()} == {family for family, _, _ in FAMILIES}
    assert list(RULES) == [rule.id for rule in RULES.values()]


def test_the_catalogue_is_ordered_worst_first_then_by_name() -> None:
    for one, other in pairwise(RULES.values()):
        assert one.level > other.level or (one.level is other.level and one.id < other.id)


def test_staff_read_one_sentence_of_their_own_for_each_rule() -> None:
    sentences = [rule.staff for rule in RULES.values()] + [rule.staff for rule in TIMED_RULES.values()]
    assert len(set(sentences)) == len(sentences)
    for sentence in sentences:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not {"{", "!", "_"} & set(sentence)
    assert RULES["past_expected.itch"].staff.startswith("Itch ")


def test_an_unknown_rule_raises() -> None:
    with pytest.raises(KeyError):
        RULES["tiredness"]


def test_two_rules_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="pus"):
        rule_over_findings("pus", Level.URGENT, "S8", staff="Again.")


def test_levels_are_ordered_by_urgency() -> None:
    in_order = [Level.EXPECTED, Level.ROUTINE, Level.SAME_DAY, Level.URGENT, Level.EMERGENCY]
    assert sorted(Level) == in_order
    assert [level.value for level in Level] == ["emergency", "urgent", "same_day", "routine", "expected"]
    assert max(Level) is Level.EMERGENCY
    assert Level.URGENT >= Level.URGENT
    with pytest.raises(TypeError):
        assert Level.URGENT < "emergency"
    with pytest.raises(ValueError, match="calm"):
        Level("calm")


def test_the_level_is_the_highest_that_fired_and_findings_come_worst_first() -> None:
    found = assess(80, pain=3, signs=["patches", "pus"], emergency=["eye"], unwell=["fever"], at_risk=True)
    assert found.level is Level.EMERGENCY
    order = [(-finding.level.rank, finding.rule) for finding in found.findings]
    assert order == sorted(order)
    assert found.rules == tuple(sorted(rule for _, rule in order))
    assert len(found.rules) == 9
    assert found.ruleset_version == RULESET_VERSION == "2"


def test_nothing_fired_is_the_level_expected() -> None:
    found = assess(24, redness=2)
    assert (found.level, found.findings, found.rules) == (Level.EXPECTED, (), ())


def test_a_finding_survives_the_way_through_json() -> None:
    for finding in assess(80, [(50, {"redness": 1})], redness=2, unwell=["flu"], at_risk=True).findings:
        text = json.dumps(finding.to_json())
        assert Finding.from_json(json.loads(text)) == finding
    stored = assess(30, signs=["hot_sore"]).findings[0].to_json()
    assert stored == {
        "rule": "hot_sore_area",
        "level": "urgent",
        "evidence": [{"key": "signs", "value": "hot_sore", "at": "2026-01-13T16:00:00+00:00", "hours": 30.0}],
        "limit_h": 24,
    }


def test_stored_evidence_without_an_offset_is_refused() -> None:
    good = {"key": "pain", "value": 3, "at": "2026-01-13T17:00:00+01:00", "hours": 30.0}
    assert Evidence.from_json(good) == ("pain", 3, datetime(2026, 1, 13, 16, tzinfo=UTC), 30.0)
    with pytest.raises(ValueError, match="offset"):
        Evidence.from_json({**good, "at": "2026-01-13T17:00:00"})


def test_importing_triage_loads_neither_django_nor_celery() -> None:
    code = "import sys, aftercare.triage; sys.exit(bool({'django', 'celery'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


EVIDENCE: list[tuple[float, dict[str, object], str, list[tuple[str, object]], float | None]] = [
    # One answer.
    (5, {"pain": 3}, "severe_pain", [("pain", 3)], None),
    (5, {"swelling": 4}, "severe_swelling", [("swelling", 4)], None),
    (5, {"swelling": 4}, "extreme_swelling", [("swelling", 4)], None),
    (5, {"itch": 3, "itch_bothers": True}, "bothersome_itch", [("itch", 3)], None),
    (5, {"came_back": "both"}, "reported_return", [("came_back", "both")], None),
    (5, {"came_back": "not_sure"}, "unsure_return", [("came_back", "not_sure")], None),
    (5, {"want_contact": True}, "contact_requested", [("want_contact", True)], None),
    (5, {"emergency": ["eye"]}, "eye_involved", [("emergency", "eye")], None),
    (5, {"unwell": ["flu"]}, "flu_like", [("unwell", "flu")], None),
    # Several answers.
    (5, {"itch": 2, "itch_bothers": True}, "bothersome_itch", [("itch", 2), ("itch_bothers", True)], None),
    (
        5,
        {"pain": 3, "painkiller": "did_not_help"},
        "severe_pain_not_relieved",
        [("pain", 3), ("painkiller", "did_not_help")],
        None,
    ),
    (
        5,
        {"pain": 2, "painkiller": "did_not_help"},
        "moderate_pain_not_relieved",
        [("pain", 2), ("painkiller", "did_not_help")],
        None,
    ),
    (
        5,
        {"signs": ["spreading"], "unwell": ["fever"]},
        "spreading_with_fever",
        [("signs", "spreading"), ("unwell", "fever")],
        None,
    ),
    (
        5,
        {
            "signs": ["cold_sore", "pus", "hot_sore"],
            "unwell": ["fever"],
            "redness": 2,
            "pain": 1,
            "swelling": 2,
        },
        "fever_with_local_signs",
        [
            ("unwell", "fever"),
            ("signs", "pus"),
            ("signs", "hot_sore"),
            ("signs", "cold_sore"),
            ("redness", 2),
            ("swelling", 2),
        ],
        None,
    ),
    (
        5,
        {"unwell": ["headache", "nausea"]},
        "nausea_or_headache",
        [("unwell", "nausea"), ("unwell", "headache")],
        None,
    ),
    # The limit that was passed.
    (5, {"pain": 4}, "intense_pain", [("pain", 4)], None),
    (50, {"pain": 4}, "intense_pain", [("pain", 4)], None),
    (50, {"pain": 3}, "intense_pain", [("pain", 3)], 48),
    (5, {"signs": ["hot_sore"]}, "early_hot_sore_area", [("signs", "hot_sore")], 24),
    (30, {"signs": ["hot_sore"]}, "hot_sore_area", [("signs", "hot_sore")], 24),
    (80, {"redness": 3}, "past_expected.redness", [("redness", 3)], 72),
    (80, {"redness": 3}, "severe_redness_late", [("redness", 3)], 48),
    (200, {"itch": 1, "pain": 1}, "mild_past_expected.pain", [("pain", 1)], 168),
    (340, {"signs": ["bruise"]}, "bruise_past_expected", [("signs", "bruise")], 336),
    (340, {"signs": ["peeling"]}, "peeling_past_expected", [("signs", "peeling")], 336),
    (680, {"signs": ["spots"]}, "spots_past_expected", [("signs", "spots")], 672),
]


@pytest.mark.parametrize(("hour", "said", "rule", "evidence", "limit"), EVIDENCE)
def test_the_evidence_names_the_answers_that_fired(
    hour: float, said: dict[str, object], rule: str, evidence: list[tuple[str, object]], limit: float | None
) -> None:
    [finding] = [finding for finding in assess(hour, **said).findings if finding.rule == rule]  # type: ignore[arg-type]
    assert finding.evidence == tuple((key, value, at(hour), float(hour)) for key, value in evidence)
    assert finding.limit_h == limit


@pytest.mark.parametrize(
    ("rule", "earlier", "now", "limit"),
    [
        # A rise names both its ends.
        ("small_return.pain", {"pain": 1}, {"pain": 2}, 48),
        ("late_rise.itch", {"itch": 0}, {"itch": 2}, 48),
        ("sudden_return.pain", {"pain": 0}, {"pain": 2}, None),
    ],
)
def test_the_evidence_of_a_rise_names_both_ends(
    rule: str, earlier: dict[str, int], now: dict[str, int], limit: float | None
) -> None:
    found = assess(48, [(30, earlier)], **now)  # type: ignore[arg-type]
    [finding] = found.findings
    [(symptom, value)] = now.items()
    assert finding.rule == rule
    assert finding.evidence == ((symptom, earlier[symptom], at(30), 30.0), (symptom, value, at(48), 48.0))
    assert finding.limit_h == limit
