"""Reasons for a level in the patient's words: the answers that count, never the name of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.wording import SHORT, severity_word, tick_word
from aftercare.triage import Evidence, Finding

NAMED_BY_WEEKDAY = 6  # days: further back, a weekday could be ambiguous
NOW = timedelta(minutes=5)


class Reason(NamedTuple):
    """A line of reasons: the sign, in bold, and what was answered."""

    bold: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Instant of reading, the time zone in which days are named, and the clinic's own days of check-ins."""

    now: datetime
    zone: ZoneInfo
    days: Sequence[int] | None = None

    def is_now(self, at: datetime) -> bool:
        return abs(self.now - at) <= NOW

    def when(self, at: datetime) -> str:
        """Return "today at 07:50", "on Thursday" or "on 12 November"."""
        local = at.astimezone(self.zone)
        days = (self.now.astimezone(self.zone).date() - local.date()).days
        if days == 0:
            return gettext("today at %(clock)s") % {
                "clock": date_format(local, pgettext("date format", "H:i"))
            }
        if 0 < days <= NAMED_BY_WEEKDAY:
            return gettext("on %(day)s") % {"day": date_format(local, pgettext("date format", "l"))}
        return gettext("on %(day)s") % {"day": date_format(local, pgettext("date format", "j F"))}

    def said(self, item: Evidence) -> str:
        """Return "Now it is severe." or "On Thursday it was severe." """
        if self.is_now(item.at):
            return gettext("Now it is %(severity)s.") % {"severity": severity(item)}
        when = self.when(item.at)
        said = {"when": f"{when[0].upper()}{when[1:]}", "severity": severity(item)}
        return gettext("%(when)s it was %(severity)s.") % said

    def said_before(self, item: Evidence) -> str:
        """Return "It was mild on Thursday."."""
        if self.is_now(item.at):
            return gettext("It was %(severity)s.") % {"severity": severity(item)}
        return gettext("It was %(severity)s %(when)s.") % {
            "severity": severity(item),
            "when": self.when(item.at),
        }


Words = Callable[[Finding, Clock], Reason]


def severity(item: Evidence) -> str:
    """Return a severity within a sentence; 0 is "gone"."""
    return severity_word(int(item.value)).lower() if item.value else gettext("gone")


def fixed(bold: Promise, text: Promise | str = "") -> Words:
    """Return words that do not depend on the answers."""
    return lambda _finding, _clock: Reason(str(bold), str(text))


def level_of(symptom: str, extra: Promise | str = "") -> Words:
    """Return "Pain: severe." """
    return lambda finding, _clock: Reason(answer(symptom, finding.evidence[0]), str(extra))


def answer(symptom: str, item: Evidence) -> str:
    """Return "Pain: severe."."""
    return gettext("%(symptom)s: %(severity)s.") % {"symptom": SHORT[symptom], "severity": severity(item)}


WENT_UP = {
    "redness": _("Redness went up."),
    "pain": _("Pain went up."),
    "swelling": _("Swelling went up."),
    "itch": _("Itch went up."),
}
CAME_BACK = {
    "redness": _("Redness came back."),
    "pain": _("Pain came back."),
    "both": _("Redness and pain came back."),
}


def rose(symptom: str) -> Words:
    """Return the rise from the lowest value to the current one."""

    def words(finding: Finding, clock: Clock) -> Reason:
        low, high = finding.evidence
        return Reason(str(WENT_UP[symptom]), f"{clock.said_before(low)} {clock.said(high)}")

    return words


def came_back(finding: Finding, _clock: Clock) -> Reason:
    """Return what the patient reported as having come back."""
    subject = str(finding.evidence[0].value)
    return Reason(str(CAME_BACK[subject]), gettext("You told us that it got better first."))


def with_fever(finding: Finding, _clock: Clock) -> Reason:
    return Reason(
        gettext("A fever, and a sign on your skin."),
        " ".join(_sign(item) for item in finding.evidence[1:]),
    )


def _sign(item: Evidence) -> str:
    if item.key == "signs":
        return gettext("%(sign)s.") % {"sign": tick_word("signs", str(item.value))}
    return answer(item.key, item)


