"""On PostgreSQL, run statements without compiling them, where the database is ours to set that for."""

import logging

from django.db import migrations

IS_OURS = "SELECT pg_has_role(datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()"
logger = logging.getLogger(__name__)


def set_compilation(schema_editor, change):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(IS_OURS)
        (is_ours,) = cursor.fetchone()
        if not is_ours:
            logger.warning("jit can't be set for this database: pages of staff are slower (docs/operating.md)")
            return
        cursor.execute("SELECT quote_ident(current_database())")
        (name,) = cursor.fetchone()
        cursor.execute(f"ALTER DATABASE {name} {change} jit" + (" = off" if change == "SET" else ""))


def turn_off(apps, schema_editor):
    set_compilation(schema_editor, "SET")


def reset(apps, schema_editor):
    set_compilation(schema_editor, "RESET")


class Migration(migrations.Migration):
    dependencies = [("alerts", "0013_changes_to_the_rota")]

    operations = [migrations.RunPython(turn_off, reset)]
