"""Next steps of a recovery: symptoms that take longer, next check-in, what to say on the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.advice.reasons import Clock, Reason
from aftercare.checkins.schedule import next_date
from aftercare.checkins.wording import SHORT, severity_word
from aftercare.people.models import Procedure
from aftercare.triage import SYMPTOMS, Entry, Finding, Painkiller
from aftercare.ui.times import span_words

LATE_FROM_H = 28 * 24
TREATED = {
    Procedure.Kind.MICRONEEDLING: _("I had microneedling on my %(area)s %(time)s ago."),
    Procedure.Kind.RADIOFREQUENCY: _("I had RF microneedling on my %(area)s %(time)s ago."),
}
# Signs in the first person, to be read out on the telephone.
SAY = {
    "trouble_breathing": _("It is hard to breathe, or I wheeze."),
    "airway_swelling": _("My lips, mouth, tongue or throat are swollen, or my face is swelling up fast."),
    "faint_or_confused": _("I feel faint, confused or very sleepy."),
    "eye_involved": _("My eye hurts, light hurts it, my sight changed, or it is swollen shut."),
    "stroke_signs": _("One side of my face droops, my arm is weak, or my speech is slurred."),
    "numbing_reaction": _("After numbing cream my ears ring, I taste metal, I twitch, or I had a fit."),
    "hives_with_vomiting": _("I have a raised, itchy rash, and I am being sick."),
    "spreading_with_fever": _("Redness or darkness is spreading on my skin, and I have a fever."),
    "hives": _("I have a raised, itchy rash."),
}


def tell_them(
    procedure: Procedure | None, entry: Entry, findings: Iterable[Finding], now: datetime
) -> list[str]:
    """Return what to tell the emergency service: the treatment, then the signs."""
    treatment = []
    if procedure and procedure.performed_at <= entry.at:
        ago = span_words(procedure.hours_at(now))
        where = {"area": procedure.area_words.lower(), "time": ago}
        treatment = [TREATED[Procedure.Kind(procedure.kind)] % where]
    return treatment + [str(SAY[finding.rule]) for finding in findings if finding.rule in SAY]


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
                gettext("%(symptom)s: %(severity)s.")
                % {"symptom": SHORT[symptom], "severity": severity_word(value).lower()},
                " ".join(
                    [
                        gettext("It is usually gone by now."),
                        still_there(until, clock),
                        gettext("If it gets worse, tell us the same day."),
                    ]
                ),
            )
        )
    return found


def still_there(until: datetime, clock: Clock) -> str:
    """Return the sentence for a symptom that persists: from a coming day, or now."""
    if until > clock.now:
        return gettext("Still there %(when)s? Tell us.") % {"when": on_day(until, clock)}
    return gettext("Still there now? Tell us.")


def on_day(at: datetime, clock: Clock) -> str:
    """Return "on Tuesday 24 November", or "after 18:45 today"."""
    local = at.astimezone(clock.zone)
    if local.date() == clock.now.astimezone(clock.zone).date():
        return gettext("after %(clock)s today") % {
            "clock": date_format(local, pgettext("date format", "H:i"))
        }
    return gettext("on %(day)s") % {"day": date_format(local, pgettext("date format", "l j F"))}


def next_steps(
    procedure: Procedure | None, entry: Entry, clock: Clock, *, only_soon: bool = False
) -> list[Reason]:
    """Return the sentences about the next check-in; `only_soon`: only what precedes the call with the clinic."""
    steps = []
    if entry.answers.painkiller is Painkiller.TOO_SOON:
        steps.append(
            Reason(gettext("In 2 hours:"), gettext("check in again and tell us if the pain medicine helped."))
        )
    if only_soon:
        return steps
    return [
        *steps,
        Reason(*next_check_in(procedure, clock)),
        Reason(
            gettext("If something changes:"), gettext("check in at once. You can do it as often as you like.")
        ),
    ]


def next_check_in(procedure: Procedure | None, clock: Clock) -> tuple[str, str]:
    """Return the next planned check-in, with the signs that can appear late. Reporting is always possible."""
    at_any_time = gettext("check in again, at any time.")
    if procedure is None:
        return named_day(tomorrow(clock), clock), at_any_time
    late = [gettext("Report at any time if a lump or a sore appears.")]
    late = late if procedure.hours_at(clock.now) >= LATE_FROM_H else []
    planned = next_date(procedure.performed_at, clock.now, clock.zone, clock.days)
    if planned is None:
        said = gettext("check in when you want to tell us something.")
        return gettext("From now on:"), " ".join([said, *late])
    return named_day(planned, clock), " ".join([at_any_time, *late])


def tomorrow(clock: Clock) -> date:
    return clock.now.astimezone(clock.zone).date() + timedelta(days=1)


def named_day(day: date, clock: Clock) -> str:
    """Return "Tomorrow, Tuesday:", or "On Monday, 26 January:" for a later day."""
    weekday = date_format(day, pgettext("date format", "l"))
    if day == tomorrow(clock):
        return gettext("Tomorrow, %(weekday)s:") % {"weekday": weekday}
    named = {"weekday": weekday, "date": date_format(day, pgettext("date format", "j F"))}
    return gettext("On %(weekday)s, %(date)s:") % named
