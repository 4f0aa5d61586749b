"""The data of the page on how a person is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.outbox.channels import is_set_up
from aftercare.outbox.models import Message
from aftercare.people.contact_points.actions import CODE_KIND
from aftercare.people.contact_points.addresses import where
from aftercare.people.contact_points.rules import LEVELS, OwnRules, own_rules
from aftercare.people.models import ContactPoint, QuietHours, StaffMember, User

Kind = ContactPoint.Kind
KINDS = {
    Kind.PUSH: gettext_lazy("Push"),
    Kind.SMS: gettext_lazy("SMS"),
    Kind.VOICE: gettext_lazy("Call"),
    Kind.PAGER: gettext_lazy("Pager"),
    Kind.CHAT: gettext_lazy("Chat"),
    Kind.EMAIL: gettext_lazy("E-mail"),
}
ICONS = {
    Kind.PUSH: "device",
    Kind.SMS: "message",
    Kind.VOICE: "phone",
    Kind.PAGER: "bell",
    Kind.CHAT: "message",
    Kind.EMAIL: "mail",
}
TELEPHONES = (Kind.SMS, Kind.VOICE)
WHY_OFF = {
    ContactPoint.Disabled.GONE: gettext_lazy("It takes no messages any more."),
    ContactPoint.Disabled.REFUSED: gettext_lazy("It refused three messages in a row."),
    ContactPoint.Disabled.STOPPED: gettext_lazy("STOP was sent from it."),
}
NEWEST = 50  # messages looked at for the newest delivery of each point
TENTHS_BELOW, MINUTES_FROM = 10, 120  # seconds
ROUTINE = "routine"
ON, WAITING, OFF, NONE = "on", "wait", "off", "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class PointRow:
    """One way of reaching the person. `point` is None for the mailbox of the account; `newest`: its last message.

    `is_shared`: a colleague is reached by the same number. Who that is stays unsaid.
    """

    point: ContactPoint | None
    kind: str
    where: str
    state: str
    newest: Message | None
    is_shared: bool = False

    @property
    def word(self) -> str:
        return str(KINDS[Kind(self.kind)])

    @property
    def icon(self) -> str:
        return ICONS[Kind(self.kind)]

    @property
    def took(self) -> str:
        """How long the newest message took from falling due; empty if the first attempt did not succeed."""
        newest = self.newest
        if newest is None or newest.finished_at is None or newest.attempts > 1:
            return ""
        return duration((newest.finished_at - newest.next_attempt_at).total_seconds())

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
class ReachPage:
    """How one member is reached. `waking`, `used`: the kinds that wake at night, and all that an emergency uses."""

    points: list[PointRow]
    levels: list[LevelRow]
    quiet: QuietHours | None
    waking: str
    used: str


def reach_page(member: StaffMember) -> ReachPage:
    """Return how one member is reached."""
    user = member.user
    own = own_rules([user.pk])[user.pk]
    points = list(user.contact_points.all())
    return ReachPage(
        points=point_rows(member, points),
        levels=[level_row(level, own, points) for level in LEVELS],
        quiet=QuietHours.objects.filter(user=user).first(),
        waking=listed(own.waking_kinds),
        used=listed(list(own.usable_minutes("emergency"))),
    )


def point_rows(member: StaffMember, points: list[ContactPoint]) -> list[PointRow]:
    """Return the rows of the points, and last that of the account's mailbox."""
    newest, shared = newest_messages(member.user), shared_addresses(member, points)
    rows = [
        PointRow(
            point=point,
            kind=point.kind,
            where=where(point),
            state=state_of(point),
            newest=newest.get(point.pk),
            is_shared=point.is_usable and point.address in shared,
        )
        for point in points
    ]
    mailbox = PointRow(
        point=None, kind=Kind.EMAIL, where=member.user.email, state=ON, newest=newest.get(None)
    )
    return [*rows, mailbox]


def shared_addresses(member: StaffMember, points: list[ContactPoint]) -> set[str]:
    """Return the numbers by which a colleague is reached as well; only of somebody with a number that counts."""
    if not any(point.kind == Kind.SMS and point.is_usable for point in points):
        return set()
    colleagues = member.clinic.staff_members.active().exclude(user=member.user_id).values("user")
    theirs = ContactPoint.objects.filter(kind=Kind.SMS, user__in=colleagues).usable()
    return {point.address for point in theirs}


def duration(seconds: float) -> str:
    """Return a duration as "0.8 s", "12 s" or "3 min"."""
    if seconds < TENTHS_BELOW:
        return _("%(seconds)s s") % {"seconds": number_format(max(seconds, 0), 1)}
    if seconds < MINUTES_FROM:
        return _("%(seconds)s s") % {"seconds": round(seconds)}
    return _("%(count)s min") % {"count": round(seconds / 60)}


def newest_messages(user: User) -> Mapping[UUID | None, Message]:
    """Return the newest message to each point of a user, codes left out."""
    rows = Message.objects.filter(recipient=user).exclude(kind__in=[CODE_KIND, "code"])
    lately = rows.exclude(state=Message.State.WITHDRAWN).order_by("-created_at")[:NEWEST]
    found: dict[UUID | None, Message] = {}
    for message in lately:
        found.setdefault(message.point, message)
    return found


def state_of(point: ContactPoint) -> str:
    """Return the state of a point, as the class of its mark says it."""
    if point.disabled_at is not None or not is_set_up(point.kind):
        return OFF
    return ON if point.verified_at else WAITING


def level_row(level: str, own: OwnRules, points: list[ContactPoint]) -> LevelRow:
    """Return the sentence about one level, and the kinds that do not count until they are confirmed."""
    waiting = {point.kind for point in points if not point.is_usable}
    skipped = [kind for kind in own.minutes(level) if kind in waiting and not own.is_usable(kind)]
    minutes = own.usable_minutes(level)
    words = list_words(minutes) if level == ROUTINE else way_words(minutes)
    return LevelRow(level=level, words=words, left_out=listed(skipped))


def list_words(minutes: Mapping[str, int]) -> str:
    """Return how the routine list of the day comes: "In the daily list, by e-mail."."""
    return _("In the daily list, by %(kinds)s.") % {"kinds": listed(list(minutes))}


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
