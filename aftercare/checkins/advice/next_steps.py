"""Next steps of a recovery: symptoms that take longer, next check-in, what to say on the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from aftercare.checkins.advice.reasons import Clock, Reason
from aftercare.checkins.wording import SEVERITIES
from aftercare.people.models import Procedure
from aftercare.triage import SYMPTOMS, Entry, Finding, Painkiller
from aftercare.ui.times import span_words

DAILY_UNTIL_H, WEEKLY_UNTIL_H = 7 * 24, 28 * 24
NOUNS = {Procedure.Kind.MICRONEEDLING: "microneedling", Procedure.Kind.RADIOFREQUENCY: "RF microneedling"}
# Signs in the first person, to be read out on the telephone.
SAY = {
    "trouble_breathing": "It is hard to breathe, or I wheeze.",
    "airway_swelling": "My lips, mouth, tongue or throat are swollen, or my face is swelling up fast.",
    "faint_or_confused": "I feel faint, confused or very sleepy.",
    "eye_involved": "My eye hurts, light hurts it, my sight changed, or it is swollen shut.",
    "spreading_with_fever": "Redness or darkness is spreading on my skin, and I have a fever.",
    "hives": "I have a raised, itchy rash.",
}


def tell_them(
    procedure: Procedure | None, entry: Entry, findings: Iterable[Finding], now: datetime
) -> list[str]:
    """Return what to tell the emergency service: the treatment, then the signs."""
    treatment = []
    if procedure and procedure.performed_at <= entry.at:
        ago = span_words(procedure.hours_at(now))
        treatment = [
            f"I had {NOUNS[Procedure.Kind(procedure.kind)]} on my {procedure.area.lower()} {ago} ago."
        ]
    return treatment + [SAY[finding.rule] for finding in findings if finding.rule in SAY]


def taking_longer(procedure: Procedure | None, entry: Entry, clock: Clock) -> list[Reason]:
    """Return a sentence for each symptom past its usual time, with the day to tell the clinic."""
    if procedure is None or entry.course is None:
        return []
    hours = procedure.hours_at(entry.at)
    found = []
    for symptom in SYMPTOMS:
        value: int | None = getattr(entry.answers, symptom)
        course = entry.course.of(symptom)
        if not value or hours <= course.usual_until_h:
            continue
        limit_h = course.tell_us_after_mild_h if value == 1 else course.tell_us_after_h
        until = procedure.performed_at + timedelta(hours=limit_h)
        found.append(
            Reason(
                f"{symptom.capitalize()}: {SEVERITIES[value].lower()}.",
                f"It is usually gone by now. {still_there(until, clock)} If it gets worse, tell us the same day.",
            )
        )
    return found


def still_there(until: datetime, clock: Clock) -> str:
    """Return the sentence for a symptom that persists: from a coming day, or now."""
    return (
        f"Still there {on_day(until, clock)}? Tell us." if until > clock.now else "Still there now? Tell us."
    )


def on_day(at: datetime, clock: Clock) -> str:
    """Return "on Tuesday 24 November", or "after 18:45 today"."""
    local = at.astimezone(clock.zone)
    if local.date() == clock.now.astimezone(clock.zone).date():
        return f"after {local:%H:%M} today"
    return f"on {local:%A} {local.day} {local:%B}"


def next_steps(
    procedure: Procedure | None, entry: Entry, clock: Clock, *, only_soon: bool = False
) -> list[Reason]:
    """Return the sentences about the next check-in; `only_soon`: only what precedes the call with the clinic."""
    steps = []
    if entry.answers.painkiller is Painkiller.TOO_SOON:
        steps.append(Reason("In 2 hours:", "check in again and tell us if the pain medicine helped."))
    if only_soon:
        return steps
    return [
        *steps,
        Reason(*next_check_in(procedure, clock)),
        Reason("If something changes:", "check in at once. You can do it as often as you like."),
    ]


def next_check_in(procedure: Procedure | None, clock: Clock) -> tuple[str, str]:
    """Return the next check-in: daily up to day 7, weekly up to day 28. Reporting is always possible."""
    local = clock.now.astimezone(clock.zone)
    hours = procedure.hours_at(clock.now) if procedure else 0
    if hours < DAILY_UNTIL_H:
        return f"Tomorrow, {local + timedelta(days=1):%A}:", "check in again, at any time."
    if hours < WEEKLY_UNTIL_H:
        day = local + timedelta(days=7)
        return f"Next {day:%A}, {day.day} {day:%B}:", "check in again, at any time."
    return "From now on:", "check in when you want to tell us something."
