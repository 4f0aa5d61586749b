"""python -m tools.stage.people CLINICS PATIENTS STAFF
python -m tools.stage.people --hire COUNT

Fills an empty portal (the one that the environment names) with clinics, STAFF members each, and PATIENTS
patients each, who have signed in. Prints the session keys, a list for each clinic, as JSON. Or hires COUNT
nurses for each clinic but the last.
"""

import json
import os
import sys


def fill(clinics: int, patients: int, staff: int) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from bench.support.population import enrol, hire, open_practice

    call_command("migrate", verbosity=0)
    now = timezone.now()
    sessions = []
    for number in range(clinics):
        practice = open_practice(now, slug=f"clinic-{number}")
        hire(practice.clinic, staff - 2)
        sessions.append(enrol(practice, now, patients=patients, earlier=0))
    print(json.dumps(sessions))


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
        clinics, patients, staff = map(int, arguments)
        fill(clinics, patients, staff)


if __name__ == "__main__":
    main(sys.argv[1:])
