"""Parsers of the values of environment variables; each raises Malformed with what the value should be."""

from __future__ import annotations

import base64
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ

# How many proxies there are, or their networks.
Proxies = int | tuple[IPv4Network | IPv6Network, ...]

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
MOST_PROXIES = 9
POSTGRESQL = "aftercare.database.postgresql"
MAIL_INTO_FILES = environ.Env.EMAIL_SCHEMES["filemail"]
KEY_BYTES = 32
LEAST_VARIETY = 16  # different bytes of a key; fewer are no accident
SENDER_FORM = "give an e-mail address, such as aftercare@clinic.example.org, with or without a name."
MAKE_A_DATA_KEY = "This makes one: openssl rand -base64 32"


class Malformed(ValueError):
    """A variable's value is invalid; the text says what it should be."""


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
        config["ENGINE"] = POSTGRESQL
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
    form = "use smtp+tls://USER:PASSWORD@HOST:587 or smtp://HOST:25, or file:///FOLDER where nobody is to be mailed."
    try:
        url = urlsplit(raw)
        scheme, port = url.scheme, url.port
    except ValueError as error:
        raise Malformed(form) from error
    if scheme in {"file", "filemail"} and url.path:
        return {"EMAIL_BACKEND": MAIL_INTO_FILES, "EMAIL_FILE_PATH": url.path}
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


def per_second(raw: str) -> float:
    """Parse how many a second: 0.1 to 1000, or 0 for no limit."""
    try:
        found = float(raw)
    except ValueError as error:
        raise Malformed("give how many a second, or 0 for no limit.") from error
    if not (found == 0 or 0.1 <= found <= 1000):
        raise Malformed("give how many a second, from 0.1 to 1000, or 0 for no limit.")
    return found


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


def sender(raw: str) -> str:
    """Parse the address that mails come from, with or without a name: `Aftercare <aftercare@clinic.example.org>`."""
    _name, plain = parseaddr(raw)
    try:
        address(plain)
    except Malformed as error:
        raise Malformed(SENDER_FORM) from error
    if raw and (not plain or any(char in raw for char in "\r\n")):
        raise Malformed(SENDER_FORM)
    return raw


def web_address(raw: str) -> str:
    """Parse an address that is called; empty for none."""
    url = urlsplit(raw)
    if raw and (url.scheme not in {"http", "https"} or not url.hostname):
        raise Malformed("use an address such as https://hc-ping.com/ID.")
    return raw


def one_of(*words: str) -> Callable[[str], str]:
    """Return a parser for exactly these words."""

    def parse(raw: str) -> str:
        if raw not in words:
            raise Malformed(f"use {' or '.join(words)}.")
        return raw

    return parse


def photo_store(raw: str) -> dict[str, Any]:
    """Parse a storage of Django from `file:///FOLDER` or `s3://KEY:SECRET@HOST:PORT/BUCKET?region=REGION`.

    `s3+http://` reaches a store on this machine without encryption.
    """
    form = "use file:///FOLDER, or s3://KEY:SECRET@HOST:PORT/BUCKET?region=REGION."
    try:
        url = urlsplit(raw)
        scheme, port = url.scheme, url.port
    except ValueError as error:
        raise Malformed(form) from error
    if scheme == "file" and url.path and not url.hostname:
        options = {"location": url.path, "allow_overwrite": True, "file_permissions_mode": 0o600}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    bucket = url.path.strip("/")
    is_whole = url.hostname and url.username and url.password and bucket and "/" not in bucket
    if scheme not in {"s3", "s3+http"} or not is_whole:
        raise Malformed(form)
    return {
        "BACKEND": "aftercare.checkins.photos.s3.PhotoS3Storage",
        "OPTIONS": {
            "endpoint_url": f"{'https' if scheme == 's3' else 'http'}://{url.hostname}{f':{port}' if port else ''}",
            "access_key": unquote(url.username or ""),
            "secret_key": unquote(url.password or ""),
            "bucket_name": bucket,
            "region_name": parse_qs(url.query).get("region", ["us-east-1"])[0],
        },
    }
