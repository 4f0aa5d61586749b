"""The words of a clinic on the page on data and privacy, with the version to which patients agree."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0034_check_in_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinic',
            name='data_contact',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='clinic',
            name='data_controller',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='clinic',
            name='data_kept',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='clinic',
            name='data_text_from',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='clinic',
            name='data_text_version',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, editable=False),
        ),
    ]
