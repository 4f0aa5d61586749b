from datetime import timedelta

from django.db import migrations
from django.db.models import DateTimeField, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

PRESSING = ["emergency", "urgent"]


def fill(apps, schema_editor):
    """Give alerts of before their newest report, when their patient was reached, and the chase that is due."""
    Alert = apps.get_model("alerts", "Alert")
    ContactAttempt = apps.get_model("alerts", "ContactAttempt")
    Alert.objects.update(last_reported_at=Coalesce("reported_again_at", "opened_at"))
    reached = ContactAttempt.objects.filter(
        patient=OuterRef("patient"), result="reached", at__gte=OuterRef("opened_at")
    )
    newest = reached.order_by().values("patient").annotate(newest=Max("at")).values("newest")
    is_open = ~Q(status="closed")
    Alert.objects.filter(is_open).update(
        reached_at=Subquery(newest, output_field=DateTimeField())
    )
    now = timezone.now()
    acknowledged = Alert.objects.filter(status="acknowledged", level__in=PRESSING)
    # Nobody has confirmed these reports: they wait again, and are told at the next look.
    acknowledged.exclude(reported_again_at=None).update(
        unconfirmed_since=F("reported_again_at"), next_escalation_at=now
    )
    unreached = Q(reached_at=None) | Q(reached_at__lt=F("last_reported_at"))
    acknowledged.filter(unreached, follow_up_at=None).update(follow_up_at=now + timedelta(minutes=30))


class Migration(migrations.Migration):

    dependencies = [
        ("alerts", "0005_waits_again_reached_and_next_try"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
