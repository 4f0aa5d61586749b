"""Labels for staff: answers, evidence, treatments, ages and states of messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from aftercare.guidance.timeline.recovery_phases import FEVER
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure
from aftercare.triage import Answers, Evidence
from aftercare.ui.counting.sentences import SPAN, Counted, Spoken
from aftercare.ui.times import staff_clock, whole_hours

SEVERITIES = (
    pgettext_lazy("severity", "None"),
    pgettext_lazy("severity", "Mild"),
    pgettext_lazy("severity", "Moderate"),
    pgettext_lazy("severity", "Severe"),
    pgettext_lazy("severity", "Very severe"),
)
QUESTIONS = MappingProxyType(
    {
        "emergency": gettext_lazy("Emergency signs"),
        "redness": gettext_lazy("Redness"),
        "pain": gettext_lazy("Pain"),
        "painkiller": gettext_lazy("Pain medicine"),
        "swelling": gettext_lazy("Swelling"),
        "itch": gettext_lazy("Itch"),
        "itch_bothers": gettext_lazy("Itch stops sleep or daily life"),
        "came_back": gettext_lazy("Came back"),
        "signs": gettext_lazy("Signs"),
        "unwell": gettext_lazy("Feeling ill"),
        "want_contact": gettext_lazy("Wants a call"),
    }
)
WORDS = MappingProxyType(
    {
        "breathing": gettext_lazy("Hard to breathe, or wheezing"),
        "airway_swelling": gettext_lazy("Lips, mouth, tongue or throat swollen, or face swelling up fast"),
        "faint": gettext_lazy("Faint, confused or very sleepy"),
        "eye": gettext_lazy("Eye hurts, light hurts it, sight changed, or swollen shut"),
        "droop": gettext_lazy("Face droops suddenly, arm weak, or speech slurred"),
        "numbing": gettext_lazy("After numbing cream: ringing ears, metal taste, twitching, or fit"),
        "helped": gettext_lazy("Taken, helped"),
        "did_not_help": gettext_lazy("Taken, did not help"),
        "too_soon": gettext_lazy("Taken, too soon to tell"),
        "not_taken": gettext_lazy("Not taken"),
        "cannot_take": gettext_lazy("Can’t take any"),
        "no": gettext_lazy("No"),
        "redness": gettext_lazy("Yes, redness"),
        "pain": gettext_lazy("Yes, pain"),
        "both": gettext_lazy("Yes, both"),
        "not_sure": gettext_lazy("Not sure"),
        "pus": gettext_lazy("Pus bumps, or yellow or green fluid"),
        "open_sore": gettext_lazy("Open or weeping sore"),
        "cold_sore": gettext_lazy("Cold sore, or tingling blisters"),
        "spreading": gettext_lazy("Redness or darkness that is spreading"),
        "hot_sore": gettext_lazy("Hot area getting more sore"),
        "hives": gettext_lazy("Raised, itchy rash"),
        "blister_burn": gettext_lazy("Burn, big blister, or grey, white or black patch"),
        "bleeding": gettext_lazy("Still bleeding after 10 min of pressing"),
        "numb_weak": gettext_lazy("Treated area partly numb, or muscles weak"),
        "lumps": gettext_lazy("Firm lumps"),
        "new_bumps": gettext_lazy("New bumps or rash, unlike earlier spots"),
        "scaly": gettext_lazy("Scaly, itchy, raised patches"),
        "scar": gettext_lazy("New dent, line or raised scar"),
        "patches": gettext_lazy("New dark or light marks"),
        "bruise": gettext_lazy("Bruise"),
        "spots": gettext_lazy("Spots like before"),
        "peeling": gettext_lazy("Dry, tight or peeling skin"),
        "fever": format_lazy(gettext_lazy("Fever: {fever}"), fever=FEVER),
        "flu": gettext_lazy("Aching all over"),
        "nausea": gettext_lazy("Feeling sick"),
        "vomiting": gettext_lazy("Vomiting"),
        "headache": gettext_lazy("Headache"),
    }
)
# The meaning of a finding's limit in hours, by rule family (the part before the dot).
LIMITS_IN_WORDS = MappingProxyType(
    {
        "past_expected": gettext_lazy("Expected to be below moderate after %(hours)s h."),
        "mild_past_expected": gettext_lazy("Expected to be gone after %(hours)s h."),
        "severe_redness_late": gettext_lazy("Usual until %(hours)s h."),
        "bruise_past_expected": gettext_lazy("Expected to be gone after %(hours)s h."),
        "peeling_past_expected": gettext_lazy("Expected to be gone after %(hours)s h."),
        "spots_past_expected": gettext_lazy("Expected to be gone after %(hours)s h."),
        "small_return": gettext_lazy("This rule begins at %(hours)s h."),
        "late_rise": gettext_lazy("This rule begins at %(hours)s h."),
        "intense_pain": gettext_lazy("Severe pain counts as intense from %(hours)s h on."),
        "numb_or_weak": gettext_lazy("This rule begins at %(hours)s h."),
        "late_open_sore": gettext_lazy("Urgent from %(hours)s h on."),
        "late_lumps": gettext_lazy("Urgent from %(hours)s h on."),
        "scaly_patches": gettext_lazy("This rule begins at %(hours)s h."),
        "late_new_bumps": gettext_lazy("Same day from %(hours)s h on."),
        "new_bumps": gettext_lazy("This rule begins at %(hours)s h."),
        "new_scar": gettext_lazy("This rule begins at %(hours)s h."),
        "hot_sore_area": gettext_lazy("Urgent from %(hours)s h on."),
        "early_hot_sore_area": gettext_lazy("Same day before %(hours)s h, urgent from then on."),
    }
)
NOT_ANSWERED = gettext_lazy("Not answered")
NOT_ASKED = gettext_lazy("Not asked")
# Follow-up questions, by the question whose answer must be at least moderate.
FOLLOW_UPS = MappingProxyType({"painkiller": "pain", "itch_bothers": "itch"})
MODERATE = 2

# A sent message was accepted by the mail server; whether it was read is not known.
STATES = {
    Message.State.PENDING: gettext_lazy("waiting"),
    Message.State.SENDING: gettext_lazy("being sent"),
    Message.State.RETRYING: gettext_lazy("not sent yet, is tried again"),
    Message.State.SENT: gettext_lazy("handed over"),
    Message.State.FAILED: gettext_lazy("could not be sent"),
    Message.State.WITHDRAWN: gettext_lazy("not sent, no longer needed"),
}


def answer_words(value: Any) -> str:
    """Return the label of a stored answer: a severity 0 to 4, a boolean, a choice, a list of ticks, or None."""
    if value is None:
        return str(NOT_ANSWERED)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return str(SEVERITIES[value])
    if isinstance(value, str):
        return str(WORDS[value])
    return "; ".join(str(WORDS[tick]) for tick in value) if value else _("None of these")


def all_answers(answers: Answers) -> dict[str, str]:
    """Return the label of every answer by question, in the order of the form."""
    stored = answers.to_json()
    return {
        key: str(NOT_ASKED) if stored[key] is None and was_skipped(key, stored) else answer_words(stored[key])
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
    return "" if hours is None else _("%(hours)s h") % {"hours": whole_hours(hours)}


def when_words(item: Evidence, now: datetime) -> str:
    """Return "at 46 h (Sun 10:05)", or "(Sun 10:05)" without a procedure."""
    clock = f"({staff_clock(item.at, now)})"
    if item.hours is None:
        return clock
    return _("at %(hours)s %(clock)s") % {"hours": hours_words(item.hours), "clock": clock}


def evidence_lines(evidence: Iterable[Evidence], now: datetime) -> list[str]:
    """Return one line per question behind a finding: "Redness: mild at 46 h (Sun 10:05), severe at 70 h (09:41)"."""
    by_key: dict[str, list[Evidence]] = {}
    for item in evidence:
        by_key.setdefault(item.key, []).append(item)
    lines = []
    for key, items in by_key.items():
        if key == "at_risk":
            lines.append(_("The patient is marked as at risk"))
            continue
        by_time = groupby(sorted(items, key=lambda item: item.at), key=lambda item: when_words(item, now))
        said = [
            _("%(answers)s %(when)s") % {"answers": values_words(group), "when": when}
            for when, group in by_time
        ]
        lines.append(
            _("%(question)s: %(answers)s") % {"question": QUESTIONS[key], "answers": ", ".join(said)}
        )
    return lines


def values_words(items: Iterable[Evidence]) -> str:
    """Return the answers of one instant: "feeling sick and headache"."""
    said = list(dict.fromkeys(lower_first(answer_words(item.value)) for item in items))
    return all_of(said)


def all_of(said: Sequence[str]) -> str:
    """Return the items joined with "and": "feeling sick and headache"."""
    together = said[0]
    for words in said[1:]:
        together = _("%(first)s and %(second)s") % {"first": together, "second": words}
    return together


def short_evidence(evidence: Iterable[Evidence]) -> str:
    """Return a finding's evidence in short: "Mild to severe at 70 h"; for a plain tick only the hours."""
    ordered = sorted(evidence, key=lambda item: item.at)
    said = (str(SEVERITIES[item.value]).lower() for item in ordered if type(item.value) is int)
    values = list(dict.fromkeys(said))
    hours = ordered[-1].hours if ordered else None
    words = values[0] if values else ""
    for value in values[1:]:
        words = _("%(first)s to %(second)s") % {"first": words, "second": value}
    if hours is None:
        return upper_first(words)
    named = {"answers": words, "hours": hours_words(hours)}
    return upper_first(_("%(answers)s at %(hours)s") % named if words else _("at %(hours)s") % named)


