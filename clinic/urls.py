from django.urls import path

from clinic.views import alerts, handling, patients, queue, staff

app_name = "clinic"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("queue/", queue.queue_live, name="queue_live"),
    path("alerts/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<uuid:alert_id>/close/", alerts.close, name="close"),
    path("alerts/<uuid:alert_id>/assign/", handling.assign_alert, name="assign"),
    path("alerts/<uuid:alert_id>/attempts/", handling.record_attempt, name="record_attempt"),
    path("alerts/<uuid:alert_id>/reopen/", handling.reopen_alert, name="reopen"),
    path("choose/", staff.choose, name="choose_clinic"),
    path("staff/", staff.staff, name="staff"),
    path("staff/add/", staff.add, name="add_staff"),
    path("staff/<int:member_pk>/", staff.change, name="change_staff"),
    path("patients/search/", queue.search, name="search"),
    path("patients/", patients.patients, name="patients"),
    path("patients/enrol/", patients.enrol, name="enrol"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/procedures/new/", patients.record, name="record_procedure"),
]
