"""On PostgreSQL, an index of parts of words, where the server lets us have one: patients are found by it."""

import logging

from django.db import DatabaseError, migrations, transaction

COLUMNS = ("search_text", "call_back_telephone")
logger = logging.getLogger(__name__)


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        logger.warning("pg_trgm can't be added: patients are found, in a large clinic more slowly")
        return
    for column in COLUMNS:
        schema_editor.execute(
            f"CREATE INDEX IF NOT EXISTS patient_by_{column} ON people_patient USING gin ({column} gin_trgm_ops)"
        )


def remove_index(apps, schema_editor):
    for column in COLUMNS:
        schema_editor.execute(f"DROP INDEX IF EXISTS patient_by_{column}")


class Migration(migrations.Migration):
    dependencies = [("people", "0013_find_the_patients_so_far")]

    operations = [migrations.RunPython(add_index, remove_index)]
