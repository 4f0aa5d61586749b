"""The data of the page: phones side by side on one time axis."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.outbox.channels.short_texts import SEGMENT, length_of
from aftercare.people.models import Clinic, ContactPoint, Event, Patient, User
from clinic.demo.outside_world.arrivals import Arrival, arrivals, mails
from clinic.demo.outside_world.phones import PHONES, owners_by_phone, owners_of
from clinic.demo.outside_world.silent import silent_words, told_next

WITHOUT_ALERT = timedelta(hours=1)
AT_ONCE = timedelta(seconds=15)  # what lies closer together stands in one row
CHANNELS = {
    "push": gettext_lazy("Push"),
    "sms": gettext_lazy("SMS"),
    "voice": gettext_lazy("Call"),
    "chat": gettext_lazy("Chat"),
    "email": gettext_lazy("E-mail"),
}
ICONS = {
    "push": "device",
    "sms": "message",
    "voice": "phone",
    "chat": "message",
    "email": "mail",
    "reply": "message",
    "press": "phone",
    "taken": "tick",
    "screen": "device",
}
DONE = {
    "reply": gettext_lazy("Replied"),
    "press": gettext_lazy("Pressed"),
    "taken": gettext_lazy("Took it on"),
    "screen": gettext_lazy("Screen"),
}
LINK = re.compile(r"https?://\S+")
NUMBER = re.compile(r"(?:alert|DRILL) (\d+)")
# Lists of what waits: no step is told of an alert by them.
LISTS = (Dispatch.Reason.DIGEST, Dispatch.Reason.CLOSING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """One person's phone.

    `step`: the first contact step that tells the person, from 1; 0 for none. `silence`: what is said where nothing
    has arrived.
    """

    user: User
    role: str
    step: int = 0
    name: str = ""
    silence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What arrived on a phone, or was done there."""

    at: datetime
    channel: str
    user_id: int
    text: str
    url: str = ""
    note: str = ""
    number: str = ""
    answer: str = ""
    call: str = ""

    @property
    def word(self) -> str:
        return str(CHANNELS.get(self.channel) or DONE[self.channel])

    @property
    def icon(self) -> str:
        return ICONS[self.channel]

    @property
    def was_done(self) -> bool:
        return self.channel in DONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What happened at the clinic, beside the phones."""

    at: datetime
    text: str
    alert: Alert | None = None


@dataclass(kw_only=True, slots=True)
class Moment:
    """A row of the axis: what lies close together. `cells`: by phone its items, and what is said for want of any."""

    at: datetime
    marks: list[Mark] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    cells: list[tuple[Phone, list[Item], str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorldPage:
    phones: list[Phone]
    moments: list[Moment]
    alert: Alert | None
    counts: list[tuple[str, str, int]]
    total: int
    channel: str


def world_page(clinic: Clinic, now: datetime, channel: str) -> WorldPage:
    """Return what arrived since the newest alert or drill; `channel`: of which kind alone, "" for all."""
    alert = clinic.alerts.select_related("patient__user").order_by("-opened_at").first()
    since = begin(clinic, alert, now)
    alert = alert if alert and alert.opened_at >= since else None
    phones, owners = phones_of(clinic), owners_by_phone(clinic)
    if alert:
        points = list(alert.patient.user.contact_points.exclude(kind=ContactPoint.Kind.EMAIL))
        phones.append(phone_of_patient(alert.patient, points))
        owners |= owners_of(points)
    owners |= {phone.user.email: phone.user.pk for phone in phones}
    items = [item_of(one, owners[one.who]) for one in [*arrivals(since), *mails(since)] if one.who in owners]
    items += taken(phones, since)
    items += screens(alert.patient, since) if alert else []
    phones = with_silence(phones, items, told_next(clinic, alert, now))
    found = Counter(item.channel for item in items if not item.was_done)
    shown = [item for item in items if not channel or item.channel == channel or item.was_done]
    return WorldPage(
        phones=phones,
        moments=moments_of(shown, marks_of(clinic, since), phones),
        alert=alert,
        counts=[(key, str(word), found[key]) for key, word in CHANNELS.items() if found[key]],
        total=sum(found.values()),
        channel=channel,
    )


def begin(clinic: Clinic, alert: Alert | None, now: datetime) -> datetime:
    """Return when the newest alert or drill began, or without any lately an hour ago."""
    drill = clinic.drills.order_by("-started_at").first()
    begun = [alert.opened_at] if alert else []
    begun += [drill.started_at] if drill else []
    lately = [at for at in begun if at > now - timedelta(days=1)]
    return max(lately, default=now - WITHOUT_ALERT)


def phones_of(clinic: Clinic) -> list[Phone]:
    """Return the phones of the staff, in the order in which they are told."""
    steps: dict[int, int] = {}
    for step in ContactStep.objects.filter(clinic=clinic, hours=ContactStep.Hours.OPEN).order_by("position"):
        for pk in step.members.values_list("pk", flat=True):
            steps.setdefault(pk, step.position + 1)
    phones = [
        Phone(
            user=member.user,
            role=member.get_role_display(),
            step=steps.get(member.pk, 0),
            name=PHONES.get(member.user.first_name, ("",))[0].partition(",")[0],
        )
        for member in clinic.staff_members.active().select_related("user")
    ]
    return sorted(phones, key=lambda phone: (phone.step or len(phones) + 1, str(phone.user)))


def phone_of_patient(patient: Patient, points: Iterable[ContactPoint]) -> Phone:
    """Return the phone of a patient, named by what reaches it besides e-mail."""
    names = [point.name or str(point.get_kind_display()) for point in points if point.is_usable]
    return Phone(user=patient.user, role=_("Patient"), name=", ".join(names))


def item_of(one: Arrival, user_id: int) -> Item:
    """Return what stands on the page about an arrival, and how it can be answered."""
    link = LINK.search(one.text)
    text, url = LINK.sub("", one.text).strip(), link[0] if link else one.url
    item = Item(at=one.at, channel=one.channel, user_id=user_id, text=text, url=url)
    if one.channel == "sms":
        number = NUMBER.search(text)
        answer = f"ACK {number[1]}" if number and url else ""
        return replace(item, note=length_words(length_of(one.text)), number=one.who, answer=answer)
    if one.channel == "voice":
        return replace(item, text=f"“{text}”", call=one.call)
    if one.channel == "email":
        return replace(item, note=_("Accepted by the mail server"))
    return item


def length_words(length: int) -> str:
    """Return how long an SMS is, in characters of GSM's alphabet."""
    words = ngettext("%(count)s character", "%(count)s characters", length) % {"count": length}
    return _("%(length)s, one SMS") % {"length": words} if length <= SEGMENT else words


