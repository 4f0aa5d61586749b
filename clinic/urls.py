from django.urls import path

from clinic.views import alerts, patients

app_name = "clinic"
urlpatterns = [
    path("", alerts.queue, name="queue"),
    path("alerts/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<uuid:alert_id>/close/", alerts.close, name="close"),
    path("patients/", patients.patients, name="patients"),
    path("patients/enrol/", patients.enrol, name="enrol"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/procedures/new/", patients.record, name="record_procedure"),
]
