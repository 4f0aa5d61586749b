"""Signs to call about, by level, for the page Get help. They are in code and in no article.

An editor could drop a sign from an article, but not from here. A test compares this list to the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.guidance.timeline.recovery_phases import FEVER
from aftercare.triage import Level


@dataclass(frozen=True, slots=True)
class HelpSign:
    """A sign, its first words in bold, with the rules that fire on it."""

    bold: str
    rest: str
    rules: tuple[str, ...]


def sign(bold: str, rest: str, *rules: str) -> HelpSign:
    return HelpSign(bold, rest, rules)


EMERGENCY = (
    sign("it is hard to breathe,", "or you wheeze", "trouble_breathing"),
    sign("lips, mouth, tongue or throat", "are swollen, or your face swells up fast", "airway_swelling"),
    sign("you are faint, confused", "or very sleepy", "faint_or_confused"),
    sign("your eye hurts,", "light hurts it, your sight changed, or it is swollen shut", "eye_involved"),
    sign("redness or darkness spreads, and there is a fever:", FEVER, "spreading_with_fever"),
)
FEEL = (
    sign("pain is very severe,", "or still severe after 2 days", "intense_pain"),
    sign("pain is severe,", "and pain medicine does not help", "severe_pain_not_relieved"),
    sign(
        "pain comes back,",
        "or gets much worse, after it had eased",
        "reported_return",
        "sudden_return.pain",
    ),
    sign("a hot area", "gets more sore after the first day", "hot_sore_area"),
    sign(
        "a fever,",
        "and pus, a hot area, a cold sore, or skin that is still red, sore or swollen",
        "fever_with_local_signs",
    ),
)
SEE = (
    sign(
        "redness comes back,",
        "or gets much worse, or skin turns darker, purple or grey",
        "reported_return",
        "sudden_return.redness",
    ),
    sign("redness or darkness", "spreads", "spreading"),
    sign("pus bumps,", "or yellow or green fluid", "pus"),
    sign("a cold sore,", "or blisters that tingle", "cold_sore"),
    sign("a raised, itchy rash", "", "hives"),
    sign("a burn,", "a big blister, or a grey, white or black patch", "blister_or_burn"),
    sign("bleeding", "that goes on after 10 minutes of pressing", "bleeding"),
    sign("very severe swelling", "", "extreme_swelling"),
)
SAME_DAY = (
    sign("pain or swelling", "is severe", "severe_pain", "severe_swelling"),
    sign("pain is moderate,", "and pain medicine does not help", "moderate_pain_not_relieved"),
    sign("redness is still severe", "after its usual time on your timeline", "severe_redness_late"),
    sign(
        "redness, swelling, itch or pain is still moderate or worse",
        "after the time on your timeline",
        "past_expected.redness",
        "past_expected.swelling",
        "past_expected.itch",
        "past_expected.pain",
    ),
    sign("redness or pain got a little worse", "after 2 days", "small_return.redness", "small_return.pain"),
    sign("swelling or itch got much worse", "after 2 days", "late_rise.swelling", "late_rise.itch"),
    sign("you are not sure", "if redness or pain has come back", "unsure_return"),
    sign("itch is severe,", "or stops you sleeping or doing what you need to do", "bothersome_itch"),
    sign("a fever:", FEVER, "fever"),
    sign("you ache all over", "", "flu_like"),
    sign("a hot area", "gets more sore on the first day", "early_hot_sore_area"),
    sign("firm lumps", "", "lumps"),
    sign("you want to talk to us.", "That is reason enough", "contact_requested"),
)
# Conditions under which a same-day sign is urgent.
AT_RISK = (
    sign("Your skin heals slowly.", "", "at_risk_patient"),
    sign("You take isotretinoin", "(Accutane), or took it not long ago.", "at_risk_patient"),
    sign("There was radiation treatment", "on that skin.", "at_risk_patient"),
    sign("Your immune system is weak.", "", "at_risk_patient"),
    sign("You live with diabetes,", "or a blood disease such as sickle cell.", "at_risk_patient"),
)
BY_LEVEL: dict[Level, tuple[HelpSign, ...]] = {
    Level.EMERGENCY: EMERGENCY,
    Level.URGENT: (*FEEL, *SEE, *AT_RISK),
    Level.SAME_DAY: SAME_DAY,
}
GROUPS = {"emergency": EMERGENCY, "feel": FEEL, "see": SEE, "same_day": SAME_DAY, "at_risk": AT_RISK}
