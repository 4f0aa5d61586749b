"""Next steps of a recovery: symptoms that take longer, next check-in, what to say on the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.advice.reasons import Clock, Reason
from aftercare.checkins.wording import SHORT, severity_word
from aftercare.people.models import Procedure
from aftercare.triage import SYMPTOMS, Entry, Finding, Painkiller
from aftercare.ui.times import span_words

DAILY_UNTIL_H, WEEKLY_UNTIL_H = 7 * 24, 28 * 24
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
    """Return the next check-in: daily up to day 7, weekly up to day 28. Reporting is always possible."""
    local = clock.now.astimezone(clock.zone)
    hours = procedure.hours_at(clock.now) if procedure else 0
    if hours < DAILY_UNTIL_H:
        weekday = date_format(local + timedelta(days=1), pgettext("date format", "l"))
        return gettext("Tomorrow, %(weekday)s:") % {"weekday": weekday}, gettext(
            "check in again, at any time."
        )
    if hours < WEEKLY_UNTIL_H:
        day = local + timedelta(days=7)
        named = {
            "weekday": date_format(day, pgettext("date format", "l")),
            "date": date_format(day, pgettext("date format", "j F")),
        }
        return gettext("Next %(weekday)s, %(date)s:") % named, gettext("check in again, at any time.")
    return gettext("From now on:"), gettext("check in when you want to tell us something.")
