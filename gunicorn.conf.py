"""Settings of gunicorn, which reads this file when it is started in this folder.

Its threads wait for clients; a few at a time do the work (aftercare/incoming/slow_clients.py).
"""

from __future__ import annotations

from typing import Any

WAITING_THREADS = 64
# Requests after which a connection is closed. The process that took a connection answers all requests over it, and one
# process may have taken all those of a proxy; a new one is taken by whichever process is less busy.
REQUESTS_OF_A_CONNECTION = 20

workers = 2
worker_class = "gthread"
threads = WAITING_THREADS
keepalive = 30
graceful_timeout = 5
control_socket_disable = True
logger_class = "aftercare.logs.gunicorn_logger.PortalLogger"
# The portal decides whose X-Forwarded-Proto it believes (TRUSTED_PROXIES), and no header sets a path.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""


def on_starting(server: Any) -> None:
    """Start enough threads to wait in, even where --threads says how many work at once."""
    if server.cfg.threads < WAITING_THREADS:
        server.cfg.set("threads", WAITING_THREADS)


def pre_request(_worker: Any, request: Any) -> None:
    """Close a connection after its last request, so that a proxy's connections spread over the processes."""
    if request.req_number >= REQUESTS_OF_A_CONNECTION:
        request.force_close()
