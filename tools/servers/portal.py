"""The portal's processes: web (gunicorn), Celery worker, beat."""

import base64
import os
import secrets
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tools.servers.ports import free_port
from tools.servers.process import Process

# Without the caller's proxy settings.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# The EMAIL_URL of a portal that sends nothing: nobody listens there.
NO_MAIL_SERVER = "smtp://127.0.0.1:1"
VARIABLES = frozenset(
    {
        *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DATA_DIR"),
        *("DATA_KEYS", "SECRET_KEY_FALLBACKS", "ENV_FILE", "MAIL_FROM", "TECHNICAL_CONTACT", "HEARTBEAT_URL"),
        *("SMS_URL", "SMS_REPLIES", "VOICE_URL", "TWILIO_API", "VAPID_PRIVATE_KEY", "CHANNEL_HOSTS"),
        *("SMS_PER_SECOND", "CALLS_PER_SECOND"),
        *("STAFF_MFA", "TRUSTED_PROXIES", "DEBUG", "DEMO", "LOG_FORMAT", "PORT", "DJANGO_SETTINGS_MODULE"),
        *(
            "STATEMENT_TIMEOUT_SECONDS",
            "MAIL_TIMEOUT_SECONDS",
            "OUTBOX_CLAIM_SECONDS",
            "OUTBOX_RETRY_SECONDS",
            "OUTBOX_FOLD_SECONDS",
        ),
    }
)


def bare_environment() -> dict[str, str]:
    """Return the caller's environment without variables that configure the portal.

    And without the one that forbids Python to keep compiled modules: each of the many processes that a test run starts
    would compile all of them again.
    """
    left_out = {*VARIABLES, "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def fresh_secrets() -> dict[str, str]:
    """Return secrets for a portal of its own."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


class Web(Process):
    """gunicorn, ready when `/healthz` (or `path`) responds with 200. `unix` is the path of a socket to listen on."""

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        port: int | None = None,
        unix: Path | None = None,
        workers: int = 2,
        application: str = "aftercare.wsgi:application",
        path: str = "/healthz",
        log: Path | None = None,
    ) -> None:
        self.port = port or free_port()
        self.path = path
        # With a socket, also on the port, where its readiness is asked for.
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}"]
        command += ["--bind", f"unix:{unix}"] if unix else []
        # The rest is in gunicorn.conf.py.
        command += ["--workers", str(workers)]
        super().__init__(name="web", command=command, env=env, log=log)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        request = urllib.request.Request(self.url + self.path)
        try:
            with _opener.open(request, timeout=5) as response:
                return int(response.status) == 200
        except urllib.error.HTTPError as error:
            # An error page is not the response of a portal that is up.
            error.close()
            return False
        except OSError:
            return False


class Worker(Process):
    """A Celery worker, ready when its log says so."""

    def __init__(self, *, env: Mapping[str, str], concurrency: int = 2, log: Path | None = None) -> None:
        command = [sys.executable, "-m", "celery", "--app", "aftercare.celery", "worker"]
        command += [
            "--concurrency",
            str(concurrency),
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ]
        super().__init__(name="worker", command=command, env=env, log=log)
        self._log_began = 0

    def launch(self) -> None:
        if self.log is not None and self.log.exists():
            self._log_began = self.log.stat().st_size
        super().launch()

    def is_ready(self) -> bool:
        if self.log is None:
            return False
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return b" ready." in log.read()


class Beat(Process):
    """Celery beat, ready when it runs."""

    def __init__(self, *, env: Mapping[str, str], schedule: Path, log: Path | None = None) -> None:
        command = [sys.executable, "-m", "celery", "--app", "aftercare.celery", "beat"]
        # No pid file: a stale one would prevent a start after a crash of the machine.
        command += ["--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile", ""]
        super().__init__(name="beat", command=command, env=env, log=log)
