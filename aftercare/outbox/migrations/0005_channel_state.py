from django.db import migrations


class Migration(migrations.Migration):
    """Rename Line to ChannelState. The table keeps its name: no statement reaches the database."""

    dependencies = [
        ("outbox", "0004_most_pressing_first"),
    ]

    operations = [
        migrations.AlterModelTable(name="line", table="outbox_line"),
        migrations.RenameModel(old_name="Line", new_name="ChannelState"),
    ]
