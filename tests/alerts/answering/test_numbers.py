"""Alerts and drills have a short number that people can say, given by the database."""

from __future__ import annotations

import pytest
from django.db import connection

from aftercare.alerts.actions.drills import start_drill
from aftercare.alerts.models import Alert, Drill
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import alert_of, at, check_in

pytestmark = pytest.mark.django_db


def test_every_alert_and_drill_has_another_number_of_at_least_four_digits(
    patient: Patient, procedure: Procedure, manager: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus", "lumps"], emergency=["eye"])
    start_drill(clinic=patient.clinic, by=manager.user, now=at(21))

    alerts = list(Alert.objects.values_list("number", flat=True))
    numbers = [*alerts, *Drill.objects.values_list("number", flat=True)]
    assert len(alerts) == 3
    assert len(set(numbers)) == 4
    assert all(number is not None and number > 1000 for number in numbers)


def test_a_number_stays_though_an_alert_is_saved_that_was_never_read_again(
    patient: Patient, procedure: Procedure
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    before = Alert.objects.get(pk=alert.pk).number
    alert.number = None

    alert.save()

    assert Alert.objects.get(pk=alert.pk).number == before


def take_numbers_away() -> None:
    """Leave the alerts without a number, as before the update; the triggers work again afterwards."""
    without_triggers = [
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET LOCAL session_replication_role = replica",
        "UPDATE alerts_alert SET number = NULL",
        "SET LOCAL session_replication_role = DEFAULT",
    ]
    if connection.vendor != "postgresql":
        without_triggers = [
            "DROP TRIGGER alerts_alert_keeps_number",
            "UPDATE alerts_alert SET number = NULL",
        ]
    with connection.cursor() as cursor:
        for statement in without_triggers:
            cursor.execute(statement)


def test_an_alert_from_before_there_were_numbers_gets_one_when_it_changes(
    patient: Patient, procedure: Procedure
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    take_numbers_away()
    assert Alert.objects.get(pk=alert.pk).number is None

    Alert.objects.filter(pk=alert.pk).update(escalations=1)

    assert Alert.objects.get(pk=alert.pk).number is not None
