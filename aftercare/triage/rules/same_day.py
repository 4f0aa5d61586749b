"""Same-day rules: the clinic speaks to the patient today."""

from aftercare.triage.answers import MODERATE, SEVERE, SYMPTOMS, CameBack, Painkiller, Sign, Symptom, Unwell
from aftercare.triage.levels import Level
from aftercare.triage.rules.catalogue import rule, rule_for_each, rule_for_tick
from aftercare.triage.series import Fired, Moment

DID_NOT_HELP = Painkiller.DID_NOT_HELP
NOT_SURE = CameBack.NOT_SURE
HIVES, VOMITING = Sign.HIVES, Unwell.VOMITING
HOT_SORE = Sign.HOT_SORE
NEW_BUMPS, SCALY = Sign.NEW_BUMPS, Sign.SCALY


@rule(Level.SAME_DAY, "S15", staff="Severe pain.")
def severe_pain(moment: Moment) -> Fired | None:
    """Pain 3 or more (S15)."""
    pain = moment.answers.pain
    return Fired((moment.seen("pain", pain),)) if pain is not None and pain >= SEVERE else None


@rule(Level.SAME_DAY, "S11", staff="Severe swelling.")
def severe_swelling(moment: Moment) -> Fired | None:
    """Swelling 3 or more (S11)."""
    swelling = moment.answers.swelling
    if swelling is not None and swelling >= SEVERE:
        return Fired((moment.seen("swelling", swelling),))
    return None


@rule(Level.SAME_DAY, "S10", staff="Severe itch, or itch that stops sleep or daily life.")
def bothersome_itch(moment: Moment) -> Fired | None:
    """Itch 3 or more, or itch 2 that bothers (S10)."""
    itch, bothers = moment.answers.itch, moment.answers.itch_bothers
    if itch is None or itch < MODERATE:
        return None
    if itch >= SEVERE:
        return Fired((moment.seen("itch", itch),))
    return Fired((moment.seen("itch", itch), moment.seen("itch_bothers", True))) if bothers else None


@rule_for_each(
    SYMPTOMS,
    Level.SAME_DAY,
    "S5",
    "S12",
    staff="{symptom} still moderate or worse, later than expected.",
    more={"pain": ("S15",)},
)
def past_expected(symptom: Symptom, moment: Moment) -> Fired | None:
    """2 or more, and h is past `tell_us_after` of the symptom (S5, S12; of pain S15 too)."""
    value = moment.value(symptom)
    if value is None or value < MODERATE or moment.course is None:
        return None
    limit = moment.course.of(symptom).tell_us_after_h
    return Fired((moment.seen(symptom, value),), limit) if moment.is_past(limit) else None


@rule(Level.SAME_DAY, "S12", "S58", staff="Redness still severe, later than is usual.", by_procedure=True)
def severe_redness_late(moment: Moment) -> Fired | None:
    """Redness 3 or more, and h is past `usual_until` of redness (S12, S58)."""
    redness = moment.answers.redness
    if redness is None or redness < SEVERE or moment.course is None:
        return None
    limit = moment.course.redness.usual_until_h
    return Fired((moment.seen("redness", redness),), limit) if moment.is_past(limit) else None


@rule_for_each(
    ("redness", "pain"),
    Level.SAME_DAY,
    "S1",
    staff="{symptom} rose by one step to moderate or worse, after it had had time to settle.",
)
def small_return(symptom: Symptom, moment: Moment) -> Fired | None:
    """Rise of exactly 1 above the low point to 2 or more, from `small_return_from_h` on (S1)."""
    limit = moment.limits.small_return_from_h
    rise = moment.rise(symptom)
    if rise is not None and rise.steps == 1 and moment.is_from(limit):
        return Fired(moment.seen_rise(symptom, rise), limit)
    return None


