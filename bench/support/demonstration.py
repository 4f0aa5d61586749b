"""The demo clinic on PostgreSQL behind gunicorn, as in production, for a browser to visit."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from tools.run.prepare import DEMO_SIGN_INS
from tools.servers.portal import NO_MAIL_SERVER, Web, bare_environment, fresh_secrets
from tools.servers.ports import free_port
from tools.servers.postgres import Postgres
from tools.servers.valkey import Valkey

FLOOR = "floor"  # an empty page


@contextmanager
def served(pages: Mapping[str, str]) -> Iterator[tuple[dict[str, str], str]]:
    """Serve the demo clinic and the floor. Yields the pages' URLs by name, and the session of the demo's patient."""
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-bench-"))
        postgres, valkey = stack.enter_context(Postgres()), stack.enter_context(Valkey())
        port = free_port()
        variables = {
            "DATABASE_URL": postgres.create_database("portal"),
            "REDIS_URL": valkey.url,
            "EMAIL_URL": NO_MAIL_SERVER,
            **fresh_secrets(),
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": data,
            "STAFF_MFA": "optional",
        }
        session = prepare(variables)
        environment = bare_environment() | variables
        web = stack.enter_context(Web(env=environment, port=port))
        floor = stack.enter_context(Web(env=environment, application="bench.floor.empty:application"))
        addresses = {name: web.url + path for name, path in pages.items()}
        yield {**addresses, FLOOR: floor.url + "/"}, session


def prepare(variables: dict[str, str]) -> str:
    """Load the demo clinic and collect static files. Returns the session of the demo's patient."""
    for name in ("DEMO", "DEBUG", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ.update(variables, DJANGO_SETTINGS_MODULE="aftercare.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from aftercare.people.models import User
    from bench.support.sessions import signed_in

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_guidance", verbosity=0)
    call_command("seed_demo", verbosity=0)
    (session,) = signed_in([User.objects.get(email=DEMO_SIGN_INS["patient"])])
    connection.close()
    return session
