"""Routine rules: on the clinic's list, answered within two working days."""

from aftercare.triage.answers import MILD, SYMPTOMS, Sign, Symptom, Unwell
from aftercare.triage.levels import Level
from aftercare.triage.rules.catalogue import rule, rule_for_each, rule_for_tick
from aftercare.triage.series import Fired, Moment, Tick

BRUISE, PEELING, SPOTS = Sign.BRUISE, Sign.PEELING, Sign.SPOTS
NEW_BUMPS, SCAR = Sign.NEW_BUMPS, Sign.SCAR
ILLNESS = (Unwell.NAUSEA, Unwell.HEADACHE)


@rule_for_each(
    SYMPTOMS, Level.ROUTINE, "S5", "S12", staff="{symptom} still there, if mild, later than expected."
)
def mild_past_expected(symptom: Symptom, moment: Moment) -> Fired | None:
    """Exactly 1, and h is past `tell_us_after_mild` of the symptom (S5)."""
    value = moment.value(symptom)
    if value != MILD or moment.course is None:
        return None
    limit = moment.course.of(symptom).tell_us_after_mild_h
    return Fired((moment.seen(symptom, value),), limit) if moment.is_past(limit) else None


@rule(
    Level.ROUTINE,
    "S12",
    "S19",
    "S21",
    "S55",
    staff="A bruise that is still there, later than expected.",
    by_procedure=True,
)
def bruise_past_expected(moment: Moment) -> Fired | None:
    """`bruise` ticked, and h is past `bruise_h` (S12, S55)."""
    return _still_there(moment, BRUISE, moment.course.bruise_h) if moment.course else None


@rule(
    Level.ROUTINE,
    "S19",
    "S55",
    "S59",
    staff="Dry, tight or peeling skin, later than expected.",
    by_procedure=True,
)
def peeling_past_expected(moment: Moment) -> Fired | None:
    """`peeling` ticked, and h is past `peeling_h` (S59)."""
    return _still_there(moment, PEELING, moment.course.peeling_h) if moment.course else None


@rule(
    Level.ROUTINE, "S59", staff="Spots like those before treatment, later than expected.", by_procedure=True
)
def spots_past_expected(moment: Moment) -> Fired | None:
    """`spots` ticked, and h is past `spots_h` (S59)."""
    return _still_there(moment, SPOTS, moment.course.spots_h) if moment.course else None


def _still_there(moment: Moment, sign: Tick, limit_h: float) -> Fired | None:
    if sign in moment.ticks and moment.is_past(limit_h):
        return Fired((moment.seen_tick(sign),), limit_h)
    return None


rule_for_tick("new_patches", Sign.PATCHES, Level.ROUTINE, "S16", staff="New dark or light marks.")


@rule(Level.ROUTINE, "ADD", staff="New bumps or a rash, unlike earlier spots.", by_procedure=True)
def new_bumps(moment: Moment) -> Fired | None:
    """`new_bumps` ticked, from `new_bumps_from_h` on (ADD)."""
    return moment.ticked_from(NEW_BUMPS, moment.limits.new_bumps_from_h)


@rule(
    Level.ROUTINE,
    "S25",
    "S49",
    staff="A dent, a line or a raised scar that was not there before.",
    by_procedure=True,
)
def new_scar(moment: Moment) -> Fired | None:
    """`scar` ticked, from `scar_from_h` on (S25, S49)."""
    return moment.ticked_from(SCAR, moment.limits.scar_from_h)


@rule(Level.ROUTINE, "S37", staff="Feeling sick, or a headache.")
def nausea_or_headache(moment: Moment) -> Fired | None:
    """`nausea` or `headache` ticked (S37)."""
    if moment.ticks.isdisjoint(ILLNESS):
        return None
    return Fired(tuple(moment.seen_tick(tick) for tick in ILLNESS if tick in moment.ticks))
