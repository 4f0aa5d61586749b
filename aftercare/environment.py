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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ

T = TypeVar("T")
# How many proxies there are, or their networks.
Proxies = int | tuple[IPv4Network | IPv6Network, ...]

DEMO_SECRET_KEY = "demonstration-only-this-key-is-public"  # noqa: S105 (refused outside the demonstration)
KEY_LENGTH, KEY_VARIETY = 50, 10  # characters, and how many different ones
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
# Delivery intervals in seconds (docs/operating.md).
PACE = {
    "MAIL_TIMEOUT_SECONDS": "10",
    "OUTBOX_CLAIM_SECONDS": "60",
    "OUTBOX_RETRY_SECONDS": "5",
    "OUTBOX_FOLD_SECONDS": "60",
}
MOST_PROXIES = 9
NO_PROXIES: Proxies = 0
KEY_BYTES = 32
INVALID_KEYS = (b"",)  # stands for keys that are reported already
LEAST_VARIETY = 16  # different bytes of a key; fewer are no accident
MAKE_A_DATA_KEY = "This makes one: openssl rand -base64 32"
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


class Malformed(ValueError):
    """A variable's value is invalid; the text says what it should be."""


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
    site_url: str
    allowed_hosts: list[str]
    database: dict[str, Any]
    redis_url: str
    email: dict[str, Any]
    pace: dict[str, float]
    staff_mfa: str
    statement_timeout: float
    log_format: str
    trusted_proxies: Proxies
    technical_contact: str


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


def switch(raw: str) -> bool:
    """Parse on or off."""
    word = raw.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise Malformed("use 1 (on) or 0 (off).")


def database(raw: str) -> dict[str, Any]:
    """Parse Django's database settings from `postgres://user:password@host:port/name` or `sqlite:///file`."""
    form = "use postgres://USER:PASSWORD@HOST:PORT/NAME, or sqlite:///FILE in a demonstration."
    try:
        config = dict(environ.Env.db_url_config(raw))
    except (environ.ImproperlyConfigured, ValueError) as error:
        raise Malformed(form) from error
    engine = config.get("ENGINE")
    if engine == "django.db.backends.postgresql" and config.get("NAME"):
        config["CONN_MAX_AGE"] = 600
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {"connect_timeout": 5, **config.get("OPTIONS", {})}
        return config
    if engine == "django.db.backends.sqlite3" and config.get("NAME"):
        config["CONN_MAX_AGE"] = None
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
        return config
    raise Malformed(form)


def redis(raw: str) -> str:
    """Parse the broker's address."""
    if urlsplit(raw).scheme not in {"redis", "rediss", "unix", "redis+socket"}:
        raise Malformed("use redis://HOST:PORT/0 (Redis or Valkey).")
    return raw


def email(raw: str) -> dict[str, Any]:
    """Parse Django's e-mail settings from `smtp://HOST:PORT`, `smtp+tls://`, `smtp+ssl://` or `file:///FOLDER`."""
    form = "use smtp+tls://USER:PASSWORD@HOST:587, smtp://HOST:25, or file:///FOLDER."
    try:
        url = urlsplit(raw)
        scheme, port = url.scheme, url.port
    except ValueError as error:
        raise Malformed(form) from error
    if scheme in {"file", "filemail"} and url.path:
        backend = environ.Env.EMAIL_SCHEMES["filemail"]
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": url.path}
    if scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"} or not url.hostname:
        raise Malformed(form)
    return {**environ.Env.email_url_config(raw), "EMAIL_PORT": port or (25 if scheme == "smtp" else 587)}


def site(raw: str) -> str:
    """Parse the public address, without a trailing slash."""
    url = urlsplit(raw)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise Malformed("use the public address, such as https://aftercare.example.org.")
    return raw.rstrip("/")


def seconds(raw: str) -> float:
    """Parse a duration of 0.1 seconds to one hour."""
    try:
        found = float(raw)
    except ValueError as error:
        raise Malformed("give a number of seconds.") from error
    if not 0.1 <= found <= 3600:
        raise Malformed("give a number of seconds from 0.1 to 3600.")
    return found


def seconds_or_none(raw: str) -> float:
    """Parse a duration as `seconds` does, or 0 for none."""
    return 0.0 if raw == "0" else seconds(raw)


