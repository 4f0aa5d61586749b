"""Advice to the patient by level; stored verbatim with the check-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from aftercare.checkins.advice.deadlines import TOO_LATE, call_by, closed_words, today_or_tonight
from aftercare.checkins.advice.next_steps import next_steps, taking_longer, tell_them
from aftercare.checkins.advice.reasons import Clock, Reason, reasons
from aftercare.checkins.wording import knows_nothing
from aftercare.people.clinics.clinic_phones import Contact, Phone, clock_word, contact_at
from aftercare.people.models import Clinic, Patient, Procedure
from aftercare.triage import Entry, Finding, Level
from aftercare.ui.telephones import kept


class Advice(TypedDict):
    """Stored advice: sentences ready to display; a list is empty if the level has none."""

    headline: str
    lead: str
    phones: list[dict[str, str]]  # (who, number as E.164 or short number); the first is to be called
    call_back: str  # number (E.164) on which the clinic calls the patient, or ""
    tell_them: list[str]
    reasons: list[dict[str, str]]  # (bold part, rest)
    meaning: str
    notes: list[str]
    longer: list[dict[str, str]]  # (bold part, rest)
    next: list[dict[str, str]]  # (bold part, rest)
    sooner: list[str]
    meanwhile: list[str]
    emergency_number: str
    emergency_signs: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that the texts depend on."""

    patient: Patient
    clinic: Clinic
    procedure: Procedure | None
    entry: Entry
    findings: list[Finding]
    clock: Clock

    @property
    def contact(self) -> Contact:
        """The clinic's telephones; lazy, because it evaluates the opening hours."""
        return contact_at(self.clinic, self.clock.now)

    @property
    def local_now(self) -> datetime:
        return self.clock.now.astimezone(self.clock.zone)


EMERGENCY_SIGNS = [
    "it is hard to breathe, or you wheeze",
    "your lips, mouth, tongue or throat swell, or your face swells up fast",
    "you feel faint, confused or very sleepy",
    "your eye hurts, light hurts it, your sight changes, or it swells shut",
    "redness or darkness spreads, and you get a fever: 38°C (100.4°F) or more, or hot and shivery",
]
CALL_SOONER = [
    "redness or pain comes back after it had eased, or skin turns darker, purple or grey",
    "redness, pain or swelling gets worse",
    "you see pus, a cold sore, or a raised, itchy rash",
    "an area is hot and getting more sore, or redness or darkness spreads",
    "you get a fever: 38°C (100.4°F) or more, or hot and shivery",
]
UNTIL_THEN = [
    "Do not squeeze or pick.",
    "Wash your hands before you touch the treated skin.",
    "Do not wait for an answer here, by e-mail or on social media.",
]
INFECTION_RULES = frozenset(
    {"reported_return", "sudden_return", "pus", "spreading", "fever_with_local_signs", "hot_sore_area"}
)
A_PERSON = "A form cannot tell. A person needs to hear from you."


def advise(
    *,
    patient: Patient,
    procedure: Procedure | None,
    entry: Entry,
    level: Level,
    findings: list[Finding],
    now: datetime,
) -> Advice:
    """Return the advice for a check-in of `level`.

    `findings`: those of the check-in, and those that it revealed on later check-ins.
    """
    clinic = patient.clinic
    situation = Situation(
        patient=patient,
        clinic=clinic,
        procedure=procedure,
        entry=entry,
        findings=findings,
        clock=Clock(now, clinic.zone),
    )
    advice = blank(clinic)
    _BY_LEVEL[level](situation, advice)
    return advice


def blank(clinic: Clinic) -> Advice:
    return Advice(
        headline="",
        lead="",
        phones=[],
        call_back="",
        tell_them=[],
        reasons=[],
        meaning="",
        notes=[],
        longer=[],
        next=[],
        sooner=[],
        meanwhile=[],
        emergency_number=clinic.emergency_number,
        emergency_signs=[],
    )


def emergency(situation: Situation, advice: Advice) -> None:
    """Emergency: call the emergency number now; do not wait; do not drive."""
    number = situation.clinic.emergency_number
    advice["headline"] = f"Call {number} now"
    advice["lead"] = "Do not wait for us. Do not drive."
    advice["phones"] = [{"who": "", "number": number}]
    advice["tell_them"] = tell_them(
        situation.procedure, situation.entry, situation.findings, situation.clock.now
    )
    also = "the clinic" if situation.contact.is_open else "the clinic’s out-of-hours line"
    advice["notes"] = [
        f"Your answers are saved. The clinic will read them, but nobody may be reading now. "
        f"Only {number} can send help to you.",
        f"After you call {number}, you can also tell {also}.",
    ]


