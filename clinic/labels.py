"""Labels for staff: answers, evidence, treatments, ages and states of messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.utils import timezone

from aftercare.guidance.timeline.recovery_phases import FEVER
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure
from aftercare.triage import Answers, Evidence
from aftercare.ui.times import staff_clock, whole_hours

SEVERITIES = ("None", "Mild", "Moderate", "Severe", "Very severe")
QUESTIONS = MappingProxyType(
    {
        "emergency": "Emergency signs",
        "redness": "Redness",
        "pain": "Pain",
        "painkiller": "Pain medicine",
        "swelling": "Swelling",
        "itch": "Itch",
        "itch_bothers": "Itch stops sleep or daily life",
        "came_back": "Came back",
        "signs": "Signs",
        "unwell": "Feeling ill",
        "want_contact": "Wants a call",
    }
)
WORDS = MappingProxyType(
    {
        "breathing": "Hard to breathe, or wheezing",
        "airway_swelling": "Lips, mouth, tongue or throat swollen, or face swelling up fast",
        "faint": "Faint, confused or very sleepy",
        "eye": "Eye hurts, light hurts it, sight changed, or swollen shut",
        "helped": "Taken, helped",
        "did_not_help": "Taken, did not help",
        "too_soon": "Taken, too soon to tell",
        "not_taken": "Not taken",
        "cannot_take": "Can’t take any",
        "no": "No",
        "redness": "Yes, redness",
        "pain": "Yes, pain",
        "both": "Yes, both",
        "not_sure": "Not sure",
        "pus": "Pus bumps, or yellow or green fluid",
        "cold_sore": "Cold sore, or tingling blisters",
        "spreading": "Redness or darkness that is spreading",
        "hot_sore": "Hot area getting more sore",
        "hives": "Raised, itchy rash",
        "blister_burn": "Burn, big blister, or grey, white or black patch",
        "bleeding": "Still bleeding after 10 min of pressing",
        "lumps": "Firm lumps",
        "patches": "New dark or light marks",
        "bruise": "Bruise",
        "spots": "Spots like before",
        "peeling": "Dry, tight or peeling skin",
        "fever": f"Fever: {FEVER}",
        "flu": "Aching all over",
        "nausea": "Feeling sick",
        "headache": "Headache",
    }
)
# The meaning of a finding's limit in hours, by rule family (the part before the dot).
LIMITS_IN_WORDS = MappingProxyType(
    {
        "past_expected": "Expected to be below moderate after {h} h.",
        "mild_past_expected": "Expected to be gone after {h} h.",
        "severe_redness_late": "Usual until {h} h.",
        "bruise_past_expected": "Expected to be gone after {h} h.",
        "peeling_past_expected": "Expected to be gone after {h} h.",
        "spots_past_expected": "Expected to be gone after {h} h.",
        "small_return": "This rule begins at {h} h.",
        "late_rise": "This rule begins at {h} h.",
        "intense_pain": "Severe pain counts as intense from {h} h on.",
        "hot_sore_area": "Urgent from {h} h on.",
        "early_hot_sore_area": "Same day before {h} h, urgent from then on.",
    }
)
NOT_ANSWERED = "Not answered"
NOT_ASKED = "Not asked"
# Follow-up questions, by the question whose answer must be at least moderate.
FOLLOW_UPS = MappingProxyType({"painkiller": "pain", "itch_bothers": "itch"})
MODERATE = 2

SHOWN_IN_HOURS = 168  # hours since the procedure; longer spans are shown in days

# A sent message was accepted by the mail server; whether it was read is not known.
STATES = {
    Message.State.PENDING: "waiting",
    Message.State.SENDING: "being sent",
    Message.State.RETRYING: "not sent yet, is tried again",
    Message.State.SENT: "handed over",
    Message.State.FAILED: "could not be sent",
    Message.State.WITHDRAWN: "not sent, no longer needed",
}


def answer_words(value: Any) -> str:
    """Return the label of a stored answer: a severity 0 to 4, a boolean, a choice, a list of ticks, or None."""
    if value is None:
        return NOT_ANSWERED
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return SEVERITIES[value]
    if isinstance(value, str):
        return WORDS[value]
    return "; ".join(WORDS[tick] for tick in value) if value else "None of these"


def all_answers(answers: Answers) -> dict[str, str]:
    """Return the label of every answer by question, in the order of the form."""
    stored = answers.to_json()
    return {
        key: NOT_ASKED if stored[key] is None and was_skipped(key, stored) else answer_words(stored[key])
        for key in QUESTIONS
    }


def was_skipped(key: str, stored: Mapping[str, Any]) -> bool:
    """Return whether the form left out a follow-up question, because the answer before it was below moderate."""
    if key not in FOLLOW_UPS:
        return False
    before = stored[FOLLOW_UPS[key]]
    return before is None or before < MODERATE


def hours_words(hours: float | None) -> str:
    """Return hours since the procedure as "70 h"; an empty string for None."""
    return "" if hours is None else f"{whole_hours(hours)} h"


def when_words(item: Evidence, now: datetime) -> str:
    """Return "at 46 h (Sun 10:05)", or "(Sun 10:05)" without a procedure."""
    clock = f"({staff_clock(item.at, now)})"
    return f"at {hours_words(item.hours)} {clock}" if item.hours is not None else clock


def evidence_lines(evidence: Iterable[Evidence], now: datetime) -> list[str]:
    """Return one line per question behind a finding: "Redness: mild at 46 h (Sun 10:05), severe at 70 h (09:41)"."""
    by_key: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_key.setdefault(item.key, []).append(item)
    lines = []
    for key, items in by_key.items():
        if key == "at_risk":
            lines.append("The patient is marked as at risk")
            continue
        by_time = groupby(sorted(items, key=lambda item: item.at), key=lambda item: when_words(item, now))
        said = [f"{values_words(group)} {when}" for when, group in by_time]
        lines.append(f"{QUESTIONS[key]}: {', '.join(said)}")
    return lines


def values_words(items: Iterable[Evidence]) -> str:
    """Return the answers of one instant: "feeling sick and headache"."""
    return " and ".join(dict.fromkeys(lower_first(answer_words(item.value)) for item in items))


def short_evidence(evidence: Iterable[Evidence]) -> str:
    """Return a finding's evidence in short: "Mild to severe at 70 h"; for a plain tick only the hours."""
    ordered = sorted(evidence, key=lambda item: item.at)
    values = [SEVERITIES[item.value].lower() for item in ordered if type(item.value) is int]
    hours = ordered[-1].hours if ordered else None
    words = " to ".join(dict.fromkeys(values))
    return upper_first(f"{words} at {hours_words(hours)}".strip() if hours is not None else words)


