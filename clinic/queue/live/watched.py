"""The tables that the queue is drawn from. A change of any of them is a new version of the clinic's queue.

`tests/clinic/queue/test_version.py` reads the statements of the page, and fails where a table is missing here.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from aftercare.alerts.models import QueueChange
from aftercare.alerts.models.queue_changes import MARKS
from aftercare.database.change_triggers import Log, Watched, install

LOG = Log(name="queue_change", table=QueueChange._meta.db_table, marks=MARKS)

CLINIC_OF_PATIENT = "SELECT clinic_id FROM people_patient WHERE id = {row}.patient_id"
# A check-in by itself shows only where it ends a patient's silence. What it reports shows by its findings. It holds the
# lock of its patient, so that an entry about the silence is committed before the check-in, or marks a change after it.
CLINIC_OF_SILENT_PATIENT = (
    CLINIC_OF_PATIENT + " AND (TG_OP <> 'INSERT'"
    " OR EXISTS (SELECT FROM checkins_nonresponse WHERE patient_id = {row}.patient_id))"
)
OWN_CLINIC = "SELECT {row}.clinic_id"
CLINICS_OF_USER = (
    "SELECT clinic_id FROM people_patient WHERE user_id = {row}.id"
    " UNION SELECT clinic_id FROM people_staffmember WHERE user_id = {row}.id"
)
CLINIC_OF_CHECK_IN = (
    "SELECT clinic_id FROM people_patient JOIN checkins_checkin ON people_patient.id = patient_id"
    " WHERE checkins_checkin.id = {row}.check_in_id"
)
CLINIC_OF_ALERT = "SELECT clinic_id FROM alerts_alert WHERE id = {row}.alert_id"

WATCHED = (
    Watched(table="alerts_alert", clinics=OWN_CLINIC),
    Watched(table="alerts_contactattempt", clinics=CLINIC_OF_PATIENT),
    Watched(table="alerts_drill", clinics=OWN_CLINIC),
    # An evaluation shows once a finding of it points to an alert.
    Watched(table="checkins_assessment", clinics=CLINIC_OF_CHECK_IN, events=("UPDATE", "DELETE")),
    Watched(table="checkins_checkin", clinics=CLINIC_OF_SILENT_PATIENT),
    Watched(table="checkins_finding", clinics=CLINIC_OF_ALERT),
    Watched(table="checkins_nonresponse", clinics=CLINIC_OF_PATIENT),
    Watched(table="people_clinic", clinics="SELECT {row}.id"),
    Watched(table="people_patient", clinics=OWN_CLINIC),
    Watched(table="people_procedure", clinics=CLINIC_OF_PATIENT),
    Watched(table="people_staffmember", clinics=OWN_CLINIC),
    Watched(table="people_user", clinics=CLINICS_OF_USER, ignored=("last_login",)),
)


def watch(*, using: str, **given: Any) -> None:
    """Make the triggers, once the tables have been migrated; a receiver of `post_migrate`."""
    if "plan" in given:  # emptied tables keep their triggers
        install(connections[using], WATCHED, LOG)
