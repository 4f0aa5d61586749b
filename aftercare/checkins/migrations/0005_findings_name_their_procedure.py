"""So far, a finding was about the procedure of its check-in, or of the alert that it opened."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_procedures(apps, _schema_editor):
    finding = apps.get_model("checkins", "Finding")
    assessment = apps.get_model("checkins", "Assessment")
    alert = apps.get_model("alerts", "Alert")
    of_alert = alert.objects.filter(pk=OuterRef("alert_id")).values("procedure_id")[:1]
    of_check_in = assessment.objects.filter(pk=OuterRef("assessment_id")).values("check_in__procedure_id")[:1]
    finding.objects.filter(alert__isnull=False).update(procedure_id=Subquery(of_alert))
    finding.objects.filter(alert__isnull=True).update(procedure_id=Subquery(of_check_in))


class Migration(migrations.Migration):
    dependencies = [("checkins", "0004_several_procedures_and_kept_signs")]

    operations = [migrations.RunPython(name_procedures, migrations.RunPython.noop)]
