"""Configuration from environment variables (12-factor), validated as a whole before anything starts.

One message names every missing or malformed variable, so that an operator can correct all at once.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aftercare.environment_values import (
    KEY_BYTES,
    Malformed,
    Proxies,
    address,
    data_keys,
    database,
    email,
    one_of,
    per_second,
    photo_store,
    proxies,
    redis,
    seconds,
    seconds_or_none,
    sender,
    site,
    switch,
    web_address,
    words,
)
from aftercare.outbox.channel_settings import (
    TWILIO_API,
    Channels,
    host_names,
    push_key,
    sms_url,
    twilio_api,
    voice_url,
)

T = TypeVar("T")

DEMO_SECRET_KEY = "demonstration-only-this-key-is-public"  # noqa: S105 (refused outside the demonstration)
KEY_LENGTH, KEY_VARIETY = 50, 10  # characters, and how many different ones
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
# Delivery intervals in seconds (docs/operating.md).
PACE = {
    "MAIL_TIMEOUT_SECONDS": "10",
    "OUTBOX_CLAIM_SECONDS": "60",
    "OUTBOX_RETRY_SECONDS": "5",
    "OUTBOX_FOLD_SECONDS": "60",
}
NO_PROXIES: Proxies = 0
INVALID_KEYS = (b"",)  # stands for keys that are reported already


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Configuration of the process; each field is the variable of the same name in capitals."""

    demo: bool
    debug: bool
    secret_key: str = field(repr=False)
    secret_key_fallbacks: list[str] = field(repr=False)
    data_keys: tuple[bytes, ...] = field(repr=False)
    # False while texts are encrypted with a key derived from SECRET_KEY.
    has_data_keys: bool = False
    data_dir: Path
    photos: dict[str, Any] = field(repr=False)
    site_url: str
    allowed_hosts: list[str]
    database: dict[str, Any]
    redis_url: str
    email: dict[str, Any]
    mail_from: str
    heartbeat_url: str = field(repr=False)
    pace: dict[str, float]
    staff_mfa: str
    statement_timeout: float
    log_format: str
    trusted_proxies: Proxies
    technical_contact: str
    channels: Channels


