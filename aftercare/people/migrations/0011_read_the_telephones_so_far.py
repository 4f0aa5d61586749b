"""Telephone numbers so far are read for the clinic's country and kept as E.164; what can't be read stays as typed."""

from collections.abc import Iterator

from django.db import migrations

from aftercare.ui.telephones import Telephone, region_of

OF_A_CLINIC = ("telephone", "out_of_hours_telephone")
ROWS_AT_ONCE = 1000


def read_telephones(apps, schema_editor):
    for clinic in apps.get_model("people", "Clinic").objects.all():
        region = region_of(clinic.time_zone)
        read = {name: Telephone.read(getattr(clinic, name).kept, region) for name in OF_A_CLINIC}
        type(clinic).objects.filter(pk=clinic.pk).update(**read)
    patient = apps.get_model("people", "Patient")
    for rows in pages(patient.objects.exclude(call_back_telephone="")):
        patient.objects.bulk_update(changed(patient, rows), ["call_back_telephone"])


def pages(patients) -> Iterator[list]:
    """Ids, numbers and time zones of patients, so many at once."""
    rows = patients.order_by("pk").values_list("pk", "call_back_telephone", "clinic__time_zone")
    page = list(rows[:ROWS_AT_ONCE])
    while page:
        yield page
        page = list(rows.filter(pk__gt=page[-1][0])[:ROWS_AT_ONCE])


def changed(model, rows) -> list:
    """The patients whose number is kept in other characters than before."""
    read = [(pk, number, Telephone.read(number.kept, region_of(zone))) for pk, number, zone in rows]
    return [model(pk=pk, call_back_telephone=new) for pk, old, new in read if new.kept != old.raw_input]


class Migration(migrations.Migration):
    dependencies = [("people", "0010_telephones_as_e164")]

    operations = [migrations.RunPython(read_telephones, migrations.RunPython.noop)]
