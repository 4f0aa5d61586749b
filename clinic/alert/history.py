"""What happened to an alert: who did or saw what, and who was told, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from aftercare.alerts.contacting.patient_messages import KIND as LETTER
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch, Drill, Letter
from aftercare.alerts.notifying.notifications import KIND
from aftercare.outbox.models import Message
from aftercare.people.models import Event, User
from clinic.alert.call_panel import Try
from clinic.alert.page import FindingDetail
from clinic.corrections.descriptions import change_words
from clinic.labels import state_words

REASONS = {
    Dispatch.Reason.OPENED: "",
    Dispatch.Reason.UNACKNOWLEDGED: "not acknowledged in time",
    Dispatch.Reason.SILENT: "no check-in for a day",
    Dispatch.Reason.FORGOTTEN: "no call recorded in time",
    Dispatch.Reason.RETURNED: "it has no owner any more",
    Dispatch.Reason.UNCOVERED: "a higher alert hid it until now",
    Dispatch.Reason.UNDELIVERED: "a message before was refused",
    Dispatch.Reason.WRONG_NUMBER: "the number was wrong",
    Dispatch.Reason.NOT_REACHED: "three calls did not reach the patient",
    Dispatch.Reason.LEFT_OPEN: "not closed for three days",
    Dispatch.Reason.CLOSING: "the clinic closes soon",
    Dispatch.Reason.DIGEST: "the routine list of the day",
    Dispatch.Reason.DRILL: "",
}
SYSTEM = "System"
CHANNELS = {Message.Channel.EMAIL: "Mail"}
REOPENED = Event.Verb.REOPENED
# These events keep what was noted at the closing before.
ENDED_A_CLOSING = {REOPENED, Event.Verb.UNDID_CLOSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    at: datetime
    who: str
    what: str


def history_of(alert: Alert, details: Iterable[FindingDetail], tries: Iterable[Try]) -> list[HistoryItem]:
    """Everything about one alert, in as many queries for a long history as for a short one."""
    dispatches = {dispatch.pk: dispatch for dispatch in alert.dispatches.all()}
    messages = Message.objects.filter(kind=KIND, subject__in=dispatches).select_related("recipient")
    events = list(Event.objects.filter(subject=alert.pk).select_related("actor"))
    people = User.objects.in_bulk({event.data["to"] for event in events if "to" in event.data})
    # How it was closed stands in the alert; once it was opened again, in the event of that.
    closings = [
        alert.note,
        *(event.data.get("note", "") for event in events if event.verb in ENDED_A_CLOSING),
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
    """Everything about one drill."""
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
    """Who was told of each decision, and which ones wait."""
    for message in messages:
        yield from_message(message, dispatches[message.subject])
    for dispatch in dispatches.values():
        if dispatch.drained_at is None:
            yield from_undrained(dispatch)


def from_letter(letter: Letter, messages: Iterable[Message]) -> HistoryItem:
    """A fixed text to the patient, and how far it came."""
    states = [state_words(message) for message in messages if message.subject == letter.pk]
    words = f"sent the patient “{letter.get_template_display()}”{': ' if states else ''}{', '.join(states)}."
    return HistoryItem(at=letter.at, who=str(letter.by), what=words)


def from_try(one: Try) -> HistoryItem:
    """Somebody tried to reach the patient, or the patient called. One that was corrected stands as it was corrected."""
    attempt = one.attempt
    note = f" “{attempt.note}”" if attempt.note else ""
    if attempt.kind == ContactAttempt.Kind.PATIENT_CALLED:
        words = "spoke with the patient, who called."
    else:
        words = f"called the patient: {attempt.get_result_display().lower()}."
    return HistoryItem(at=attempt.at, who=str(attempt.by), what=f"{words}{note}")


def from_event(event: Event, people: Mapping[int, User], notes: Iterator[str]) -> HistoryItem:
    """An act or a look. `notes`: what was written at each closing, the newest first, as the events are."""
    words = f"{event.get_verb_display()}."
    if event.verb == Event.Verb.CLOSED:
        note = next(notes, "")
        words = f"closed: {Alert.Outcome(event.data['outcome']).label.lower()}.{f' “{note}”' if note else ''}"
    elif event.verb == Event.Verb.ASSIGNED:
        words = f"gave it to {people[event.data['to']]}."
    elif event.verb == Event.Verb.SET_NEXT_TRY:
        at = timezone.localtime(datetime.fromisoformat(event.data["at"]))
        words = f"set the next try at {at:%H:%M}: {event.data['reason']}"
    elif event.verb == REOPENED:
        words = f"opened it again: {event.data['why']}"
    return HistoryItem(at=event.at, who=str(event.actor), what=words)


def from_message(message: Message, dispatch: Dispatch) -> HistoryItem:
    """One person told of the alert, and how far the message came: "Mail to Ruth Adeyemi: waiting"."""
    reason = REASONS[Dispatch.Reason(dispatch.reason)]
    way = CHANNELS[Message.Channel(message.channel)]
    why = f" ({reason})" if reason else ""
    return HistoryItem(
        at=message.created_at, who=f"{way} to {message.recipient}{why}:", what=f"{state_words(message)}."
    )


def from_undrained(dispatch: Dispatch) -> HistoryItem:
    """A decision to tell somebody that waits for its hour."""
    words = "decided that the clinic is told when it opens."
    if dispatch.due_at <= dispatch.decided_at:
        words = "decided that the clinic is told. The message is being written."
    return HistoryItem(at=dispatch.decided_at, who=SYSTEM, what=words)


def from_check_ins(details: Iterable[FindingDetail]) -> Iterator[HistoryItem]:
    """The reports behind the alert, and what the patient saw."""
    details = list(details)
    for event in {detail.assessment.event for detail in details if detail.assessment.event}:
        why = event.data.get("reason", "")
        yield HistoryItem(at=event.at, who=str(event.actor), what=f"{change_words(event)} “{why}”")
    for check_in in {detail.assessment.told_with for detail in details}:
        headline = check_in.advice.get("headline", "")
        read = "was shown" if check_in.is_by_staff else "saw"
        told = f" and {read} “{headline}”" if headline else ""
        what = "entered a check-in for the patient" if check_in.is_by_staff else "sent a check-in"
        yield HistoryItem(at=check_in.submitted_at, who=str(check_in.submitted_by), what=f"{what}{told}.")
