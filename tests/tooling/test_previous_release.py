"""A database of the previous release is migrated: every row is found again, and no large table is rewritten.

The previous release is tests/data/previous_release.sql.gz; `python -m tools.previous_release` makes it.
"""

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from pytest_django.plugin import DjangoDbBlocker

from tools.previous_release.__main__ import DUMP
from tools.servers.process import ROOT

# They grow with every check-in: to rewrite one of them would lock it for minutes.
LARGE = (
    "alerts_alert",
    "alerts_contactattempt",
    "alerts_dispatch",
    "alerts_dispatch_alerts",
    "checkins_assessment",
    "checkins_checkin",
    "checkins_finding",
    "guidance_reading",
    "outbox_message",
    "people_event",
    "people_patient",
    "people_procedure",
)
BOOKKEEPING = {"django_migrations"}
FACTORS = {"people_factorchange", "people_factorremoval"}
SEALS = {"people_eventdetail", "people_eventseal", "people_sealedevent"}


@dataclass(frozen=True)
class Table:
    """A table as it was: its primary keys, and where its rows lie on the disk."""

    keys: frozenset[str]
    file: int
    places: frozenset[str]


def primary_key_of(cursor: CursorWrapper, table: str) -> str:
    cursor.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " WHERE i.indisprimary AND i.indrelid = %s::regclass",
        [table],
    )
    ((column,),) = cursor.fetchall()
    return str(column)


def look_at(cursor: CursorWrapper, table: str) -> Table:
    column = primary_key_of(cursor, table)
    cursor.execute(f'SELECT "{column}"::text, ctid::text FROM "{table}"')
    rows = cursor.fetchall()
    cursor.execute("SELECT pg_relation_filenode(%s::regclass)", [table])
    (file,) = cursor.fetchone()
    return Table(keys=frozenset(key for key, _ in rows), file=file, places=frozenset(at for _, at in rows))


def tables(cursor: CursorWrapper) -> dict[str, Table]:
    """Every table that holds rows, by its name."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = {name: look_at(cursor, name) for (name,) in cursor.fetchall()}
    return {name: table for name, table in found.items() if table.keys}


def model_rows(model: type[models.Model]) -> list[Any]:
    """Every row, each column read by the model of today."""
    return list(model._base_manager.all())


def lead_to(database: str) -> None:
    """Let Django's connection, and with it every model, mean another database of the cluster."""
    connection.close()
    connection.settings_dict["NAME"] = database


def migrate() -> None:
    """As an update does: in a process of its own."""
    database = connection.settings_dict
    where = f"{database['USER']}@{database['HOST']}:{database['PORT']}"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"postgres://{where}/{database['NAME']}"},
        check=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def before(django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[dict[str, Table]]:
    """The tables of the previous release as loaded. The connection then leads to that database, migrated."""
    name, usual = f"previous_release_{worker_id}", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            lead_to(name)
            with connection.cursor() as cursor:
                cursor.execute(gzip.decompress(DUMP.read_bytes()).decode())
                cursor.execute("SELECT set_config('search_path', 'public', false)")
                found = tables(cursor)
            migrate()
            yield found
        finally:
            lead_to(usual)
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            connection.close()
            # Django remembers the ids of content types, which are others there.
            ContentType.objects.clear_cache()


def test_every_row_is_found_again_by_a_model_of_today(before: dict[str, Table]) -> None:
    known = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}

    assert set(before) - set(known) == BOOKKEEPING
    for name in set(before) - BOOKKEEPING:
        assert before[name].keys <= {str(row.pk) for row in model_rows(known[name])}, name


def test_the_previous_release_fills_nearly_every_table_of_ours(before: dict[str, Table]) -> None:
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith(("aftercare.", "clinic."))
    }

    # Pictures need files beside the database; no user has a permission other than by a group.
    left_empty = {"guidance_picture", "people_user_user_permissions"}
    newer_than_that_release = {
        "alerts_answerlink",
        "alerts_dutyconfirmation",
        "alerts_omission",
        "alerts_override",
        "alerts_queuechange",
        "alerts_swap",
        "alerts_reply",
        "people_companion",
        "checkins_cluster",
        "checkins_clusterelsewhere",
        "checkins_clusterlook",
        "checkins_clusterreport",
        "checkins_photo",
        "checkins_photoconsent",
        "checkins_reminder",
        "checkins_reminderplan",
        "guidance_answerconfirmation",
        "guidance_everydayanswer",
        "guidance_searchsynonym",
        "people_addresschange",
        "people_codemail",
        "people_coderequest",
        "people_contactpoint",
        "people_contactrule",
        "people_lot",
        "people_operator",
        "people_quiethours",
    }
    newer_than_that_release |= FACTORS | SEALS
    assert ours - set(before) <= left_empty | newer_than_that_release


def test_no_large_table_and_none_of_its_rows_is_rewritten(before: dict[str, Table]) -> None:
    with connection.cursor() as cursor:
        after = {name: look_at(cursor, name) for name in LARGE}

    for name in LARGE:
        assert after[name].file == before[name].file, name
        assert before[name].places <= after[name].places, name


def test_what_a_patient_said_and_what_became_of_it_can_still_be_read(before: dict[str, Table]) -> None:
    from aftercare.people.models import Patient

    amara = Patient.objects.get(user__email="patient@demo.example")
    first, second = amara.check_ins.order_by("observed_at")

    assert str(amara.user) == "Amara Osei"
    assert (first.answers["redness"], first.answers["pain"], second.answers["signs"]) == (2, 2, ["peeling"])
    assert [each.assessments.get().level for each in (first, second)] == ["expected", "expected"]


def test_alerts_keep_their_states_findings_and_outcomes(before: dict[str, Table]) -> None:
    from aftercare.alerts.models import Alert

    alerts = Alert.objects
    mei = alerts.get(patient__user__email="mei.lin@demo.example")

    assert mei.status == "acknowledged"
    assert [finding.rule for finding in mei.findings.all()] == ["past_expected.swelling"]
    assert all(alert.outcome and alert.closed_at for alert in alerts.filter(status="closed"))
    assert {"new", "acknowledged", "closed"} == set(alerts.values_list("status", flat=True))


def test_every_revision_of_an_article_can_still_be_drawn(before: dict[str, Table]) -> None:
    from wagtail.models import Revision

    drawn = [revision.as_object() for revision in Revision.objects.all()]

    assert {"Clean hands", "Infection"} <= {article.title for article in drawn}
