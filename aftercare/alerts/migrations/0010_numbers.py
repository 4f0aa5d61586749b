"""Short numbers of alerts and drills, given by the database.

A default would rewrite the table of alerts; and COPY, `bulk_create` and the release before this one all write rows
without a number. So a trigger gives it. An alert from before gets one when it changes next.
"""

from django.db import migrations, models

TABLES = ("alerts_alert", "alerts_drill")
POSTGRES = """
CREATE SEQUENCE alerts_number START 1001;
CREATE FUNCTION alerts_give_number() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.number := OLD.number;
    END IF;
    IF NEW.number IS NULL THEN
        NEW.number := nextval('alerts_number');
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""
ON_POSTGRES = """
CREATE TRIGGER alerts_give_number BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW
WHEN (NEW.number IS NULL) EXECUTE FUNCTION alerts_give_number();
"""
NEXT_ON_SQLITE = """
UPDATE {table} SET number = 1 + MAX(
    1000, COALESCE((SELECT MAX(number) FROM alerts_alert), 0), COALESCE((SELECT MAX(number) FROM alerts_drill), 0)
) WHERE id = NEW.id
"""
ON_SQLITE = (
    "CREATE TRIGGER {table}_is_numbered AFTER INSERT ON {table} FOR EACH ROW WHEN NEW.number IS NULL"
    f" BEGIN {NEXT_ON_SQLITE}; END",
    "CREATE TRIGGER {table}_keeps_number AFTER UPDATE ON {table} FOR EACH ROW"
    " WHEN NEW.number IS NULL AND OLD.number IS NOT NULL"
    " BEGIN UPDATE {table} SET number = OLD.number WHERE id = NEW.id; END",
    "CREATE TRIGGER {table}_gets_number AFTER UPDATE ON {table} FOR EACH ROW"
    " WHEN NEW.number IS NULL AND OLD.number IS NULL"
    f" BEGIN {NEXT_ON_SQLITE}; END",
)


def make(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        statements = [ON_POSTGRES]
    else:
        statements = ON_SQLITE
    for table in TABLES:
        for statement in statements:
            editor.execute(statement.format(table=table), params=None)


def drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION alerts_give_number() CASCADE", params=None)
        editor.execute("DROP SEQUENCE alerts_number", params=None)
        return
    for table in TABLES:
        for name in ("is_numbered", "keeps_number", "gets_number"):
            editor.execute(f"DROP TRIGGER {table}_{name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0009_omissions")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="number",
            field=models.PositiveIntegerField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="drill",
            name="number",
            field=models.PositiveIntegerField(editable=False, null=True, unique=True),
        ),
        migrations.RunPython(make, drop),
    ]
