"""A malformed or missing variable gives one clear error that names it, in every command."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aftercare.environment import from_process
from tools.servers.portal import bare_environment
from tools.servers.process import ROOT

GOOD = {
    "DATABASE_URL": "postgres://somebody@127.0.0.1:5432/aftercare",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "SECRET_KEY": "a-long-text-that-nobody-else-has-0123456789-ABCDEFG",
    "DATA_KEYS": "VzAxOg3cDxQa9fYyUuYyJ2t1kz5M0yH0y2m3Qe7b8cI=",
    "SITE_URL": "https://aftercare.example.org",
    "STAFF_MFA": "required",
    "TECHNICAL_CONTACT": "it@clinic.example",
}

MALFORMED = [
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "oracle://somebody@127.0.0.1/aftercare"),
    ("DATABASE_URL", "postgres://"),
    ("DATABASE_URL", "postgres://somebody@127.0.0.1:not-a-port/aftercare"),
    # SQLite is for demonstrations.
    ("DATABASE_URL", "sqlite:///aftercare.sqlite3"),
    ("DATABASE_URL", ""),
    ("REDIS_URL", "nonsense"),
    ("REDIS_URL", "http://127.0.0.1:6379/0"),
    ("EMAIL_URL", "nonsense"),
    ("EMAIL_URL", "pigeon://127.0.0.1"),
    ("EMAIL_URL", "smtp://127.0.0.1:not-a-port"),
    # Forgotten, it would lead to files that nobody reads.
    ("EMAIL_URL", ""),
    ("MAIL_FROM", "aftercare"),
    ("MAIL_FROM", "Aftercare <aftercare>"),
    ("MAIL_FROM", "Aftercare"),
    ("PHOTOS_URL", "nonsense"),
    ("PHOTOS_URL", "file://relative/folder"),
    ("PHOTOS_URL", "s3://store.example/pictures"),
    ("PHOTOS_URL", "s3://key:secret@store.example"),
    ("PHOTOS_URL", "s3://key:secret@store.example:no-port/pictures"),
    ("PHOTOS_URL", "https://key:secret@store.example/pictures"),
    ("HEARTBEAT_URL", "hc-ping.com/somebody"),
    ("HEARTBEAT_URL", "ftp://hc-ping.com/somebody"),
    ("SMS_URL", "twilio://SID:TOKEN@+441234567890/"),
    ("SMS_URL", "syslog://{to}"),
    ("SMS_REPLIES", "perhaps"),
    ("VOICE_URL", "twilio://SID:TOKEN@+441234567890"),
    ("VOICE_URL", f"twilio://AC{'0' * 32}:token@01234"),
    ("VOICE_URL", f"vonage://AC{'0' * 32}:token@+441234567890"),
    ("VOICE_URL", f"twilio://AC{'0' * 32}:token@+441234567890/+447700900163"),
    ("TWILIO_API", "api.dublin.ie1.twilio.com"),
    ("TWILIO_API", "https://api.twilio.com/2010-04-01"),
    ("SMS_PER_SECOND", "many"),
    ("SMS_PER_SECOND", "-1"),
    ("SMS_PER_SECOND", "nan"),
    ("CALLS_PER_SECOND", "0.01"),
    ("VAPID_PRIVATE_KEY", "too-short"),
    ("CHANNEL_HOSTS", "https://sms.clinic.lan"),
    ("SITE_URL", ""),
    ("SITE_URL", "nowhere"),
    ("SITE_URL", "ftp://aftercare.example.org"),
    ("STAFF_MFA", "perhaps"),
    ("TRUSTED_PROXIES", "nginx"),
    ("TRUSTED_PROXIES", "-1"),
    ("TRUSTED_PROXIES", "10"),
    # The address of a host with the length of a network's prefix.
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TRUSTED_PROXIES", "10.0.0.0/8,"),
    ("TECHNICAL_CONTACT", "somebody"),
    ("TECHNICAL_CONTACT", "it@clinic.example it2@clinic.example"),
    ("DEBUG", "perhaps"),
    # DEBUG is for demonstrations.
    ("DEBUG", "1"),
    ("DEMO", "perhaps"),
    ("DATA_KEYS", "too-short"),
    ("DATA_KEYS", "it is no base64 at all: !"),
    ("DATA_KEYS", "VzAxOg3cDxQa9fYyUuYyJ2t1kz5M0yH0y2m3Qe7b8cI=,c2hvcnQ="),
    ("DATA_KEYS", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("STATEMENT_TIMEOUT_SECONDS", "soon"),
    ("STATEMENT_TIMEOUT_SECONDS", "-1"),
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "changeme"),
    # One character less than enough.
    ("SECRET_KEY", "a-long-text-that-nobody-else-has-0123456789-ABCDE"),
    # Long enough, and guessed at once.
    ("SECRET_KEY", "a" * 60),
    ("SECRET_KEY", "abcdefghi" * 7),
    ("SECRET_KEY", "changeme-0123456789" * 3),
    ("SECRET_KEY", "django-insecure-" + "a-long-text-that-nobody-else-has-0123456789"),
    # The code and the session would travel for everybody to read.
    ("SITE_URL", "http://aftercare.example.org"),
    ("SITE_URL", "http://192.0.2.1"),
    ("SITE_URL", "http://localhost.example.org"),
]


def load_settings(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start a command of the portal with exactly these variables."""
    env = {**bare_environment(), **variables, "DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_good_variables_start_the_portal(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **GOOD)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "http://localhost:8000"),
        ("SITE_URL", "http://127.0.0.1:8000"),
        ("SITE_URL", "http://[::1]:8000"),
        ("TRUSTED_PROXIES", "2"),
        ("TRUSTED_PROXIES", "10.0.3.0/24, ::1"),
        ("MAIL_FROM", "Larkfield <aftercare@clinic.example>"),
        ("MAIL_FROM", "aftercare@clinic.example"),
        ("HEARTBEAT_URL", "https://hc-ping.com/somebody"),
    ],
)
def test_a_good_variable_starts_the_portal(name: str, value: str, tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, name: value})
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_bad_variable_is_named_in_one_clear_error(name: str, value: str, tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, name: value})
    assert done.returncode != 0
    named = [line for line in done.stderr.splitlines() if line.strip().startswith(f"{name}:")]
    assert len(named) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("", "Aftercare <aftercare@aftercare.example.org>"),
        ("mail@clinic.example", "Aftercare <mail@clinic.example>"),
        ("Larkfield <mail@clinic.example>", "Larkfield <mail@clinic.example>"),
    ],
)
def test_mails_come_from_the_address_that_is_set(given: str, sender: str, tmp_path: Path) -> None:
    done = load_settings(tmp_path, **GOOD, MAIL_FROM=given)
    assert f"DEFAULT_FROM_EMAIL = '{sender}'" in done.stdout


