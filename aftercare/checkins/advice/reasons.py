"""Reasons for a level in the patient's words: the answers that count, never the name of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aftercare.checkins.wording import SEVERITIES, tick_word
from aftercare.triage import Evidence, Finding

NAMED_BY_WEEKDAY = 6  # days: further back, a weekday could be ambiguous
CAME_BACK = "came back."
NOW = timedelta(minutes=5)


class Reason(NamedTuple):
    """A line of reasons: the sign, in bold, and what was answered."""

    bold: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Instant of reading, and the time zone in which days are named."""

    now: datetime
    zone: ZoneInfo

    def when(self, at: datetime) -> str:
        """Return "now", "today at 07:50", "on Thursday" or "on 12 November"."""
        if abs(self.now - at) <= NOW:
            return "now"
        local = at.astimezone(self.zone)
        days = (self.now.astimezone(self.zone).date() - local.date()).days
        if days == 0:
            return f"today at {local:%H:%M}"
        return f"on {local:%A}" if 0 < days <= NAMED_BY_WEEKDAY else f"on {local.day} {local:%B}"

    def said(self, item: Evidence) -> str:
        """Return "Now it is severe." or "On Thursday it was severe." """
        word = severity(item)
        when = self.when(item.at)
        return f"Now it is {word}." if when == "now" else f"{when[0].upper()}{when[1:]} it was {word}."


Words = Callable[[Finding, Clock], Reason]


def severity(item: Evidence) -> str:
    """Return a severity within a sentence; 0 is "gone"."""
    return SEVERITIES[int(item.value)].lower() if item.value else "gone"


def level_of(symptom: str, extra: str = "") -> Words:
    """Return "Pain: severe." """
    return lambda finding, _clock: Reason(f"{symptom}: {severity(finding.evidence[0])}.", extra)


def rose(symptom: str) -> Words:
    """Return the rise from the lowest value to the current one."""

    def words(finding: Finding, clock: Clock) -> Reason:
        low, high = finding.evidence
        when = clock.when(low.at)
        before = "It was " + severity(low) + ("." if when == "now" else f" {when}.")
        return Reason(f"{symptom} went up.", f"{before} {clock.said(high)}")

    return words


def came_back(finding: Finding, _clock: Clock) -> Reason:
    """Return what the patient reported as having come back."""
    subject = {"redness": "Redness", "pain": "Pain", "both": "Redness and pain"}[
        str(finding.evidence[0].value)
    ]
    return Reason(f"{subject} {CAME_BACK}", "You told us that it got better first.")


def with_fever(finding: Finding, _clock: Clock) -> Reason:
    return Reason(
        "A fever, and a sign on your skin.",
        " ".join(_sign(item) for item in finding.evidence[1:]),
    )


def _sign(item: Evidence) -> str:
    if item.key == "signs":
        return f"{tick_word('signs', str(item.value))}."
    return f"{item.key.capitalize()}: {severity(item)}."


def ill(finding: Finding, _clock: Clock) -> Reason:
    return Reason(" ".join(f"{tick_word('unwell', str(item.value))}." for item in finding.evidence))


def itch(finding: Finding, _clock: Clock) -> Reason:
    bothers = len(finding.evidence) > 1
    extra = "It stops you sleeping or doing what you need to do." if bothers else ""
    return Reason(f"Itch: {severity(finding.evidence[0])}.", extra)


MEDICINE = "Pain medicine did not help."
SHADES = "It can look darker, purple or grey."
LATE = "It usually eases sooner than this."
HOT_AREA = Reason("A hot area that is getting more sore.")