def limit_words(rule: str, limit_h: float | None) -> str:
    """Return the meaning of the limit that was passed; an empty string if the finding has none."""
    if limit_h is None:
        return ""
    return LIMITS_IN_WORDS[rule.split(".", maxsplit=1)[0]].format(h=f"{limit_h:g}")


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def treatment_words(procedure: Procedure | None, now: datetime) -> str:
    """Return "Microneedling, cheeks, 70 h"."""
    if procedure is None:
        return "No procedure recorded"
    hours = procedure.hours_at(now)
    age = f"{whole_hours(hours)} h" if hours < SHOWN_IN_HOURS else f"{whole_hours(hours) // 24} days"
    return f"{procedure.get_kind_display()}, {procedure.area}, {age}"


def age_words(patient: Patient, now: datetime) -> str:
    """Return the age in years in the clinic's time zone; an empty string if the birth date is not known."""
    born = patient.date_of_birth
    if born is None:
        return ""
    today = now.astimezone(patient.clinic.zone).date()
    return str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def state_words(message: Message) -> str:
    """Return the delivery state of a message: when it was handed over, or why not."""
    words = STATES[Message.State(message.state)]
    if message.state == Message.State.SENT and message.finished_at:
        return f"{words} at {timezone.localtime(message.finished_at):%H:%M}"
    return f"{words}: {message.error}" if message.error else words
