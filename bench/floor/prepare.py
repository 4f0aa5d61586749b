"""Create the floor's tables and signed-in users; print their session keys as JSON.

.venv/bin/python -m bench.floor.prepare USERS
"""

import json
import os
import sys

import django
from django.core.management import call_command


def main(users: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.floor.settings"
    django.setup()
    # Twice: the floor has no migrations, and its tables reference migrated tables.
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth.models import User

    from bench.support.sessions import signed_in

    made = User.objects.bulk_create(User(username=f"user{number}", password="!") for number in range(users))
    print(json.dumps(signed_in(made)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
