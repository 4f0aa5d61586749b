"""Advice to the patient by level; stored verbatim with the check-in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.advice.deadlines import TOO_LATE, call_by, closed_words, not_tomorrow
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
    _("it is hard to breathe, or you wheeze"),
    _("your lips, mouth, tongue or throat swell, or your face swells up fast"),
    _("you feel faint, confused or very sleepy"),
    _("your eye hurts, light hurts it, your sight changes, or it swells shut"),
    _("one side of your face droops suddenly, an arm gets weak, or your speech slurs"),
    _("you get a raised, itchy rash, and you are being sick (vomiting)"),
    _("redness or darkness spreads, and you get a fever: 38°C (100.4°F) or more, or hot and shivery"),
]
CALL_SOONER = [
    _("redness or pain comes back after it had eased, or skin turns darker, purple or grey"),
    _("redness, pain or swelling gets worse"),
    _("you see pus, a cold sore, or a raised, itchy rash"),
    _("an area is hot and getting more sore, or redness or darkness spreads"),
    _("you get a fever: 38°C (100.4°F) or more, or hot and shivery"),
]
UNTIL_THEN = [
    _("Do not squeeze or pick."),
    _("Wash your hands before you touch the treated skin."),
    _("Do not wait for an answer here, by e-mail or on social media."),
]
INFECTION_RULES = frozenset(
    {
        *("reported_return", "sudden_return", "pus", "spreading", "fever_with_local_signs"),
        *("hot_sore_area", "late_open_sore"),
    }
)
INFECTION = _("This can be a sign of an infection.")
ALLERGY = _("A raised, itchy rash can be a sign of an allergic reaction.")
A_PERSON = _("A form cannot tell. A person needs to hear from you.")


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
        clock=Clock(now, clinic.zone, clinic.check_in_days),
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
    advice["headline"] = gettext("Call %(number)s now") % {"number": number}
    advice["lead"] = gettext("Do not wait for us. Do not drive.")
    advice["phones"] = [{"who": "", "number": number}]
    advice["tell_them"] = tell_them(
        situation.procedure, situation.entry, situation.findings, situation.clock.now
    )
    saved = gettext(
        "Your answers are saved. The clinic will read them, but nobody may be reading now. "
        "Only %(number)s can send help to you."
    )
    if situation.contact.is_open:
        also = gettext("After you call %(number)s, you can also tell the clinic.")
    else:
        also = gettext("After you call %(number)s, you can also tell the clinic’s out-of-hours line.")
    advice["notes"] = [saved % {"number": number}, also % {"number": number}]


def urgent(situation: Situation, advice: Advice) -> None:
    """Urgent: call the clinic now; closed or no answer: the out-of-hours line. Today, not tomorrow (S2, S17)."""
    not_later = not_tomorrow(situation.local_now)
    out_of_hours, contact = situation.clinic.out_of_hours_telephone, situation.contact
    if contact.is_open:
        first = contact.phones[0]
        advice["headline"] = f"{gettext('Call the clinic now.')} {not_later}"
        advice["lead"] = gettext("No answer? Call the out-of-hours line.")
        second = Phone(gettext("No answer? Out-of-hours line"), out_of_hours, False)
        advice["phones"] = as_rows((first, second))
    else:
        advice["headline"] = f"{gettext('Call now.')} {not_later}"
        closed = closed_words(situation.clinic.hours, situation.clock.now)
        advice["lead"] = f"{closed} {gettext('Call the out-of-hours line.')}"
        advice["phones"] = as_rows(contact.phones)
    explain(situation, advice, Level.SAME_DAY)
    families = {finding.rule.split(".")[0] for finding in situation.findings}
    meaning = [
        *([INFECTION] if families & INFECTION_RULES else []),
        *([ALLERGY] if "hives" in families else []),
        A_PERSON,
    ]
    advice["meaning"] = " ".join(map(str, meaning))
    advice["meanwhile"] = said(UNTIL_THEN)
    advice["emergency_signs"] = said(EMERGENCY_SIGNS)


def same_day(situation: Situation, advice: Advice) -> None:
    """Same day: the clinic calls today; closed or too late: the out-of-hours line."""
    advice["headline"] = gettext("The clinic needs to speak to you today")
    opening = situation.clinic.hours.current(situation.clock.now)
    phones = list(situation.contact.phones)
    call_back = situation.patient.call_back_telephone
    if opening is None:
        closed = closed_words(
            situation.clinic.hours, situation.clock.now, gettext("The clinic is closed now.")
        )
        advice["lead"] = f"{closed} {gettext('Call the out-of-hours line today.')}"
    elif opening.closes - situation.clock.now < TOO_LATE:
        closes = clock_word(opening.closes.astimezone(situation.clock.zone), situation.local_now)
        closing = gettext("The clinic closes at %(time)s. Call the out-of-hours line today.")
        advice["lead"] = closing % {"time": closes}
        phones = [
            Phone(gettext("Out-of-hours line"), situation.clinic.out_of_hours_telephone, True),
            phones[0],
        ]
    elif not call_back:
        advice["lead"] = gettext("There is no number here to call you on. Please call us today.")
    else:
        no_call = gettext("No call by %(time)s? Then call us.")
        advice["lead"] = no_call % {"time": call_by_words(situation)}
        advice["call_back"] = kept(call_back)
    advice["phones"] = as_rows(tuple(phones))
    explain(situation, advice, Level.SAME_DAY)
    advice["sooner"] = said(CALL_SOONER)
    advice["meanwhile"] = said(UNTIL_THEN)
    advice["emergency_signs"] = said(EMERGENCY_SIGNS)


def routine(situation: Situation, advice: Advice) -> None:
    """Routine: on the clinic's list; an answer in two working days; sooner if worse."""
    advice["headline"] = gettext("This is on our list")
    advice["lead"] = gettext("The clinic will reply in 2 working days. If it gets worse, call us sooner.")
    explain(situation, advice, Level.ROUTINE)
    follow_up(situation, advice)


