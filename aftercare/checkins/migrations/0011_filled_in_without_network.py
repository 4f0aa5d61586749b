from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('checkins', '0010_photos'),
    ]

    operations = [
        migrations.AddField(
            model_name='checkin',
            name='filled_in_at',
            field=models.DateTimeField(null=True),
        ),
    ]
