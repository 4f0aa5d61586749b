"""Emergency rules: the patient calls the emergency number now. None can be disabled by configuration."""

from aftercare.triage.answers import EmergencySign, Sign, Unwell
from aftercare.triage.levels import Level
from aftercare.triage.rules.catalogue import rule, rule_for_tick
from aftercare.triage.series import Fired, Moment

SPREADING = Sign.SPREADING
FEVER = Unwell.FEVER
HIVES = Sign.HIVES
VOMITING = Unwell.VOMITING

rule_for_tick(
    "trouble_breathing",
    EmergencySign.BREATHING,
    Level.EMERGENCY,
    "S14",
    "ADD",
    staff="Breathing is hard, or the patient is wheezing.",
)


rule_for_tick(
    "airway_swelling",
    EmergencySign.AIRWAY_SWELLING,
    Level.EMERGENCY,
    "S14",
    "ADD",
    staff="Lips, mouth, tongue or throat are swollen, or the face is swelling up fast.",
)


rule_for_tick(
    "faint_or_confused",
    EmergencySign.FAINT,
    Level.EMERGENCY,
    "ADD",
    staff="The patient feels faint or confused, or is very sleepy.",
)


rule_for_tick(
    "eye_involved",
    EmergencySign.EYE,
    Level.EMERGENCY,
    "ADD",
    staff="An eye is involved: it hurts, light hurts it, sight has changed, or it is swollen shut.",
)


rule_for_tick(
    "stroke_signs",
    EmergencySign.DROOP,
    Level.EMERGENCY,
    "ADD",
    staff="One side of the face droops suddenly, an arm is weak, or speech is slurred.",
)


rule_for_tick(
    "numbing_reaction",
    EmergencySign.NUMBING,
    Level.EMERGENCY,
    "ADD",
    staff="After numbing cream: ringing ears, a metal taste, twitching, or a fit.",
)


@rule(Level.EMERGENCY, "S14", "ADD", staff="A raised, itchy rash, with vomiting.")
def hives_with_vomiting(moment: Moment) -> Fired | None:
    """`hives` and `vomiting` (S14, ADD)."""
    if HIVES in moment.ticks and VOMITING in moment.ticks:
        return Fired((moment.seen_tick(HIVES), moment.seen_tick(VOMITING)))
    return None


@rule(Level.EMERGENCY, "S9", "ADD", staff="Redness or darkness is spreading, with a fever.")
def spreading_with_fever(moment: Moment) -> Fired | None:
    """`spreading` and `fever` (S9, ADD)."""
    if SPREADING in moment.ticks and FEVER in moment.ticks:
        return Fired((moment.seen_tick(SPREADING), moment.seen_tick(FEVER)))
    return None