def ill(finding: Finding, _clock: Clock) -> Reason:
    said = (tick_word("unwell", str(item.value)) for item in finding.evidence)
    return Reason(" ".join(gettext("%(sign)s.") % {"sign": sign} for sign in said))


def itch(finding: Finding, _clock: Clock) -> Reason:
    bothers = len(finding.evidence) > 1
    extra = gettext("It stops you sleeping or doing what you need to do.") if bothers else ""
    return Reason(answer("itch", finding.evidence[0]), extra)


MEDICINE = _("Pain medicine did not help.")
SHADES = _("It can look darker, purple or grey.")
LATE = _("It usually eases sooner than this.")
LUMPS = fixed(_("Firm lumps."))
OPEN_SORE = fixed(_("An open or weeping sore."))
NEW_BUMPS = fixed(_("New bumps or a rash, not like spots you had before."))
HOT_AREA = fixed(_("A hot area that is getting more sore."))

# Reason and subject by rule: of two rules about one subject, only the more severe is named.
WORDS: Mapping[str, tuple[str, Words]] = {
    "trouble_breathing": ("breathing", fixed(_("Hard to breathe, or wheezing."))),
    "airway_swelling": (
        "airway",
        fixed(_("Lips, mouth, tongue or throat swollen, or face swelling up fast.")),
    ),
    "faint_or_confused": ("faint", fixed(_("Faint, confused or very sleepy."))),
    "eye_involved": ("eye", fixed(_("Eye hurts, light hurts it, sight changed, or swollen shut."))),
    "stroke_signs": (
        "stroke",
        fixed(_("One side of the face droops suddenly, an arm is weak, or speech is slurred.")),
    ),
    "numbing_reaction": (
        "numbing",
        fixed(_("After numbing cream: ringing ears, a metal taste, twitching, or a fit.")),
    ),
    "hives_with_vomiting": ("hives", fixed(_("A raised, itchy rash, and being sick (vomiting)."))),
    "spreading_with_fever": (
        "spreading",
        fixed(_("Redness or darkness that spreads, and a fever.")),
    ),
    "reported_return": ("return", came_back),
    "sudden_return.redness": ("rise of redness", rose("redness")),
    "sudden_return.pain": ("rise of pain", rose("pain")),
    "severe_pain_not_relieved": ("pain", level_of("pain", MEDICINE)),
    "intense_pain": ("pain", level_of("pain")),
    "pus": ("pus", fixed(_("Pus bumps, or yellow or green fluid."))),
    "cold_sore": ("cold sore", fixed(_("A cold sore, or tingling blisters."))),
    "spreading": ("spreading", fixed(_("Redness or darkness that is spreading."))),
    "fever_with_local_signs": ("fever", with_fever),
    "hives": ("hives", fixed(_("A raised, itchy rash."))),
    "extreme_swelling": ("swelling", level_of("swelling")),
    "blister_or_burn": ("burn", fixed(_("A burn, a big blister, or a grey, white or black patch."))),
    "bleeding": ("bleeding", fixed(_("Still bleeding after 10 minutes of pressing."))),
    "hot_sore_area": ("hot area", HOT_AREA),
    "numb_or_weak": ("numb", fixed(_("A part of the treated area is numb, or muscles there are weak."))),
    "late_open_sore": ("open sore", OPEN_SORE),
    "late_lumps": ("lumps", LUMPS),
    "at_risk_patient": (
        "risk",
        fixed(
            _("Your skin may need more care."),
            _("Before treatment you told us something that can slow healing. So call us sooner than others."),
        ),
    ),
    "severe_pain": ("pain", level_of("pain")),
    "severe_swelling": ("swelling", level_of("swelling")),
    "bothersome_itch": ("itch", itch),
    "past_expected.redness": ("redness", level_of("redness", LATE)),
    "past_expected.pain": ("pain", level_of("pain", LATE)),
    "past_expected.swelling": ("swelling", level_of("swelling", LATE)),
    "past_expected.itch": ("itch", level_of("itch", LATE)),
    "severe_redness_late": ("redness", level_of("redness", LATE)),
    "small_return.redness": ("rise of redness", rose("redness")),
    "small_return.pain": ("rise of pain", rose("pain")),
    "unsure_return": ("return", fixed(_("Redness or pain may have come back. You were not sure."))),
    "moderate_pain_not_relieved": ("pain", level_of("pain", MEDICINE)),
    "fever": ("fever", fixed(_("A fever: 38°C (100.4°F) or more, or hot and shivery."))),
    "early_hot_sore_area": ("hot area", HOT_AREA),
    "lumps": ("lumps", LUMPS),
    "open_sore": ("open sore", OPEN_SORE),
    "scaly_patches": ("scaly", fixed(_("Scaly, itchy, raised patches."))),
    "late_new_bumps": ("bumps", NEW_BUMPS),
    "vomiting": ("vomiting", fixed(_("Being sick (vomiting)."))),
    "flu_like": ("flu", fixed(_("Aching all over."))),
    "late_rise.swelling": ("rise of swelling", rose("swelling")),
    "late_rise.itch": ("rise of itch", rose("itch")),
    "contact_requested": ("call", fixed(_("You asked us to call you."))),
    "mild_past_expected.redness": ("redness", level_of("redness", LATE)),
    "mild_past_expected.pain": ("pain", level_of("pain", LATE)),
    "mild_past_expected.swelling": ("swelling", level_of("swelling", LATE)),
    "mild_past_expected.itch": ("itch", level_of("itch", LATE)),
    "bruise_past_expected": ("bruise", fixed(_("A bruise that is still there."))),
    "peeling_past_expected": ("peeling", fixed(_("Dry, tight or peeling skin that is still there."))),
    "spots_past_expected": ("spots", fixed(_("Spots that are still there."))),
    "new_patches": ("patches", fixed(_("New dark or light marks."))),
    "new_bumps": ("bumps", NEW_BUMPS),
    "new_scar": ("scar", fixed(_("A dent, a line or a raised scar that was not there before."))),
    "nausea_or_headache": ("ill", ill),
}

