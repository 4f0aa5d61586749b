"""What the patients so far are found by."""

from django.db import migrations

from aftercare.people.name_matching import search_text

ROWS_AT_ONCE = 1000


def fill(apps, schema_editor):
    patients = apps.get_model("people", "Patient").objects
    rows = patients.order_by("pk").select_related("user").only(
        "search_text", "record_number", "user", "user__first_name", "user__last_name"
    )
    page = list(rows[:ROWS_AT_ONCE])
    while page:
        for patient in page:
            name = f"{patient.user.first_name} {patient.user.last_name}"
            patient.search_text = search_text(name, patient.record_number)
        patients.bulk_update(page, ["search_text"])
        page = list(rows.filter(pk__gt=page[-1].pk)[:ROWS_AT_ONCE])


class Migration(migrations.Migration):
    dependencies = [("people", "0012_patients_are_found")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
