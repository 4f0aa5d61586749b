"""Urgent rules: the patient calls the clinic now, and staff are notified at once. None can be disabled."""

from aftercare.triage.answers import (
    MODERATE,
    SEVERE,
    VERY_SEVERE,
    CameBack,
    Painkiller,
    Sign,
    Symptom,
    Unwell,
)
from aftercare.triage.courses import RADIOFREQUENCY
from aftercare.triage.levels import Level
from aftercare.triage.rules.catalogue import rule, rule_for_each, rule_for_tick, rule_over_findings
from aftercare.triage.series import Fired, Moment

RETURNED = (CameBack.REDNESS, CameBack.PAIN, CameBack.BOTH)
LOCAL_SIGNS = (Sign.PUS, Sign.HOT_SORE, Sign.COLD_SORE, Sign.OPEN_SORE)
LOCAL_SYMPTOMS: tuple[Symptom, ...] = ("redness", "pain", "swelling")
DID_NOT_HELP = Painkiller.DID_NOT_HELP
FEVER = Unwell.FEVER
HOT_SORE = Sign.HOT_SORE
LUMPS = Sign.LUMPS
NUMB_WEAK = Sign.NUMB_WEAK
OPEN_SORE = Sign.OPEN_SORE


@rule(Level.URGENT, "S1", staff="The patient says that redness or pain came back or got worse.")
def reported_return(moment: Moment) -> Fired | None:
    """`came_back` is redness, pain or both (S1)."""
    answer = moment.answers.came_back
    if answer in RETURNED:
        return Fired((moment.seen("came_back", answer.value),))
    return None


@rule_for_each(
    ("redness", "pain"),
    Level.URGENT,
    "S1",
    staff="{symptom} rose by two steps or more above its lowest earlier answer.",
)
def sudden_return(symptom: Symptom, moment: Moment) -> Fired | None:
    """Rise of 2 or more above the low point; a high before it is not required (S1)."""
    rise = moment.rise(symptom)
    if rise is not None and rise.steps >= 2:
        return Fired(moment.seen_rise(symptom, rise))
    return None


@rule(Level.URGENT, "S6", staff="Severe pain that pain medicine did not help.")
def severe_pain_not_relieved(moment: Moment) -> Fired | None:
    """Pain 3 or more, and medicine did not help (S6). Medicine never lowers the score used."""
    pain, painkiller = moment.answers.pain, moment.answers.painkiller
    if pain is not None and pain >= SEVERE and painkiller is DID_NOT_HELP:
        return Fired((moment.seen("pain", pain), moment.seen("painkiller", painkiller.value)))
    return None


@rule(
    Level.URGENT,
    "S6",
    "S15",
    staff="Very severe pain, or pain that is still severe late on.",
    by_procedure=True,
)
def intense_pain(moment: Moment) -> Fired | None:
    """Pain 4 at any time; pain 3 from `late_severe_pain_h` on (S15)."""
    pain = moment.answers.pain
    if pain is None or pain < SEVERE:
        return None
    if pain == VERY_SEVERE:
        return Fired((moment.seen("pain", pain),))
    limit = moment.limits.late_severe_pain_h
    return Fired((moment.seen("pain", pain),), limit) if moment.is_from(limit) else None


rule_for_tick(
    "pus",
    Sign.PUS,
    Level.URGENT,
    "S8",
    "S9",
    staff="Pus bumps, or yellow or green fluid.",
)


rule_for_tick(
    "cold_sore",
    Sign.COLD_SORE,
    Level.URGENT,
    "S7",
    staff="A cold sore, or tingling blisters.",
)


rule_for_tick(
    "spreading",
    Sign.SPREADING,
    Level.URGENT,
    "S9",
    "ADD",
    staff="Redness or darkness that is spreading.",
)


@rule(Level.URGENT, "S9", "ADD", staff="A fever together with a sign on the treated skin.")
def fever_with_local_signs(moment: Moment) -> Fired | None:
    """`fever`, and pus, hot_sore, cold_sore, open_sore, or redness, pain or swelling of 2 or more (S9, ADD)."""
    if FEVER not in moment.ticks:
        return None
    local = [moment.seen_tick(sign) for sign in LOCAL_SIGNS if sign in moment.ticks]
    for symptom in LOCAL_SYMPTOMS:
        value = moment.value(symptom)
        if value is not None and value >= MODERATE:
            local.append(moment.seen(symptom, value))
    return Fired((moment.seen_tick(FEVER), *local)) if local else None


rule_for_tick(
    "hives",
    Sign.HIVES,
    Level.URGENT,
    "S14",
    staff="A raised, itchy rash.",
)


@rule(Level.URGENT, "S11", staff="Very severe swelling.")
def extreme_swelling(moment: Moment) -> Fired | None:
    """Swelling 4 (S11)."""
    swelling = moment.answers.swelling
    return Fired((moment.seen("swelling", swelling),)) if swelling == VERY_SEVERE else None


rule_for_tick(
    "blister_or_burn",
    Sign.BLISTER_BURN,
    Level.URGENT,
    "S16",
    "ADD",
    staff="A burn, a big blister, or a grey, white or black patch.",
)


rule_for_tick(
    "bleeding",
    Sign.BLEEDING,
    Level.URGENT,
    "S19",
    "ADD",
    staff="Bleeding that ten minutes of pressing did not stop.",
)


@rule(
    Level.URGENT,
    "S9",
    staff="A hot area that is getting more sore, after the first day or at an unknown time.",
    by_procedure=True,
)
def hot_sore_area(moment: Moment) -> Fired | None:
    """`hot_sore` ticked from `hot_sore_h` on; without a procedure at once, the safer of the two (S9)."""
    if HOT_SORE not in moment.ticks:
        return None
    evidence = (moment.seen_tick(HOT_SORE),)
    if moment.elapsed is None:
        return Fired(evidence)
    limit = moment.limits.hot_sore_h
    return Fired(evidence, limit) if moment.is_from(limit) else None


@rule(
    Level.URGENT,
    "ADD",
    staff="A part of the area treated with radiofrequency is numb, or muscles there are weak.",
    by_procedure=True,
)
def numb_or_weak(moment: Moment) -> Fired | None:
    """`numb_weak` ticked after radiofrequency, from `numb_weak_from_h` on (ADD)."""
    is_radiofrequency = moment.course is not None and moment.course.kind == RADIOFREQUENCY
    return moment.ticked_from(NUMB_WEAK, moment.limits.numb_weak_from_h) if is_radiofrequency else None


@rule(Level.URGENT, "S9", "ADD", staff="An open or weeping sore, after the first week.", by_procedure=True)
def late_open_sore(moment: Moment) -> Fired | None:
    """`open_sore` ticked, from `late_open_sore_from_h` on (S9, ADD)."""
    return moment.ticked_from(OPEN_SORE, moment.limits.late_open_sore_from_h)


@rule(Level.URGENT, "ADD", staff="Firm lumps, after the second week.", by_procedure=True)
def late_lumps(moment: Moment) -> Fired | None:
    """`lumps` ticked, from `late_lumps_from_h` on (ADD)."""
    return moment.ticked_from(LUMPS, moment.limits.late_lumps_from_h)


# Any of these in an `at_risk` patient: slow healing, radiation, isotretinoin or a weak immune system (S39).
AT_RISK_FAMILIES = frozenset(
    {"past_expected", "small_return", "fever", "early_hot_sore_area", "flu_like", "open_sore"}
)
AT_RISK_PATIENT = rule_over_findings(
    "at_risk_patient",
    Level.URGENT,
    "S39",
    staff="The patient is at higher risk, and reports what in others is a reason to talk today.",
)
