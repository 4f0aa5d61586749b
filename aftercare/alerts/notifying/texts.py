"""Texts of notifications to staff: a link to sign in, no health detail, no patient's name."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from aftercare.alerts.models import Alert, Dispatch, Drill
from aftercare.outbox.registry import Content
from aftercare.triage import Level

# Emergency and urgent are marked in the subject and in the first line.
MARKS = {Level.EMERGENCY: "Emergency", Level.URGENT: "Urgent"}
SUBJECTS = {
    Dispatch.Reason.OPENED: "A check-in needs a person",
    Dispatch.Reason.UNACKNOWLEDGED: "Nobody has acknowledged: a check-in needs a person",
    Dispatch.Reason.SILENT: "No new check-in: somebody should call",
    Dispatch.Reason.FORGOTTEN: "Acknowledged, but nobody has called: a check-in needs a person",
    Dispatch.Reason.RETURNED: "A check-in has no owner any more",
    Dispatch.Reason.UNCOVERED: "A check-in is still waiting",
    Dispatch.Reason.UNDELIVERED: "A message did not arrive: a check-in needs a person",
    Dispatch.Reason.WRONG_NUMBER: "A patient’s number is wrong: a check-in needs a person",
    Dispatch.Reason.NOT_REACHED: "Three calls did not reach a patient",
    Dispatch.Reason.LEFT_OPEN: "A check-in has been open for three days",
    Dispatch.Reason.CLOSING: "The clinic closes soon: check-ins of today are waiting",
    Dispatch.Reason.DIGEST: "The routine list",
    Dispatch.Reason.DRILL: "DRILL: a check-in needs a person",
}
LEADS = {
    Dispatch.Reason.OPENED: "A new check-in is waiting in the queue.",
    Dispatch.Reason.UNACKNOWLEDGED: "A check-in is waiting, and nobody has acknowledged it in time.",
    Dispatch.Reason.SILENT: "A check-in is still open, and the patient has sent no new one for a day.",
    Dispatch.Reason.FORGOTTEN: "Somebody acknowledged a check-in, but no call or outcome has been recorded since.",
    Dispatch.Reason.RETURNED: "Nobody has this check-in any more: it was given back, or its owner left or is away.",
    Dispatch.Reason.UNCOVERED: "Something more pressing about the same patient was dealt with. This is still new.",
    Dispatch.Reason.UNDELIVERED: "The person before you could not be reached by e-mail, so this comes to you.",
    Dispatch.Reason.WRONG_NUMBER: "A call found that the number is wrong. Nobody has reached the patient yet.",
    Dispatch.Reason.NOT_REACHED: "Three calls did not reach the patient. A clinician sets when to try next.",
    Dispatch.Reason.LEFT_OPEN: "A check-in was acknowledged three days ago, and is not closed yet.",
    Dispatch.Reason.CLOSING: "Still open, and due today:",
    Dispatch.Reason.DIGEST: "These can wait for an answer within two working days:",
    Dispatch.Reason.DRILL: "This is a drill. No patient is waiting.",
}
NO_DETAIL = "For privacy this message holds no details."
UNTIL = "It is sent again, to more people, until somebody acknowledges."
# Reasons that acknowledging settles; the others are settled by a call.
UNTIL_ACKNOWLEDGED = {
    *(Dispatch.Reason.OPENED, Dispatch.Reason.UNACKNOWLEDGED, Dispatch.Reason.RETURNED),
    *(Dispatch.Reason.UNCOVERED, Dispatch.Reason.UNDELIVERED),
}
UNTIL_CALLED = "It is sent again, to more people, until a call or an outcome is recorded."


ACTS = {
    Dispatch.Reason.SILENT: "Sign in to read it",
    Dispatch.Reason.FORGOTTEN: "Sign in, call, and record what came of it",
    Dispatch.Reason.WRONG_NUMBER: "Sign in, find another number, and call",
    Dispatch.Reason.NOT_REACHED: "Sign in to set the next try",
    Dispatch.Reason.LEFT_OPEN: "Sign in to close it, or to say what is left to do",
}


def words(dispatch: Dispatch, worst: Alert, now: datetime) -> Content:
    """Return the text about alerts of one patient, with a link to the highest."""
    reason = Dispatch.Reason(dispatch.reason)
    lead = f"{LEADS[reason]} {deadline(worst, dispatch, now)}".strip()
    link = f"{settings.SITE_URL}/clinic/alerts/{worst.pk}/"
    act = ACTS.get(reason, "Sign in to read and acknowledge it")
    text = body(lead, f"{act}:\n{link}", closing_words(reason, worst))
    return marked(worst.triage_level, SUBJECTS[reason], text)


def marked(level: Level | None, subject: str, text: str) -> Content:
    """Mark subject and first line as emergency or urgent."""
    if level not in MARKS:
        return Content(subject=subject, body=text)
    mark = MARKS[level]
    return Content(subject=f"{mark}: {subject[0].lower()}{subject[1:]}", body=f"{mark}. {text}")


def closing_words(reason: Dispatch.Reason, worst: Alert) -> str:
    """Return the closing sentences: why there is no detail, and whether the message repeats."""
    if worst.triage_level < Level.URGENT or reason in {Dispatch.Reason.SILENT, Dispatch.Reason.LEFT_OPEN}:
        return NO_DETAIL
    return f"{NO_DETAIL} {UNTIL if reason in UNTIL_ACKNOWLEDGED else UNTIL_CALLED}"


def list_words(dispatch: Dispatch, count: int) -> Content:
    """Return the text about alerts of several patients, with a link to the queue."""
    reason = Dispatch.Reason(dispatch.reason)
    how_many = "one check-in" if count == 1 else f"{count} check-ins"
    link = f"Sign in to see the queue:\n{settings.SITE_URL}/clinic/"
    return Content(subject=SUBJECTS[reason], body=body(f"{LEADS[reason]} {how_many}.", link, NO_DETAIL))


def together_words(count: int, worst: Level | None) -> Content:
    """Return the text of one mail for messages about `patients` patients, with a link to the queue."""
    how_many = "A check-in needs" if count == 1 else f"{count} check-ins need"
    lead = f"{how_many} a person. They came close together, so this is one message for all of them."
    if count == 1:
        lead = f"{how_many} a person."
    link = f"Sign in to see the queue, the most pressing first:\n{settings.SITE_URL}/clinic/"
    return marked(worst, f"{how_many} a person", body(lead, link, NO_DETAIL))


def drill_words(drill: Drill) -> Content:
    """Return the text of a drill: marked as one, otherwise as in an emergency."""
    reason = Dispatch.Reason.DRILL
    link = f"Sign in and acknowledge the drill:\n{settings.SITE_URL}/clinic/drills/{drill.pk}/"
    return Content(subject=SUBJECTS[reason], body=body(LEADS[reason], link, UNTIL))


def body(*paragraphs: str) -> str:
    """Join paragraphs with an empty line between."""
    return "\n\n".join(paragraphs)


def deadline(alert: Alert, dispatch: Dispatch, now: datetime) -> str:
    """Return the deadline to acknowledge, on the clinic's clock."""
    by = alert.acknowledge_by
    if by is None or dispatch.reason not in {Dispatch.Reason.OPENED, Dispatch.Reason.RETURNED}:
        return ""
    if by <= now:
        return "Please acknowledge it now."
    return f"Please acknowledge it by {by.astimezone(dispatch.clinic.zone):%H:%M}."
