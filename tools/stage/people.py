"""python -m tools.stage.people CLINICS PATIENTS STAFF [PUSH]
python -m tools.stage.people --hire COUNT

Fills an empty portal (the one that the environment names) with clinics, STAFF members each, and PATIENTS
patients each, who have signed in. Prints the session keys, a list for each clinic, as JSON. With the address of a
push service, one member of each clinic has a telephone and a browser, both used at once. Or hires COUNT nurses for
each clinic but the last.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from aftercare.people.models import User


def fill(clinics: int, patients: int, staff: int, push: str) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from bench.support.population import enrol, hire, open_practice

    call_command("migrate", verbosity=0)
    now = timezone.now()
    sessions = []
    for number in range(clinics):
        practice = open_practice(now, slug=f"clinic-{number}")
        hire(practice.clinic, staff - 2)
        if push:
            give_telephone(practice.nurse, push, now)
        sessions.append(enrol(practice, now, patients=patients, earlier=0))
    print(json.dumps(sessions))


def give_telephone(user: User, push: str, now: datetime) -> None:
    from aftercare.people.contact_points.actions import set_rules
    from aftercare.people.models import ContactPoint
    from tools.servers.providers.push import Browser
    from tools.stage.telephones import number_of

    addresses = {"sms": number_of(user.pk), "push": Browser(push, str(user.pk)).subscription}
    for kind, address in addresses.items():
        ContactPoint.objects.create(user=user, kind=kind, address=address, created_at=now, verified_at=now)
    for level in ("emergency", "urgent"):
        set_rules(user=user, level=level, minutes={"push": 0, "sms": 0, "email": 0}, now=now)


def hire_everywhere(count: int) -> None:
    from aftercare.people.models import Clinic
    from bench.support.population import hire

    for clinic in list(Clinic.objects.order_by("pk"))[:-1]:
        hire(clinic, count)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
    import django

    django.setup()
    if arguments[0] == "--hire":
        hire_everywhere(int(arguments[1]))
    else:
        numbers, push = arguments[:3], "".join(arguments[3:])
        clinics, patients, staff = map(int, numbers)
        fill(clinics, patients, staff, push)


if __name__ == "__main__":
    main(sys.argv[1:])