_ORDER = {rule: place for place, rule in enumerate(WORDS)}


# What each rule is about that speaks of redness: it looks otherwise on brown and black skin.
_OF_REDNESS = {"spreading", "redness", "rise of redness"}


def reasons(findings: Iterable[Finding], clock: Clock) -> list[Reason]:
    """Return the reasons, most severe first; KeyError for a rule without a text."""
    worst: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda finding: (-finding.level.rank, _ORDER[finding.rule])):
        worst.setdefault(WORDS[finding.rule][0], finding)
    by_subject = {subject: WORDS[finding.rule][1](finding, clock) for subject, finding in worst.items()}
    returned = _returned(worst.get("return"))
    _drop_repeats(by_subject, returned)
    is_return_of_redness = "return" in worst and "redness" in (returned or ("redness",))
    _add_shades(by_subject, _OF_REDNESS | ({"return"} if is_return_of_redness else set()))
    return list(by_subject.values())


def _returned(finding: Finding | None) -> tuple[str, ...]:
    """Return the symptoms that the patient reported as back; empty where the patient was not sure."""
    if finding is None or finding.rule != "reported_return":
        return ()
    value = str(finding.evidence[0].value)
    return ("redness", "pain") if value == "both" else (value,)


def _add_shades(by_subject: dict[str, Reason], of_redness: set[str]) -> None:
    """Add once, at redness, that it looks different on brown and black skin."""
    first = next((subject for subject in by_subject if subject in of_redness), None)
    if first is not None:
        reason = by_subject[first]
        by_subject[first] = Reason(reason.bold, f"{reason.text} {SHADES}".strip())


def _drop_repeats(by_subject: dict[str, Reason], returned: tuple[str, ...]) -> None:
    """Drop repeated symptoms: a rise says more than that a symptom came back or takes long."""
    for subject, reason in list(by_subject.items()):
        if reason.text == str(LATE) and f"rise of {subject}" in by_subject:
            del by_subject[subject]
    rises = {f"rise of {symptom}": symptom for symptom in returned}
    for rise, symptom in rises.items():
        if rise in by_subject:
            by_subject[rise] = Reason(str(CAME_BACK[symptom]), by_subject[rise].text)
    if rises and by_subject.keys() >= rises.keys():
        del by_subject["return"]