def urgent(situation: Situation, advice: Advice) -> None:
    """Urgent: call the clinic now; closed or no answer: the out-of-hours line. Today, not tomorrow (S2, S17)."""
    part = today_or_tonight(situation.local_now)
    out_of_hours, contact = situation.clinic.out_of_hours_telephone, situation.contact
    if contact.is_open:
        first = contact.phones[0]
        advice["headline"] = f"Call the clinic now. {part}, not tomorrow."
        advice["lead"] = "No answer? Call the out-of-hours line."
        second = Phone("No answer? Out-of-hours line", out_of_hours, False)
        advice["phones"] = as_rows((first, second))
    else:
        advice["headline"] = f"Call now. {part}, not tomorrow."
        advice["lead"] = (
            f"{closed_words(situation.clinic.hours, situation.clock.now)} Call the out-of-hours line."
        )
        advice["phones"] = as_rows(contact.phones)
    explain(situation, advice, Level.SAME_DAY)
    families = {finding.rule.split(".")[0] for finding in situation.findings}
    meaning = [
        *(["This can be a sign of an infection."] if families & INFECTION_RULES else []),
        *(["A raised, itchy rash can be a sign of an allergic reaction."] if "hives" in families else []),
        A_PERSON,
    ]
    advice["meaning"] = " ".join(meaning)
    advice["meanwhile"] = UNTIL_THEN
    advice["emergency_signs"] = EMERGENCY_SIGNS


def same_day(situation: Situation, advice: Advice) -> None:
    """Same day: the clinic calls today; closed or too late: the out-of-hours line."""
    advice["headline"] = "The clinic needs to speak to you today"
    opening = situation.clinic.hours.current(situation.clock.now)
    phones = list(situation.contact.phones)
    call_back = situation.patient.call_back_telephone
    if opening is None:
        closed = closed_words(situation.clinic.hours, situation.clock.now, "The clinic is closed now.")
        advice["lead"] = f"{closed} Call the out-of-hours line today."
    elif opening.closes - situation.clock.now < TOO_LATE:
        closes = clock_word(opening.closes.astimezone(situation.clock.zone), situation.local_now)
        advice["lead"] = f"The clinic closes at {closes}. Call the out-of-hours line today."
        phones = [Phone("Out-of-hours line", situation.clinic.out_of_hours_telephone, True), phones[0]]
    elif not call_back:
        advice["lead"] = "There is no number here to call you on. Please call us today."
    else:
        advice["lead"] = f"No call by {call_by_words(situation)}? Then call us."
        advice["call_back"] = kept(call_back)
    advice["phones"] = as_rows(tuple(phones))
    explain(situation, advice, Level.SAME_DAY)
    advice["sooner"] = CALL_SOONER
    advice["meanwhile"] = UNTIL_THEN
    advice["emergency_signs"] = EMERGENCY_SIGNS


def routine(situation: Situation, advice: Advice) -> None:
    """Routine: on the clinic's list; an answer in two working days; sooner if worse."""
    advice["headline"] = "This is on our list"
    advice["lead"] = "The clinic will reply in 2 working days. If it gets worse, call us sooner."
    explain(situation, advice, Level.ROUTINE)
    follow_up(situation, advice)


def expected(situation: Situation, advice: Advice) -> None:
    """Expected: no warning sign in the answers; the form cannot check skin; call if worried."""
    if knows_nothing(situation.entry.answers):
        advice["headline"] = "Your answers do not tell us enough"
    else:
        advice["headline"] = "Your answers do not show a warning sign today"
    advice["lead"] = "This form cannot check your skin. Worried? Call us, whatever it says here."
    advice["longer"] = lines(taking_longer(situation.procedure, situation.entry, situation.clock))
    follow_up(situation, advice)


def explain(situation: Situation, advice: Advice, from_level: Level) -> None:
    """Return the reasons, from findings of `from_level` and higher."""
    found = [finding for finding in situation.findings if finding.level >= from_level]
    advice["reasons"] = lines(reasons(found, situation.clock))
    advice["next"] = lines(next_steps(situation.procedure, situation.entry, situation.clock, only_soon=True))


def follow_up(situation: Situation, advice: Advice) -> None:
    """Return when to check in again, and when to call instead."""
    advice["next"] = lines(next_steps(situation.procedure, situation.entry, situation.clock))
    advice["sooner"] = CALL_SOONER
    advice["emergency_signs"] = EMERGENCY_SIGNS


def call_by_words(situation: Situation) -> str:
    """Return the sentence with the time of the clinic's call, on the patient's clock if it equals the clinic's."""
    by = call_by(situation.clinic.hours, situation.clock.now)
    assert by is not None  # evaluated only while the clinic is open
    zone = situation.clock.zone
    word = clock_word(by, situation.local_now)
    return word if is_same_clock(situation.patient.zone, zone, by) else f"{word} clinic time"


def is_same_clock(one: ZoneInfo, other: ZoneInfo, at: datetime) -> bool:
    """Return True if two time zones show the same clock at an instant."""
    return one == other or at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset()


def as_rows(phones: tuple[Phone, ...]) -> list[dict[str, str]]:
    return [{"who": phone.who, "number": kept(phone.number)} for phone in phones]


def lines(found: list[Reason]) -> list[dict[str, str]]:
    return [{"bold": reason.bold, "text": reason.text} for reason in found]


_BY_LEVEL: Mapping[Level, Callable[[Situation, Advice], None]] = {
    Level.EMERGENCY: emergency,
    Level.URGENT: urgent,
    Level.SAME_DAY: same_day,
    Level.ROUTINE: routine,
    Level.EXPECTED: expected,
}
