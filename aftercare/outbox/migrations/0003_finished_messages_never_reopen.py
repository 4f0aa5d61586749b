"""A trigger: whatever code is run, and by whomever, a finished message stays what it is."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION outbox_finished_never_reopens() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'a finished message never reopens' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER outbox_finished_never_reopens BEFORE UPDATE OF state ON outbox_message FOR EACH ROW
WHEN (OLD.state IN ('sent', 'failed', 'withdrawn') AND NEW.state <> OLD.state)
EXECUTE FUNCTION outbox_finished_never_reopens();
"""
SQLITE = """
CREATE TRIGGER outbox_finished_never_reopens BEFORE UPDATE OF state ON outbox_message FOR EACH ROW
WHEN OLD.state IN ('sent', 'failed', 'withdrawn') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a finished message never reopens'); END
"""


def make(apps, editor):
    # Without parameters: the bodies hold semicolons, at which editor.execute would not split, but RunSQL would.
    editor.execute(POSTGRES if editor.connection.vendor == "postgresql" else SQLITE, params=None)


def drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION outbox_finished_never_reopens() CASCADE", params=None)
    else:
        editor.execute("DROP TRIGGER outbox_finished_never_reopens", params=None)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_lines_folding_and_failures")]
    operations = [migrations.RunPython(make, drop)]