def taken(phones: Sequence[Phone], since: datetime) -> list[Item]:
    """Return who took alerts or drills on."""
    verbs = [Event.Verb.ACKNOWLEDGED, Event.Verb.ACKNOWLEDGED_DRILL]
    people = [phone.user.pk for phone in phones]
    events = Event.objects.filter(verb__in=verbs, actor__in=people, at__gte=since)
    return [
        Item(at=event.at, channel="taken", user_id=event.actor_id, text=_("I have it")) for event in events
    ]


def screens(patient: Patient, since: datetime) -> list[Item]:
    """Return what the patient's own check-ins were answered with on the screen."""
    sent = patient.check_ins.filter(submitted_by=patient.user_id, submitted_at__gte=since)
    return [
        Item(
            at=check_in.submitted_at,
            channel="screen",
            user_id=patient.user_id,
            text=headline,
            note=_("Shown at once."),
        )
        for check_in in sent
        if (headline := check_in.advice.get("headline"))
    ]


def with_silence(
    phones: Iterable[Phone], items: Iterable[Item], told: Mapping[int, tuple[int, datetime]]
) -> list[Phone]:
    """Return the phones, those to which nothing has arrived with what is said there instead."""
    busy = {item.user_id for item in items}
    return [
        phone if phone.user.pk in busy else replace(phone, silence=silent_words(told.get(phone.user.pk)))
        for phone in phones
    ]


def marks_of(clinic: Clinic, since: datetime) -> list[Mark]:
    """Return what happened at the clinic: alerts were raised, and steps told."""
    marks = [
        Mark(at=alert.opened_at, text=_("Alert %(number)s is raised") % {"number": alert.number}, alert=alert)
        for alert in clinic.alerts.filter(opened_at__gte=since)
    ]
    dispatches = Dispatch.objects.filter(clinic=clinic, due_at__gte=since, drained_at__isnull=False)
    dispatches = dispatches.exclude(reason__in=LISTS)
    for at, step, reason in dispatches.order_by("due_at").values_list("due_at", "step", "reason"):
        words = _("A drill begins") if reason == Dispatch.Reason.DRILL and not step else ""
        marks.append(Mark(at=at, text=words or _("Step %(number)s is told") % {"number": step + 1}))
    return marks


def moments_of(items: Iterable[Item], marks: Iterable[Mark], phones: Sequence[Phone]) -> list[Moment]:
    """Return the rows of the axis, in which what happened at about the same time stands side by side."""
    moments: list[Moment] = []
    everything: list[Item | Mark] = [*items, *marks]
    for one in sorted(everything, key=lambda one: one.at):
        if not moments or one.at - moments[-1].at > AT_ONCE:
            moments.append(Moment(at=one.at))
        if isinstance(one, Mark):
            moments[-1].marks.append(one)
        else:
            moments[-1].items.append(one)
    for moment in moments:
        for phone in phones:
            theirs = [item for item in moment.items if item.user_id == phone.user.pk]
            moment.cells.append((phone, theirs, phone.silence if moment is moments[0] else ""))
    return moments
