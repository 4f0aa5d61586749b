"""Events and their seals: whatever code is run, and by whomever, a row is neither changed nor deleted.

SQLite, which is for demonstrations, refuses changes only: there `manage.py flush` deletes row by row.
"""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = ("people_event", "people_eventseal", "people_sealedevent")
POSTGRES = """
CREATE FUNCTION people_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$ LANGUAGE plpgsql;
"""
ON_POSTGRES = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION people_append_only();
"""
ON_SQLITE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is never changed or deleted'); END
"""


def make(apps, editor):
    is_postgres = editor.connection.vendor == "postgresql"
    if is_postgres:
        editor.execute(POSTGRES, params=None)
    for table in APPEND_ONLY:
        editor.execute((ON_POSTGRES if is_postgres else ON_SQLITE).format(table=table), params=None)


def drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION people_append_only() CASCADE", params=None)
    else:
        for table in APPEND_ONLY:
            editor.execute(f"DROP TRIGGER {table}_append_only", params=None)


class Migration(migrations.Migration):
    dependencies = [("people", "0021_looks")]
    operations = [
        migrations.CreateModel(
            name="EventSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sealed_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("through", models.BigIntegerField()),
                ("is_complete", models.BooleanField()),
                ("content", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("previous",), name="the_chain_of_seals_never_forks")
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedEvent",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "seal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.eventseal",
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={"ordering": ["event_id"]},
        ),
        migrations.RunPython(make, drop),
    ]
