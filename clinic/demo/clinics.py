"""The demo's made-up clinics and their staff."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from aftercare.alerts.models import ContactStep
from aftercare.guidance.actions.courses import publish_default_courses
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.models import Clinic, StaffMember

# Numbers that the British regulator reserves for fiction.
TELEPHONE, OUT_OF_HOURS = "0161 496 0123", "0161 496 0199"
SHORT_DAY, LONG_DAY = [["09:00", "18:00"]], [["09:00", "20:00"]]
WEEK = {"mon": SHORT_DAY, "tue": LONG_DAY, "wed": SHORT_DAY, "thu": LONG_DAY, "fri": SHORT_DAY}
PLACES = (
    *("Larkfield", "Ashdown", "Beckside", "Carrow", "Dunmore", "Elmbridge", "Fenwick", "Garth"),
    *("Hollins", "Ivybank", "Kestrel Row", "Linden", "Marlow Gate", "Northcote", "Orchard Hill"),
    *("Pennant", "Quarry Lane", "Rosebank", "Saltmarsh", "Thornbury"),
)
SLUGS = tuple(place.lower().replace(" ", "-") for place in PLACES)
SLUG = SLUGS[0]


class Person(NamedTuple):
    name: str
    role: str
    first_name: str
    last_name: str


STAFF = (
    Person("nurse", StaffMember.Role.NURSE, "Ruth", "Adeyemi"),
    Person("clinician", StaffMember.Role.CLINICIAN, "Tom", "Hale"),
    Person("manager", StaffMember.Role.MANAGER, "Ann", "Lowe"),
)


def slug_of(number: int) -> str:
    """Return the slug of the `number`th demo clinic, counted from 1."""
    round_number, place = divmod(number - 1, len(PLACES))
    return SLUGS[place] if round_number == 0 else f"{SLUGS[place]}-{round_number + 1}"


def name_of(number: int) -> str:
    round_number, place = divmod(number - 1, len(PLACES))
    return f"{PLACES[place]} Skin Clinic" + (f" {round_number + 1}" if round_number else "")


def is_demo_slug(slug: str) -> bool:
    """Return whether the slug belongs to a demo clinic."""
    return any(slug == known or slug.startswith(f"{known}-") for known in SLUGS)


def address(local: str, number: int) -> str:
    """Return the e-mail address for a clinic: unchanged for the first, else with the clinic's number in it."""
    return local if number == 1 else local.replace("@", f".{number}@")


def open_clinic(number: int, *, courses_from: datetime) -> Clinic:
    """Create the `number`th clinic with staff, contact steps and expected courses published at `courses_from`."""
    clinic = Clinic.objects.create(
        name=name_of(number),
        slug=slug_of(number),
        telephone=TELEPHONE,
        out_of_hours_telephone=OUT_OF_HOURS,
        emergency_number="999",
        opening_hours=WEEK,
        time_zone="Europe/London",
    )
    for position, person in enumerate(STAFF):
        member = add_staff_member(
            clinic=clinic,
            email=address(f"{person.name}@demo.example", number),
            role=person.role,
            first_name=person.first_name,
            last_name=person.last_name,
        )
        ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
    publish_default_courses(clinic=clinic, by=nurse_of(clinic).user, now=courses_from)
    return clinic


def nurse_of(clinic: Clinic) -> StaffMember:
    """Return the clinic's nurse, who stands in the first contact step."""
    found: StaffMember = (
        clinic.staff_members.filter(role=StaffMember.Role.NURSE).select_related("user").order_by("pk")[0]
    )
    return found