def limit_words(rule: str, limit_h: float | None) -> str:
    """Return the meaning of the limit that was passed; an empty string if the finding has none."""
    if limit_h is None:
        return ""
    return LIMITS_IN_WORDS[rule.split(".", maxsplit=1)[0]] % {"hours": f"{limit_h:g}"}


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def treatment_words(procedure: Procedure | None, now: datetime) -> str:
    """Return "Microneedling, cheeks, 70 h"."""
    return treatment(procedure).words(now) if procedure else _("No procedure recorded")


def treatment(procedure: Procedure) -> Counted:
    """Return the same as a sentence that an open page counts on."""
    named = {"kind": procedure.get_kind_display(), "area": procedure.area_words, "age": SPAN}
    return Counted(
        instant=procedure.performed_at,
        after=_("%(kind)s, %(area)s, %(age)s") % named,
        spoken=Spoken.TREATED,
    )


def age_words(patient: Patient, now: datetime) -> str:
    """Return the age in years in the clinic's time zone; an empty string if the birth date is not known."""
    born = patient.date_of_birth
    if born is None:
        return ""
    today = now.astimezone(patient.clinic.zone).date()
    return str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def state_words(message: Message) -> str:
    """Return the delivery state of a message: when it was handed over, or why not."""
    words = str(STATES[Message.State(message.state)])
    if message.state == Message.State.SENT and message.finished_at:
        clock = date_format(timezone.localtime(message.finished_at), pgettext("date format", "H:i"))
        return _("%(state)s at %(clock)s") % {"state": words, "clock": clock}
    return _("%(state)s: %(error)s") % {"state": words, "error": message.error} if message.error else words