def test_without_a_technical_contact_the_portal_starts_and_warns(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "TECHNICAL_CONTACT": ""})

    assert done.returncode == 0, done.stderr
    assert "TECHNICAL_CONTACT is not set" in done.stderr


def test_with_mail_into_files_on_purpose_the_portal_starts_and_warns(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "EMAIL_URL": "file:///var/mail"})

    assert done.returncode == 0, done.stderr
    assert "EMAIL_URL names a folder" in done.stderr


class TestAFileWithTheEnvironment:
    def test_it_is_read_and_what_is_set_already_counts(self, tmp_path: Path) -> None:
        file = tmp_path / "aftercare.env"
        lines = [f'{name}="{value}"' for name, value in GOOD.items()]
        file.write_text("\n".join(["# what systemd reads too", "", *lines, "LOG_FORMAT=plain"]))

        done = load_settings(tmp_path, ENV_FILE=str(file), SITE_URL="https://other.example.org")

        assert (done.returncode, done.stderr) == (0, "")
        assert "SITE_URL = 'https://other.example.org'" in done.stdout
        assert f"TECHNICAL_CONTACT = '{GOOD['TECHNICAL_CONTACT']}'" in done.stdout

    def test_one_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        done = load_settings(tmp_path, **GOOD, ENV_FILE=str(tmp_path / "none"))

        assert done.returncode != 0
        assert f"ENV_FILE: {tmp_path / 'none'} cannot be read (No such file or directory)." in done.stderr
        assert "Traceback" not in done.stderr


