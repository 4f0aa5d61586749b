"""The history of an alert, newest first: acts and openings of staff, notifications, and messages to the patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, pgettext

from aftercare.alerts.actions.patient_messages import KIND as LETTER
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch, Drill, Letter
from aftercare.alerts.notifying.notifications import KIND
from aftercare.checkins.models import CheckIn
from aftercare.outbox.models import Message
from aftercare.people.models import Event, User
from clinic.alert.call_panel import Try
from clinic.alert.page import FindingDetail
from clinic.corrections.descriptions import change_words
from clinic.labels import state_words

REASONS = {
    Dispatch.Reason.OPENED: "",
    Dispatch.Reason.UNACKNOWLEDGED: gettext_lazy("not acknowledged in time"),
    Dispatch.Reason.SILENT: gettext_lazy("no check-in for a day"),
    Dispatch.Reason.FORGOTTEN: gettext_lazy("no call recorded in time"),
    Dispatch.Reason.RETURNED: gettext_lazy("it has no owner any more"),
    Dispatch.Reason.UNCOVERED: gettext_lazy("a higher alert hid it until now"),
    Dispatch.Reason.UNDELIVERED: gettext_lazy("a message before was refused"),
    Dispatch.Reason.WRONG_NUMBER: gettext_lazy("the number was wrong"),
    Dispatch.Reason.NOT_REACHED: gettext_lazy("three calls did not reach the patient"),
    Dispatch.Reason.LEFT_OPEN: gettext_lazy("not closed for three days"),
    Dispatch.Reason.CLOSING: gettext_lazy("the clinic closes soon"),
    Dispatch.Reason.DIGEST: gettext_lazy("the routine list of the day"),
    Dispatch.Reason.DRILL: "",
}
SYSTEM = gettext_lazy("System")
CHANNELS = {
    Message.Channel.EMAIL: gettext_lazy("Mail"),
    Message.Channel.SMS: gettext_lazy("SMS"),
    Message.Channel.PUSH: gettext_lazy("Push"),
    Message.Channel.VOICE: gettext_lazy("Call"),
    Message.Channel.PAGER: gettext_lazy("Pager"),
    Message.Channel.CHAT: gettext_lazy("Chat"),
}
# How somebody answered without signing in, behind what they did.
WAYS = {
    "link": gettext_lazy("%(act)s, by the link of a message."),
    "sms": gettext_lazy("%(act)s, by SMS."),
    "call": gettext_lazy("%(act)s, by a key press in a call."),
}
REOPENED = Event.Verb.REOPENED
# These events keep the note of the closing that they ended.
ENDED_A_CLOSING = {REOPENED, Event.Verb.UNDID_CLOSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    at: datetime
    who: str
    what: str


def history_of(alert: Alert, details: Iterable[FindingDetail], tries: Iterable[Try]) -> list[HistoryItem]:
    """Return the history of an alert, in a constant number of queries."""
    dispatches = {dispatch.pk: dispatch for dispatch in alert.dispatches.all()}
    messages = Message.objects.filter(kind=KIND, subject__in=dispatches).select_related("recipient")
    events = list(Event.objects.filter(subject=alert.pk).select_related("actor", "detail"))
    people = User.objects.in_bulk({event.data["to"] for event in events if "to" in event.data})
    # The alert keeps its last closing note; reopening moves the note to the event.
    closings = [
        alert.note,
        *(event.details.get("note", "") for event in events if event.verb in ENDED_A_CLOSING),
    ]
    notes = iter(closings if not alert.is_open else closings[1:])
    letters = list(alert.letters.select_related("by"))
    sent = Message.objects.filter(kind=LETTER, subject__in=[letter.pk for letter in letters])
    items = [
        *(from_letter(letter, sent) for letter in letters),
        *(from_event(event, people, notes) for event in events),
        *(from_try(one) for one in tries),
        *from_dispatches(dispatches, messages),
        *from_check_ins(details),
    ]
    return newest_first(items)


def history_of_drill(drill: Drill) -> list[HistoryItem]:
    """Return the history of a drill."""
    dispatches = {
        one.pk: one for one in Dispatch.objects.filter(reason=Dispatch.Reason.DRILL, event=drill.pk)
    }
    messages = Message.objects.filter(kind=KIND, subject__in=dispatches).select_related("recipient")
    events = Event.objects.filter(subject=drill.pk).select_related("actor")
    return newest_first(
        [*(from_event(event, {}, iter(())) for event in events), *from_dispatches(dispatches, messages)]
    )


def newest_first(items: Iterable[HistoryItem]) -> list[HistoryItem]:
    return sorted(items, key=lambda item: item.at, reverse=True)


def from_dispatches(
    dispatches: Mapping[UUID, Dispatch], messages: Iterable[Message]
) -> Iterator[HistoryItem]:
    """Yield the notifications of each dispatch, and the dispatches not written yet."""
    for message in messages:
        yield from_message(message, dispatches[message.subject])
    for dispatch in dispatches.values():
        if dispatch.drained_at is None:
            yield from_undrained(dispatch)


def from_letter(letter: Letter, messages: Iterable[Message]) -> HistoryItem:
    """Return the item of a fixed text, with its delivery state."""
    states = [state_words(message) for message in messages if message.subject == letter.pk]
    named = {"message": letter.get_template_display(), "states": ", ".join(states)}
    if states:
        words = gettext("sent the patient “%(message)s”: %(states)s.") % named
    else:
        words = gettext("sent the patient “%(message)s”.") % named
    return HistoryItem(at=letter.at, who=str(letter.by), what=words)


def from_try(one: Try) -> HistoryItem:
    """Return the item of a contact attempt. A corrected attempt is shown as corrected."""
    attempt = one.attempt
    note = f" {quoted(attempt.note)}" if attempt.note else ""
    if attempt.kind == ContactAttempt.Kind.PATIENT_CALLED:
        words = gettext("spoke with the patient, who called.")
    else:
        words = gettext("called the patient: %(result)s.") % {"result": attempt.get_result_display().lower()}
    return HistoryItem(at=attempt.at, who=str(attempt.by), what=f"{words}{note}")


def from_event(event: Event, people: Mapping[int, User], notes: Iterator[str]) -> HistoryItem:
    """Return the item of an act or opening. `notes`: the notes of the closings, newest first, as the events are."""
    words = act_words(event)
    if event.verb == Event.Verb.CLOSED:
        note = next(notes, "")
        words = gettext("closed: %(outcome)s.") % {
            "outcome": Alert.Outcome(event.data["outcome"]).label.lower()
        }
        words = f"{words} {quoted(note)}" if note else words
    elif event.verb == Event.Verb.ASSIGNED:
        words = gettext("gave it to %(name)s.") % {"name": people[event.data["to"]]}
    elif event.verb == Event.Verb.SET_NEXT_TRY:
        at = timezone.localtime(datetime.fromisoformat(event.data["at"]))
        words = gettext("set the next try at %(clock)s: %(reason)s") % {
            "clock": date_format(at, pgettext("date format", "H:i")),
            "reason": event.details.get("reason", ""),
        }
    elif event.verb == REOPENED and "why" in event.details:
        words = gettext("opened it again: %(reason)s") % {"reason": event.details["why"]}
    return HistoryItem(at=event.at, who=str(event.actor), what=words)


def act_words(event: Event) -> str:
    """Return the act in words, with how it was done if nobody had signed in for it."""
    act = event.get_verb_display()
    way = WAYS.get(event.data.get("way", ""))
    return str(way) % {"act": act} if way else f"{act}."


def from_message(message: Message, dispatch: Dispatch) -> HistoryItem:
    """Return the item of one notification, with its delivery state: "Mail to Ruth Adeyemi: waiting"."""
    reason = REASONS[Dispatch.Reason(dispatch.reason)]
    way = CHANNELS[Message.Channel(message.channel)]
    named = {"way": way, "name": message.recipient, "reason": reason}
    words = gettext("%(way)s to %(name)s (%(reason)s):") if reason else gettext("%(way)s to %(name)s:")
    what = gettext("%(state)s.") % {"state": state_words(message)}
    return HistoryItem(at=message.created_at, who=words % named, what=what)


def from_undrained(dispatch: Dispatch) -> HistoryItem:
    """Return the item of a dispatch that is not due, or not written yet."""
    words = gettext("decided that the clinic is told when it opens.")
    if dispatch.due_at <= dispatch.decided_at:
        words = gettext("decided that the clinic is told. The message is being written.")
    return HistoryItem(at=dispatch.decided_at, who=str(SYSTEM), what=words)


def from_check_ins(details: Iterable[FindingDetail]) -> Iterator[HistoryItem]:
    """Yield the reports behind the alert, with the advice that the patient saw."""
    details = list(details)
    for event in {detail.assessment.event for detail in details if detail.assessment.event}:
        why = event.details.get("reason", "")
        what = f"{change_words(event)} {quoted(why)}" if why else change_words(event)
        yield HistoryItem(at=event.at, who=str(event.actor), what=what)
    for check_in in {detail.assessment.told_with for detail in details}:
        who = check_in.by_companion or str(check_in.submitted_by)
        yield HistoryItem(at=check_in.submitted_at, who=who, what=check_in_words(check_in))


def check_in_words(check_in: CheckIn) -> str:
    """Return "sent a check-in and saw “Call the clinic now”."."""
    headline = {"headline": check_in.advice.get("headline", "")}
    if check_in.is_by_staff:
        if headline["headline"]:
            return gettext("entered a check-in for the patient and was shown “%(headline)s”.") % headline
        return gettext("entered a check-in for the patient.")
    if headline["headline"]:
        return gettext("sent a check-in and saw “%(headline)s”.") % headline
    return gettext("sent a check-in.")


def quoted(text: str) -> str:
    return gettext("“%(text)s”") % {"text": text}