@rule(Level.SAME_DAY, "S1", staff="The patient is not sure whether redness or pain came back.")
def unsure_return(moment: Moment) -> Fired | None:
    """`came_back` is not_sure (S1)."""
    if moment.answers.came_back is NOT_SURE:
        return Fired((moment.seen("came_back", NOT_SURE.value),))
    return None


@rule(Level.SAME_DAY, "S6", staff="Moderate pain that pain medicine did not help.")
def moderate_pain_not_relieved(moment: Moment) -> Fired | None:
    """Pain exactly 2, and medicine did not help (S6)."""
    pain, painkiller = moment.answers.pain, moment.answers.painkiller
    if pain == MODERATE and painkiller is DID_NOT_HELP:
        return Fired((moment.seen("pain", pain), moment.seen("painkiller", painkiller.value)))
    return None


rule_for_tick(
    "fever",
    Unwell.FEVER,
    Level.SAME_DAY,
    "S37",
    "ADD",
    staff="A fever: 38°C (100.4°F) or more, or hot and shivery.",
)


@rule(
    Level.SAME_DAY, "S9", staff="A hot area that is getting more sore, on the first day.", by_procedure=True
)
def early_hot_sore_area(moment: Moment) -> Fired | None:
    """`hot_sore` ticked before `hot_sore_h`; without a procedure `hot_sore_area` fires instead (S9)."""
    limit = moment.limits.hot_sore_h
    if HOT_SORE in moment.ticks and moment.elapsed is not None and not moment.is_from(limit):
        return Fired((moment.seen_tick(HOT_SORE),), limit)
    return None


rule_for_tick(
    "lumps",
    Sign.LUMPS,
    Level.SAME_DAY,
    "ADD",
    staff="Firm lumps.",
)


rule_for_tick(
    "flu_like",
    Unwell.FLU,
    Level.SAME_DAY,
    "S37",
    staff="Aching all over.",
)


rule_for_tick("open_sore", Sign.OPEN_SORE, Level.SAME_DAY, "S9", "ADD", staff="An open or weeping sore.")


@rule(Level.SAME_DAY, "ADD", staff="Scaly, itchy, raised patches.", by_procedure=True)
def scaly_patches(moment: Moment) -> Fired | None:
    """`scaly` ticked, from `scaly_from_h` on (ADD)."""
    return moment.ticked_from(SCALY, moment.limits.scaly_from_h)


@rule(
    Level.SAME_DAY,
    "ADD",
    staff="New bumps or a rash, unlike earlier spots, after the first week.",
    by_procedure=True,
)
def late_new_bumps(moment: Moment) -> Fired | None:
    """`new_bumps` ticked, from `late_new_bumps_from_h` on (ADD)."""
    return moment.ticked_from(NEW_BUMPS, moment.limits.late_new_bumps_from_h)


@rule(Level.SAME_DAY, "ADD", staff="Vomiting.")
def vomiting(moment: Moment) -> Fired | None:
    """`vomiting` ticked without `hives`, with which it is an emergency (ADD)."""
    if VOMITING in moment.ticks and HIVES not in moment.ticks:
        return Fired((moment.seen_tick(VOMITING),))
    return None


@rule_for_each(
    ("swelling", "itch"),
    Level.SAME_DAY,
    "ADD",
    staff="{symptom} rose by two steps or more above its lowest earlier answer, late on.",
)
def late_rise(symptom: Symptom, moment: Moment) -> Fired | None:
    """Rise of 2 or more above the low point, from `other_rise_from_h` on (ADD)."""
    limit = moment.limits.other_rise_from_h
    rise = moment.rise(symptom)
    if rise is not None and rise.steps >= 2 and moment.is_from(limit):
        return Fired(moment.seen_rise(symptom, rise), limit)
    return None


@rule(Level.SAME_DAY, "S17", staff="The patient asks to be called.")
def contact_requested(moment: Moment) -> Fired | None:
    """`want_contact` is yes (S17)."""
    return Fired((moment.seen("want_contact", True),)) if moment.answers.want_contact else None
