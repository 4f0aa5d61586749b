"""The data of the page on how a person is reached, and of the managers' list of who cannot be woken at night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.outbox.channels import is_set_up
from aftercare.outbox.models import Message
from aftercare.people.contact_points.actions import CODE_KIND
from aftercare.people.contact_points.rules import LEVELS, OwnRules, own_rules
from aftercare.people.models import ContactPoint, QuietHours, StaffMember, User
from aftercare.ui.telephones import Telephone
from clinic.access import roster_of

Kind = ContactPoint.Kind
KINDS = {Kind.PUSH: gettext_lazy("Push"), Kind.SMS: gettext_lazy("SMS"), Kind.EMAIL: gettext_lazy("E-mail")}
ICONS = {Kind.PUSH: "device", Kind.SMS: "message", Kind.EMAIL: "mail"}
WHY_OFF = {
    ContactPoint.Disabled.GONE: gettext_lazy("It takes no messages any more."),
    ContactPoint.Disabled.REFUSED: gettext_lazy("It refused three messages in a row."),
}
NEWEST = 50  # messages looked at for the newest delivery of each point
ON, WAITING, OFF, NONE = "on", "wait", "off", "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class PointRow:
    """One way of reaching the person. `point` is None for the mailbox of the account; `newest`: its last message."""

    point: ContactPoint | None
    kind: str
    where: str
    state: str
    newest: Message | None

    @property
    def word(self) -> str:
        return str(KINDS[Kind(self.kind)])

    @property
    def icon(self) -> str:
        return ICONS[Kind(self.kind)]

    @property
    def why_off(self) -> str:
        assert self.point is not None
        return str(WHY_OFF[ContactPoint.Disabled(self.point.disabled_because)])


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelRow:
    """What is used for one level, as one sentence, and which kinds are left out for now."""

    level: str
    words: str
    left_out: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NightRow:
    """How a colleague is woken at night, and the state of each kind."""

    member: StaffMember
    waking: str
    is_only_sms: bool
    states: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReachPage:
    points: list[PointRow]
    levels: list[LevelRow]
    quiet: QuietHours | None
    waking: str
    night: list[NightRow]

    @property
    def unreached(self) -> int:
        return sum(not row.waking for row in self.night)


def reach_page(member: StaffMember, now: datetime, *, with_night: bool) -> ReachPage:
    """Return the page of one member; `with_night`: with the list of who cannot be woken at night."""
    user = member.user
    own = own_rules([user.pk])[user.pk]
    points = list(user.contact_points.all())
    return ReachPage(
        points=point_rows(user, points),
        levels=[level_row(level, own, points) for level in LEVELS],
        quiet=QuietHours.objects.filter(user=user).first(),
        waking=listed(own.waking_kinds),
        night=night_rows(member, now) if with_night else [],
    )


def point_rows(user: User, points: list[ContactPoint]) -> list[PointRow]:
    """Return the rows of the points, and last that of the account's mailbox."""
    newest = newest_messages(user)
    rows = [
        PointRow(
            point=point,
            kind=point.kind,
            where=where(point),
            state=state_of(point),
            newest=newest.get(point.pk),
        )
        for point in points
    ]
    own = PointRow(point=None, kind=Kind.EMAIL, where=user.email, state=ON, newest=newest.get(None))
    return [*rows, own]


def newest_messages(user: User) -> Mapping[UUID | None, Message]:
    """Return the newest message to each point of a user, codes left out."""
    rows = Message.objects.filter(recipient=user).exclude(kind__in=[CODE_KIND, "code"])
    lately = rows.exclude(state=Message.State.WITHDRAWN).order_by("-created_at")[:NEWEST]
    found: dict[UUID | None, Message] = {}
    for message in lately:
        found.setdefault(message.point, message)
    return found


def where(point: ContactPoint) -> str:
    """Return the number, mailbox or browser as its owner knows it."""
    if point.kind == Kind.SMS:
        return str(Telephone.read(point.address))
    return point.address if point.kind == Kind.EMAIL else point.name or _("a browser")


def state_of(point: ContactPoint) -> str:
    """Return the state of a point, as the class of its mark says it."""
    if point.disabled_at is not None or not is_set_up(point.kind):
        return OFF
    return ON if point.verified_at else WAITING


def level_row(level: str, own: OwnRules, points: list[ContactPoint]) -> LevelRow:
    """Return the sentence about one level, and the kinds that do not count until they are confirmed."""
    waiting = {point.kind for point in points if not point.is_usable}
    skipped = [kind for kind in own.minutes(level) if kind in waiting and not own.is_usable(kind)]
    return LevelRow(level=level, words=way_words(own.usable_minutes(level)), left_out=listed(skipped))


def way_words(minutes: Mapping[str, int]) -> str:
    """Return which kinds are used and when: "Push and e-mail at once. SMS after 5 min."."""
    sentences = []
    for after in sorted(set(minutes.values())):
        kinds = listed([kind for kind, theirs in minutes.items() if theirs == after])
        named = {"kinds": kinds[:1].upper() + kinds[1:], "count": after}
        if after == 0:
            sentences.append(_("%(kinds)s at once.") % named)
        else:
            words = ngettext("%(kinds)s after %(count)s min.", "%(kinds)s after %(count)s min.", after)
            sentences.append(words % named)
    return " ".join(sentences)


def listed(kinds: list[str]) -> str:
    """Return kinds as words: "push, SMS and e-mail"."""
    words = [str(Kind(kind).label) for kind in Kind if kind in kinds]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def night_rows(member: StaffMember, now: datetime) -> list[NightRow]:
    """Return how each colleague is woken at night, first those who cannot be."""
    people = roster_of(member, now).everybody
    own = own_rules(one.user_id for one in people)
    points: dict[int, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(user__in=own):
        points.setdefault(point.user_id, []).append(point)
    rows = [night_row(one, own[one.user_id], points.get(one.user_id, [])) for one in people]
    return sorted(rows, key=lambda row: (bool(row.waking), not row.is_only_sms, str(row.member.user)))


def night_row(member: StaffMember, own: OwnRules, points: list[ContactPoint]) -> NightRow:
    """Return how one colleague is woken, and the best state of each kind."""
    states = []
    for kind in (Kind.PUSH, Kind.SMS):
        theirs = [state_of(point) for point in points if point.kind == kind]
        states.append((str(KINDS[kind]), next((one for one in (ON, WAITING, OFF) if one in theirs), NONE)))
    states.append((str(KINDS[Kind.EMAIL]), ON))
    waking = own.waking_kinds
    return NightRow(
        member=member, waking=listed(list(waking)), is_only_sms=list(waking) == [Kind.SMS], states=states
    )