def expected(situation: Situation, advice: Advice) -> None:
    """Expected: no warning sign in the answers; the form cannot check skin; call if worried."""
    if knows_nothing(situation.entry.answers):
        advice["headline"] = gettext("Your answers do not tell us enough")
    else:
        advice["headline"] = gettext("Your answers do not show a warning sign today")
    advice["lead"] = gettext("This form cannot check your skin. Worried? Call us, whatever it says here.")
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
    advice["sooner"] = said(CALL_SOONER)
    advice["emergency_signs"] = said(EMERGENCY_SIGNS)


def call_by_words(situation: Situation) -> str:
    """Return the sentence with the time of the clinic's call, on the patient's clock if it equals the clinic's."""
    by = call_by(situation.clinic.hours, situation.clock.now)
    assert by is not None  # evaluated only while the clinic is open
    zone = situation.clock.zone
    word = clock_word(by, situation.local_now)
    if is_same_clock(situation.patient.zone, zone, by):
        return word
    return gettext("%(time)s clinic time") % {"time": word}


def is_same_clock(one: ZoneInfo, other: ZoneInfo, at: datetime) -> bool:
    """Return True if two time zones show the same clock at an instant."""
    return one == other or at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset()


def as_rows(phones: tuple[Phone, ...]) -> list[dict[str, str]]:
    return [{"who": phone.who, "number": kept(phone.number)} for phone in phones]


def said(sentences: Iterable[Promise]) -> list[str]:
    """Return the sentences in the active language, as they are stored."""
    return [str(sentence) for sentence in sentences]


def lines(found: list[Reason]) -> list[dict[str, str]]:
    return [{"bold": reason.bold, "text": reason.text} for reason in found]


_BY_LEVEL: Mapping[Level, Callable[[Situation, Advice], None]] = {
    Level.EMERGENCY: emergency,
    Level.URGENT: urgent,
    Level.SAME_DAY: same_day,
    Level.ROUTINE: routine,
    Level.EXPECTED: expected,
}