# Reason and subject by rule: of two rules about one subject, only the more severe is named.
WORDS: Mapping[str, tuple[str, Reason | Words]] = {
    "trouble_breathing": ("breathing", Reason("Hard to breathe, or wheezing.")),
    "airway_swelling": (
        "airway",
        Reason("Lips, mouth, tongue or throat swollen, or face swelling up fast."),
    ),
    "faint_or_confused": ("faint", Reason("Faint, confused or very sleepy.")),
    "eye_involved": ("eye", Reason("Eye hurts, light hurts it, sight changed, or swollen shut.")),
    "spreading_with_fever": (
        "spreading",
        Reason("Redness or darkness that spreads, and a fever."),
    ),
    "reported_return": ("return", came_back),
    "sudden_return.redness": ("rise of redness", rose("Redness")),
    "sudden_return.pain": ("rise of pain", rose("Pain")),
    "severe_pain_not_relieved": ("pain", level_of("Pain", MEDICINE)),
    "intense_pain": ("pain", level_of("Pain")),
    "pus": ("pus", Reason("Pus bumps, or yellow or green fluid.")),
    "cold_sore": ("cold sore", Reason("A cold sore, or tingling blisters.")),
    "spreading": ("spreading", Reason("Redness or darkness that is spreading.")),
    "fever_with_local_signs": ("fever", with_fever),
    "hives": ("hives", Reason("A raised, itchy rash.")),
    "extreme_swelling": ("swelling", level_of("Swelling")),
    "blister_or_burn": ("burn", Reason("A burn, a big blister, or a grey, white or black patch.")),
    "bleeding": ("bleeding", Reason("Still bleeding after 10 minutes of pressing.")),
    "hot_sore_area": ("hot area", HOT_AREA),
    "at_risk_patient": (
        "risk",
        Reason(
            "Your skin may need more care.",
            "Before treatment you told us something that can slow healing. So call us sooner than others.",
        ),
    ),
    "severe_pain": ("pain", level_of("Pain")),
    "severe_swelling": ("swelling", level_of("Swelling")),
    "bothersome_itch": ("itch", itch),
    "past_expected.redness": ("redness", level_of("Redness", LATE)),
    "past_expected.pain": ("pain", level_of("Pain", LATE)),
    "past_expected.swelling": ("swelling", level_of("Swelling", LATE)),
    "past_expected.itch": ("itch", level_of("Itch", LATE)),
    "severe_redness_late": ("redness", level_of("Redness", LATE)),
    "small_return.redness": ("rise of redness", rose("Redness")),
    "small_return.pain": ("rise of pain", rose("Pain")),
    "unsure_return": ("return", Reason("Redness or pain may have come back. You were not sure.")),
    "moderate_pain_not_relieved": ("pain", level_of("Pain", MEDICINE)),
    "fever": ("fever", Reason("A fever: 38°C (100.4°F) or more, or hot and shivery.")),
    "early_hot_sore_area": ("hot area", HOT_AREA),
    "lumps": ("lumps", Reason("Firm lumps.")),
    "flu_like": ("flu", Reason("Aching all over.")),
    "late_rise.swelling": ("rise of swelling", rose("Swelling")),
    "late_rise.itch": ("rise of itch", rose("Itch")),
    "contact_requested": ("call", Reason("You asked us to call you.")),
    "mild_past_expected.redness": ("redness", level_of("Redness", LATE)),
    "mild_past_expected.pain": ("pain", level_of("Pain", LATE)),
    "mild_past_expected.swelling": ("swelling", level_of("Swelling", LATE)),
    "mild_past_expected.itch": ("itch", level_of("Itch", LATE)),
    "bruise_past_expected": ("bruise", Reason("A bruise that is still there.")),
    "peeling_past_expected": ("peeling", Reason("Dry, tight or peeling skin that is still there.")),
    "spots_past_expected": ("spots", Reason("Spots that are still there.")),
    "new_patches": ("patches", Reason("New dark or light marks.")),
    "nausea_or_headache": ("ill", ill),
}

_ORDER = {rule: place for place, rule in enumerate(WORDS)}


def reasons(findings: Iterable[Finding], clock: Clock) -> list[Reason]:
    """Return the reasons, most severe first; KeyError for a rule without a text."""
    by_subject: dict[str, Reason] = {}
    for finding in sorted(findings, key=lambda finding: (-finding.level.rank, _ORDER[finding.rule])):
        subject, words = WORDS[finding.rule]
        if subject not in by_subject:
            by_subject[subject] = words if isinstance(words, Reason) else words(finding, clock)
    return _with_shades(_without_repeats(by_subject))


def _with_shades(found: list[Reason]) -> list[Reason]:
    """Add once, at redness, that it looks different on brown and black skin."""
    place = next((place for place, reason in enumerate(found) if "redness" in reason.bold.lower()), None)
    if place is not None:
        reason = found[place]
        found[place] = Reason(reason.bold, f"{reason.text} {SHADES}".strip())
    return found


def _without_repeats(by_subject: dict[str, Reason]) -> list[Reason]:
    """Drop repeated symptoms: a rise says more than that a symptom came back or takes long."""
    for subject, reason in list(by_subject.items()):
        if reason.text == LATE and f"rise of {subject}" in by_subject:
            del by_subject[subject]
    returned = by_subject.get("return", Reason(""))
    if returned.bold.endswith(CAME_BACK):
        symptoms = [symptom for symptom in ("redness", "pain") if symptom in returned.bold.lower()]
        rises = [f"rise of {symptom}" for symptom in symptoms]
        for symptom, rise in zip(symptoms, rises, strict=True):
            if rise in by_subject:
                bold = f"{symptom.capitalize()} {CAME_BACK}"
                by_subject[rise] = Reason(bold, by_subject[rise].text)
        if by_subject.keys() >= set(rises):
            del by_subject["return"]
    return list(by_subject.values())