def proxies(raw: str) -> Proxies:
    """Parse how many proxies stand in front of the portal, or the networks that they are in."""
    form = (
        f"give how many proxies there are (0 to {MOST_PROXIES}), or their networks, such as 10.0.3.0/24, ::1."
    )
    if raw.isascii() and raw.isdigit():
        if int(raw) > MOST_PROXIES:
            raise Malformed(form)
        return int(raw)
    try:
        return tuple(ip_network(part.strip()) for part in raw.split(","))
    except ValueError as error:
        raise Malformed(f"{form} {error}.") from error


def data_keys(raw: str) -> tuple[bytes, ...]:
    """Parse keys of 32 random bytes in base64, separated by commas."""
    return tuple(data_key(part.strip()) for part in raw.split(",") if part.strip())


def data_key(raw: str) -> bytes:
    standard = raw.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Malformed(
            f"give keys of 32 bytes in base64, newest first, separated by commas. {MAKE_A_DATA_KEY}"
        )
    if len(set(key)) < LEAST_VARIETY:
        raise Malformed(f"a key is not random. {MAKE_A_DATA_KEY}")
    return key


def words(raw: str) -> list[str]:
    """Split at commas."""
    return [word.strip() for word in raw.split(",") if word.strip()]


def address(raw: str) -> str:
    """Parse an e-mail address; empty for none."""
    name, at, domain = raw.partition("@")
    if (raw and not (name and at and "." in domain)) or any(char.isspace() for char in raw):
        raise Malformed("give an e-mail address, such as it@clinic.example.org.")
    return raw


def one_of(*words: str) -> Callable[[str], str]:
    """Return a parser for exactly these words."""

    def parse(raw: str) -> str:
        if raw not in words:
            raise Malformed(f"use {' or '.join(words)}.")
        return raw

    return parse


def read_environment(variables: Mapping[str, str], base_dir: Path) -> Environment:
    """Return the environment; raise SystemExit with a message that names every invalid variable."""
    reader = Reader(variables)
    demo = reader.read("DEMO", switch, "0", False)
    debug = reader.read("DEBUG", switch, "0", False)
    data_dir = (base_dir / (variables.get("DATA_DIR", "").strip() or "var")).resolve()
    site_url = reader.read("SITE_URL", site, f"http://localhost:{variables.get('PORT', '8000')}", "")
    host = urlsplit(site_url).hostname or "localhost"
    hosts = words(variables.get("ALLOWED_HOSTS", ""))
    found = Environment(
        demo=demo,
        debug=debug,
        secret_key=variables.get("SECRET_KEY", "").strip() or (DEMO_SECRET_KEY if demo else ""),
        secret_key_fallbacks=words(variables.get("SECRET_KEY_FALLBACKS", "")),
        data_keys=reader.read("DATA_KEYS", data_keys, "", INVALID_KEYS),
        data_dir=data_dir,
        site_url=site_url,
        allowed_hosts=hosts or [host, "localhost", "127.0.0.1", "[::1]"],
        database=reader.read("DATABASE_URL", database, f"sqlite:///{data_dir}/aftercare.sqlite3", {}),
        redis_url=reader.read("REDIS_URL", redis, "redis://127.0.0.1:6379/0", ""),
        email=reader.read("EMAIL_URL", email, f"file://{data_dir}/mail", {}),
        pace={name: reader.read(name, seconds, default, 1.0) for name, default in PACE.items()},
        staff_mfa=reader.read(
            "STAFF_MFA", one_of("required", "optional"), "optional" if demo else "required", "required"
        ),
        statement_timeout=reader.read("STATEMENT_TIMEOUT_SECONDS", seconds_or_none, "5", 5.0),
        log_format=reader.read("LOG_FORMAT", one_of("json", "plain"), "plain" if demo else "json", "json"),
        trusted_proxies=reader.read("TRUSTED_PROXIES", proxies, "0", NO_PROXIES),
        technical_contact=reader.read("TECHNICAL_CONTACT", address, "", ""),
    )
    problems = reader.problems + ([] if demo else unfit_for_patients(found))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise SystemExit(f"The portal cannot start. Please mend these environment variables:\n{lines}")
    return found


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


def from_process(base_dir: Path) -> Environment:
    """Read the environment of this process, and create the demonstration's folder if needed."""
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
