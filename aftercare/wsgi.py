"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from aftercare.incoming.slow_clients import BufferedRequests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftercare.settings")
application = BufferedRequests(get_wsgi_application())

from aftercare.database.statement_timeout import limit_statements  # noqa: E402 (needs the settings)

limit_statements()
