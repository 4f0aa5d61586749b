from django.db import migrations


class Migration(migrations.Migration):
    """Rename Reading to ArticleRead and Address to ArticleSlug. The tables keep their names: none is rewritten."""

    dependencies = [
        ("guidance", "0003_shipped_texts"),
    ]

    operations = [
        migrations.AlterModelTable(name="reading", table="guidance_reading"),
        migrations.RenameModel(old_name="Reading", new_name="ArticleRead"),
        migrations.AlterModelTable(name="address", table="guidance_address"),
        migrations.RenameModel(old_name="Address", new_name="ArticleSlug"),
    ]
