"""Phones of the demonstration's staff: verified contact points whose providers are on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aftercare.people.models import Clinic, ContactPoint, StaffMember, User

Kind = ContactPoint.Kind
# By the person's first name: what the browser is called, and the number, of which the regulator keeps some for fiction.
PHONES = {
    "Ruth": ("Pixel 8, Chrome", "+447700900101"),
    "Tom": ("iPhone 15, Safari", "+447700900102"),
    "Ann": ("Galaxy A14, Firefox", "+447700900103"),
}
# Returns what a browser of this name gives the portal when it subscribes to push.
Subscription = Callable[[str], str]


def give_phones(clinic: Clinic, host: str, subscription: Subscription, now: datetime) -> None:
    """Give the clinic's staff a browser, a telephone and a chat, each verified; `host`: of the providers."""
    points = []
    for member in clinic.staff_members.select_related("user"):
        if member.user.first_name not in PHONES:
            continue
        browser, number = PHONES[member.user.first_name]
        points += [
            point(member.user, Kind.PUSH, subscription(name_of(member)), now, name=browser),
            point(member.user, Kind.SMS, number, now),
            point(member.user, Kind.VOICE, number, now),
            point(member.user, Kind.CHAT, f"ntfy://{host}/{name_of(member)}", now, name="ntfy"),
        ]
    for order, one in enumerate(points):
        one.created_at += timedelta(microseconds=order)
    ContactPoint.objects.bulk_create(points)


def point(user: User, kind: str, address: str, now: datetime, name: str = "") -> ContactPoint:
    return ContactPoint(user=user, kind=kind, address=address, name=name, created_at=now, verified_at=now)


def name_of(member: StaffMember) -> str:
    """Return the name of a member's browser and topic."""
    return f"{member.user.first_name.lower()}-{member.pk}"


def move_providers(host: str) -> None:
    """Let the points that lead to this machine lead to `host`: the port is another one after a restart."""
    for found in ContactPoint.objects.filter(kind__in=[Kind.PUSH, Kind.CHAT]):
        if (before := host_of(found)).startswith("127.0.0.1:") and before != host:
            found.address = found.address.replace(before, host)
            found.save(update_fields=["address"])


def host_of(found: ContactPoint) -> str:
    """Return host and port of the provider that a browser or chat has."""
    address = json.loads(found.address)["endpoint"] if found.kind == Kind.PUSH else found.address
    return urlsplit(address).netloc.rpartition("@")[2]


def owners_by_phone(clinic: Clinic) -> dict[str, int]:
    """Return whose phone of the clinic's staff is reached by a number, a browser's name or a topic: ids of users."""
    return owners_of(points_of(clinic))


def owners_of(points: Iterable[ContactPoint]) -> dict[str, int]:
    """Return whose phone these points reach, by number, browser's name or topic."""
    found = {}
    for one in points:
        address = one.address
        if one.kind == Kind.PUSH:
            address = urlsplit(json.loads(address)["endpoint"]).path.rpartition("/")[2]
        elif one.kind == Kind.CHAT:
            address = urlsplit(address).path.strip("/")
        found[address] = one.user_id
    return found


def points_of(clinic: Clinic) -> Iterable[ContactPoint]:
    staff = clinic.staff_members.active().values("user")
    found: Iterable[ContactPoint] = ContactPoint.objects.filter(user__in=staff).exclude(kind=Kind.EMAIL)
    return found