class Reader:
    """Reads variables and collects their problems."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.problems: list[str] = []

    def read(self, name: str, parse: Callable[[str], T], default: str, fallback: T) -> T:
        """Return the parsed variable; note a problem and return `fallback` if it is missing or invalid."""
        raw = self.variables.get(name, "").strip() or default
        try:
            return parse(raw)
        except Malformed as problem:
            self.problems.append(f"{name}: {problem}")
            return fallback


def read_environment(variables: Mapping[str, str], base_dir: Path) -> Environment:
    """Return the environment; raise SystemExit with a message that names every invalid variable."""
    reader = Reader(variables)
    demo = reader.read("DEMO", switch, "0", False)
    debug = reader.read("DEBUG", switch, "0", False)
    data_dir = (base_dir / (variables.get("DATA_DIR", "").strip() or "var")).resolve()
    own_address = f"http://localhost:{variables.get('PORT', '8000')}" if demo else ""
    site_url = reader.read("SITE_URL", site, own_address, "")
    host = urlsplit(site_url).hostname or "localhost"
    hosts = words(variables.get("ALLOWED_HOSTS", ""))
    found = Environment(
        demo=demo,
        debug=debug,
        secret_key=variables.get("SECRET_KEY", "").strip() or (DEMO_SECRET_KEY if demo else ""),
        secret_key_fallbacks=words(variables.get("SECRET_KEY_FALLBACKS", "")),
        data_keys=reader.read("DATA_KEYS", data_keys, "", INVALID_KEYS),
        data_dir=data_dir,
        photos=reader.read("PHOTOS_URL", photo_store, f"file://{data_dir}/photos", {}),
        site_url=site_url,
        allowed_hosts=hosts or [host, "localhost", "127.0.0.1", "[::1]"],
        database=reader.read("DATABASE_URL", database, f"sqlite:///{data_dir}/aftercare.sqlite3", {}),
        redis_url=reader.read("REDIS_URL", redis, "redis://127.0.0.1:6379/0", ""),
        email=reader.read("EMAIL_URL", email, f"file://{data_dir}/mail" if demo else "", {}),
        mail_from=reader.read("MAIL_FROM", sender, "", ""),
        heartbeat_url=reader.read("HEARTBEAT_URL", web_address, "", ""),
        pace={name: reader.read(name, seconds, default, 1.0) for name, default in PACE.items()},
        staff_mfa=reader.read(
            "STAFF_MFA", one_of("required", "optional"), "optional" if demo else "required", "required"
        ),
        statement_timeout=reader.read("STATEMENT_TIMEOUT_SECONDS", seconds_or_none, "5", 5.0),
        log_format=reader.read("LOG_FORMAT", one_of("json", "plain"), "plain" if demo else "json", "json"),
        trusted_proxies=reader.read("TRUSTED_PROXIES", proxies, "0", NO_PROXIES),
        technical_contact=reader.read("TECHNICAL_CONTACT", address, "", ""),
        channels=read_channels(reader),
    )
    problems = reader.problems + ([] if demo else unfit_for_patients(found))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise SystemExit(f"The portal cannot start. Please mend these environment variables:\n{lines}")
    return found


def read_channels(reader: Reader) -> Channels:
    """Return what is set for channels beside e-mail."""
    return Channels(
        sms_url=reader.read("SMS_URL", sms_url, "", ""),
        sms_replies=reader.read("SMS_REPLIES", switch, "0", False),
        voice_url=reader.read("VOICE_URL", voice_url, "", ""),
        twilio_api=reader.read("TWILIO_API", twilio_api, TWILIO_API, TWILIO_API),
        sms_per_second=reader.read("SMS_PER_SECOND", per_second, "1", 1.0),
        calls_per_second=reader.read("CALLS_PER_SECOND", per_second, "1", 1.0),
        vapid_private_key=reader.read("VAPID_PRIVATE_KEY", push_key, "", ""),
        hosts=reader.read("CHANNEL_HOSTS", host_names, "", ()),
    )


def unfit_for_patients(found: Environment) -> list[str]:
    """Return the settings that only a demonstration may have."""
    problems = []
    if not is_random(found.secret_key):
        problems.append(
            f"SECRET_KEY: set at least {KEY_LENGTH} random characters of your own, and keep them secret. "
            f"This prints a good one: {MAKE_A_KEY}"
        )
    if found.site_url.startswith("http:") and not is_this_machine(urlsplit(found.site_url).hostname or ""):
        problems.append("SITE_URL: begin it with https://; http is for this machine alone (localhost).")
    if found.database.get("ENGINE") == "django.db.backends.sqlite3":
        problems.append("DATABASE_URL: set PostgreSQL (postgres://…); SQLite is for demonstrations (DEMO=1).")
    if found.debug:
        problems.append("DEBUG: take it away; it is for demonstrations (DEMO=1).")
    return problems


def is_random(key: str) -> bool:
    """Return whether a key may have been drawn at random: long, of many characters, and no text repeated."""
    is_repeated = key in (key + key)[1:-1]
    is_varied = len(set(key)) >= KEY_VARIETY
    return len(key) >= KEY_LENGTH and is_varied and not is_repeated and "insecure" not in key


def is_this_machine(host: str) -> bool:
    """Return whether only this machine can be meant by the host."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_file(variables: MutableMapping[str, str]) -> None:
    """Add the variables of the file that `ENV_FILE` names, such as cron needs; what is set already counts.

    Its lines are those of systemd's `EnvironmentFile`: NAME=value.
    """
    path = variables.get("ENV_FILE", "").strip()
    if not path:
        return
    try:
        text = Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SystemExit(f"The portal cannot start. ENV_FILE: {path} cannot be read ({why}).") from error
    for line in map(str.strip, text.splitlines()):
        name, equals, value = line.removeprefix("export ").partition("=")
        if line and not line.startswith(("#", ";")) and equals:
            variables.setdefault(name.strip(), unquoted(value.strip()))


def unquoted(value: str) -> str:
    """Return a value without the quotes around it."""
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def from_process(base_dir: Path) -> Environment:
    """Read the environment of this process, and create the demonstration's folder if needed."""
    read_file(os.environ)
    found = read_environment(os.environ, base_dir)
    if found.demo:
        try:
            found.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SystemExit(
                f"The portal cannot start. DATA_DIR: {found.data_dir} cannot be made ({error.strerror}). "
                "Set DATA_DIR to a folder that you can write to."
            ) from error
        own = found.data_keys or demonstration_keys(found.data_dir)
        return replace(found, data_keys=own, has_data_keys=True)
    derived = tuple(derived_key(secret) for secret in (found.secret_key, *found.secret_key_fallbacks))
    return replace(found, data_keys=(*found.data_keys, *derived), has_data_keys=bool(found.data_keys))


def derived_key(secret_key: str) -> bytes:
    """Return the key of a portal without `DATA_KEYS`, which an update must not keep from starting.

    It can still be read with once there are `DATA_KEYS`, so that `rotate_keys` leads from the one to the other.
    """
    return hmac.digest(secret_key.encode(), b"aftercare.data_key", "sha256")


def demonstration_keys(data_dir: Path) -> tuple[bytes, ...]:
    """Return the keys kept in the demonstration's folder; make one at the first start."""
    path = data_dir / "data_keys"
    if not path.exists():
        # Written beside it first: web, worker and beat may start at the same moment.
        with tempfile.NamedTemporaryFile("w", dir=data_dir) as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    try:
        return data_keys(path.read_text())
    except Malformed as problem:
        raise SystemExit(f"The portal cannot start. {path}: {problem}") from problem