def test_all_bad_variables_are_named_at_once(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "REDIS_URL": "x", "EMAIL_URL": "y", "STAFF_MFA": "z"})
    assert done.returncode != 0
    for name in ("REDIS_URL", "EMAIL_URL", "STAFF_MFA"):
        assert f"{name}:" in done.stderr
    for name in ("DATABASE_URL", "SECRET_KEY", "SITE_URL"):
        assert f"{name}:" not in done.stderr


def test_a_demonstration_needs_no_variable_but_demo(tmp_path: Path) -> None:
    done = load_settings(tmp_path, DEMO="1")
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_key_that_is_refused_comes_with_a_command_that_makes_a_good_one(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "SECRET_KEY": "changeme"})
    command = done.stderr.split("This prints a good one: python3 -c '")[1].splitlines()[0].rstrip("'")
    made = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert load_settings(tmp_path, **{**GOOD, "SECRET_KEY": made.stdout.strip()}).returncode == 0


def test_the_secret_is_not_shown_with_the_errors(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "REDIS_URL": "x"})
    assert GOOD["SECRET_KEY"] not in done.stderr + done.stdout


def test_without_keys_for_data_the_portal_starts_and_warns(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "DATA_KEYS": ""})

    assert done.returncode == 0, done.stderr
    assert "DATA_KEYS is not set" in done.stderr


def test_a_key_derived_from_the_secret_stays_readable_behind_the_keys_for_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {**GOOD, "DEMO": "0", "DATA_KEYS": "", "SECRET_KEY_FALLBACKS": "the-one-before"}
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    derived = from_process(tmp_path).data_keys
    monkeypatch.setenv("DATA_KEYS", GOOD["DATA_KEYS"])

    assert len(set(derived)) == 2
    assert from_process(tmp_path).data_keys == (base64.b64decode(GOOD["DATA_KEYS"]), *derived)


def test_a_bad_key_for_data_is_not_shown(tmp_path: Path) -> None:
    done = load_settings(tmp_path, **{**GOOD, "DATA_KEYS": f"{GOOD['DATA_KEYS']},nearly-a-key"})
    assert done.returncode != 0
    assert "nearly-a-key" not in done.stderr + done.stdout
    assert GOOD["DATA_KEYS"] not in done.stderr + done.stdout


def test_a_demonstration_makes_its_own_key_for_data_and_keeps_it(tmp_path: Path) -> None:
    kept = tmp_path / "data_keys"
    assert load_settings(tmp_path, DEMO="1").returncode == 0
    first = kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert load_settings(tmp_path, DEMO="1").returncode == 0
    assert kept.read_text() == first
    kept.write_text("spoilt")
    done = load_settings(tmp_path, DEMO="1")
    assert done.returncode != 0
    assert f"{kept}: give keys of 32 bytes in base64" in done.stderr


def test_bin_run_shows_the_same_error_and_leaves_no_server(tmp_path: Path) -> None:
    env = {**bare_environment(), "VENV": sys.prefix, "DATA_DIR": str(tmp_path), "EMAIL_URL": "pigeon://x"}
    done = subprocess.run(
        [ROOT / "bin/run"],
        env=env | {"PORT": str(20000 + os.getpid() % 10000)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "EMAIL_URL: " in done.stderr
    assert "Traceback" not in done.stderr
