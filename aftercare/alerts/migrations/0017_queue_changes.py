"""The table that triggers write each change of a queue to; they are made after the migrations (clinic/queue/live/watched.py)."""

from django.db import migrations, models

NAME = "queue_change"
FUNCTIONS = "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE %s"
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"


def leave_triggers(apps, editor):
    pass


def drop_triggers(apps, editor):
    is_postgres = editor.connection.vendor == "postgresql"
    with editor.connection.cursor() as cursor:
        if is_postgres:
            cursor.execute(FUNCTIONS, [f"{NAME}_of_%"])
        else:
            cursor.execute(TRIGGERS, [f"%_{NAME}_%"])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {name} CASCADE" if is_postgres else f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("alerts", "0016_clusters")]

    operations = [
        migrations.CreateModel(
            name="QueueChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("clinic_id", models.BigIntegerField(db_index=True)),
                ("mark", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("status", "closed")), fields=["clinic", "closed_at"], name="alert_closed"
            ),
        ),
        migrations.RunPython(leave_triggers, drop_triggers),
    ]
