"""Texts of notifications to staff: a link to sign in, no health detail, no patient's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, ngettext_lazy, pgettext
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.models import Alert, Dispatch, Drill
from aftercare.alerts.notifying.short_texts import has_own_link, reply_words, short_drill_words, short_words
from aftercare.outbox.registry import Content
from aftercare.triage import Level

# Emergency and urgent are marked in the subject and in the first line.
MARKED_SUBJECTS = {Level.EMERGENCY: _("Emergency: %(subject)s"), Level.URGENT: _("Urgent: %(subject)s")}
MARKED_BODIES = {Level.EMERGENCY: _("Emergency. %(text)s"), Level.URGENT: _("Urgent. %(text)s")}
SUBJECTS = {
    Dispatch.Reason.OPENED: _("A check-in needs a person"),
    Dispatch.Reason.UNACKNOWLEDGED: _("Nobody has acknowledged: a check-in needs a person"),
    Dispatch.Reason.SILENT: _("No new check-in: somebody should call"),
    Dispatch.Reason.FORGOTTEN: _("Acknowledged, but nobody has called: a check-in needs a person"),
    Dispatch.Reason.RETURNED: _("A check-in has no owner any more"),
    Dispatch.Reason.UNCOVERED: _("A check-in is still waiting"),
    Dispatch.Reason.UNDELIVERED: _("A message did not arrive: a check-in needs a person"),
    Dispatch.Reason.WRONG_NUMBER: _("A patient’s number is wrong: a check-in needs a person"),
    Dispatch.Reason.NOT_REACHED: _("Three calls did not reach a patient"),
    Dispatch.Reason.LEFT_OPEN: _("A check-in has been open for three days"),
    Dispatch.Reason.CLOSING: _("The clinic closes soon: check-ins of today are waiting"),
    Dispatch.Reason.DIGEST: _("The routine list"),
    Dispatch.Reason.DRILL: _("DRILL: a check-in needs a person"),
}
LEADS = {
    Dispatch.Reason.OPENED: _("A new check-in is waiting in the queue."),
    Dispatch.Reason.UNACKNOWLEDGED: _("A check-in is waiting, and nobody has acknowledged it in time."),
    Dispatch.Reason.SILENT: _("A check-in is still open, and the patient has sent no new one for a day."),
    Dispatch.Reason.FORGOTTEN: _(
        "Somebody acknowledged a check-in, but no call or outcome has been recorded since."
    ),
    Dispatch.Reason.RETURNED: _(
        "Nobody has this check-in any more: it was given back, or its owner left or is away."
    ),
    Dispatch.Reason.UNCOVERED: _(
        "Something more pressing about the same patient was dealt with. This is still new."
    ),
    Dispatch.Reason.UNDELIVERED: _(
        "The person before you could not be reached by e-mail, so this comes to you."
    ),
    Dispatch.Reason.WRONG_NUMBER: _(
        "A call found that the number is wrong. Nobody has reached the patient yet."
    ),
    Dispatch.Reason.NOT_REACHED: _(
        "Three calls did not reach the patient. A clinician sets when to try next."
    ),
    Dispatch.Reason.LEFT_OPEN: _("A check-in was acknowledged three days ago, and is not closed yet."),
    Dispatch.Reason.DRILL: _("This is a drill. No patient is waiting."),
}
LISTS = {
    Dispatch.Reason.CLOSING: ngettext_lazy(
        "Still open, and due today: one check-in.",
        "Still open, and due today: %(count)s check-ins.",
        "count",
    ),
    Dispatch.Reason.DIGEST: ngettext_lazy(
        "These can wait for an answer within two working days: one check-in.",
        "These can wait for an answer within two working days: %(count)s check-ins.",
        "count",
    ),
}
NO_DETAIL = _("For privacy this message holds no details.")
UNTIL = _("It is sent again, to more people, until somebody acknowledges.")
# Reasons that acknowledging settles; the others are settled by a call.
UNTIL_ACKNOWLEDGED = {
    *(Dispatch.Reason.OPENED, Dispatch.Reason.UNACKNOWLEDGED, Dispatch.Reason.RETURNED),
    *(Dispatch.Reason.UNCOVERED, Dispatch.Reason.UNDELIVERED),
}
UNTIL_CALLED = _("It is sent again, to more people, until a call or an outcome is recorded.")


ACTS = {
    Dispatch.Reason.SILENT: _("Sign in to read it:"),
    Dispatch.Reason.FORGOTTEN: _("Sign in, call, and record what came of it:"),
    Dispatch.Reason.WRONG_NUMBER: _("Sign in, find another number, and call:"),
    Dispatch.Reason.NOT_REACHED: _("Sign in to set the next try:"),
    Dispatch.Reason.LEFT_OPEN: _("Sign in to close it, or to say what is left to do:"),
}


def words(dispatch: Dispatch, worst: Alert, now: datetime) -> Content:
    """Return the text about alerts of one patient, with a link to the highest."""
    reason = Dispatch.Reason(dispatch.reason)
    lead = f"{LEADS[reason]} {deadline(worst, dispatch, now)}".strip()
    path = f"/clinic/alerts/{worst.pk}/"
    act = ACTS.get(reason, _("Sign in to read and acknowledge it:"))
    text = body(lead, f"{act}\n{settings.SITE_URL}{path}", closing_words(reason, worst))
    made = marked(worst.triage_level, str(SUBJECTS[reason]), text, path)
    if not has_own_link(dispatch):
        return made
    short = f"{short_words(dispatch, worst)} {short_deadline(worst, dispatch, now)}".strip()
    return replace(made, short=short, has_own_link=True, reply=reply_words(worst.number))


def marked(level: Level | None, subject: str, text: str, path: str) -> Content:
    """Mark subject and first line as emergency or urgent. An SMS or a push says the subject."""
    if level not in MARKED_SUBJECTS:
        return Content(subject=subject, body=text, short=f"{subject}.", path=path)
    within = {"subject": f"{subject[0].lower()}{subject[1:]}", "text": text}
    line = MARKED_SUBJECTS[level] % within
    return Content(subject=line, body=MARKED_BODIES[level] % within, short=f"{line}.", path=path)


def closing_words(reason: Dispatch.Reason, worst: Alert) -> str:
    """Return the closing sentences: why there is no detail, and whether the message repeats."""
    if worst.triage_level < Level.URGENT or reason in {Dispatch.Reason.SILENT, Dispatch.Reason.LEFT_OPEN}:
        return str(NO_DETAIL)
    return f"{NO_DETAIL} {UNTIL if reason in UNTIL_ACKNOWLEDGED else UNTIL_CALLED}"


def list_words(dispatch: Dispatch, count: int) -> Content:
    """Return the text about alerts of several patients, with a link to the queue."""
    reason = Dispatch.Reason(dispatch.reason)
    link = f"{_('Sign in to see the queue:')}\n{settings.SITE_URL}/clinic/"
    lead = LISTS[reason] % {"count": count}
    return marked(None, str(SUBJECTS[reason]), body(lead, link, NO_DETAIL), "/clinic/")


def together_words(count: int, worst: Level | None) -> Content:
    """Return the text of one mail for messages about `patients` patients, with a link to the queue."""
    how_many = {"count": count}
    subject = ngettext("A check-in needs a person", "%(count)s check-ins need a person", count) % how_many
    lead = ngettext(
        "A check-in needs a person.",
        "%(count)s check-ins need a person. They came close together, so this is one message for all of them.",
        count,
    )
    link = f"{_('Sign in to see the queue, the most pressing first:')}\n{settings.SITE_URL}/clinic/"
    return marked(worst, subject, body(lead % how_many, link, NO_DETAIL), "/clinic/")


def drill_words(drill: Drill) -> Content:
    """Return the text of a drill: marked as one, otherwise as in an emergency."""
    reason = Dispatch.Reason.DRILL
    path = f"/clinic/drills/{drill.pk}/"
    link = f"{_('Sign in and acknowledge the drill:')}\n{settings.SITE_URL}{path}"
    made = marked(None, str(SUBJECTS[reason]), body(LEADS[reason], link, UNTIL), path)
    return replace(made, short=short_drill_words(drill), has_own_link=True, reply=reply_words(drill.number))


def body(*paragraphs: str | Promise) -> str:
    """Join paragraphs with an empty line between."""
    return "\n\n".join(map(str, paragraphs))


def deadline(alert: Alert, dispatch: Dispatch, now: datetime) -> str:
    """Return the deadline to acknowledge, on the clinic's clock."""
    if not has_deadline(alert, dispatch):
        return ""
    clock = clock_of_deadline(alert, dispatch, now)
    if not clock:
        return gettext("Please acknowledge it now.")
    return gettext("Please acknowledge it by %(clock)s.") % {"clock": clock}


def short_deadline(alert: Alert, dispatch: Dispatch, now: datetime) -> str:
    """Return the deadline as an SMS or a push says it."""
    clock = clock_of_deadline(alert, dispatch, now) if has_deadline(alert, dispatch) else ""
    return gettext("Answer by %(clock)s.") % {"clock": clock} if clock else ""


def has_deadline(alert: Alert, dispatch: Dispatch) -> bool:
    """Return True if the message asks to acknowledge by a deadline."""
    asks = dispatch.reason in {Dispatch.Reason.OPENED, Dispatch.Reason.RETURNED}
    return asks and alert.acknowledge_by is not None


def clock_of_deadline(alert: Alert, dispatch: Dispatch, now: datetime) -> str:
    """Return the deadline on the clinic's clock; empty once it has passed."""
    by = alert.acknowledge_by
    if by is None or by <= now:
        return ""
    return date_format(by.astimezone(dispatch.clinic.zone), pgettext("date format", "H:i"))
