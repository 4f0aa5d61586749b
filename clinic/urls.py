from django.urls import path

from clinic.views import alerts, attempts, contacts, drills, outbox, patients

app_name = "clinic"
urlpatterns = [
    path("", alerts.queue, name="queue"),
    path("alerts/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<uuid:alert_id>/close/", alerts.close, name="close"),
    path("alerts/<uuid:alert_id>/attempts/", attempts.record_attempt, name="record_attempt"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/steps/new/<slug:hours>/", contacts.new_step, name="new_step"),
    path("contacts/steps/<int:step_id>/", contacts.step, name="step"),
    path("contacts/steps/<int:step_id>/remove/", contacts.remove, name="remove_step"),
    path("contacts/steps/<int:step_id>/up/", contacts.up, name="move_step_up"),
    path("contacts/rota/new/", contacts.new_shift, name="new_shift"),
    path("contacts/rota/<int:shift_id>/remove/", contacts.remove_shift, name="remove_shift"),
    path("contacts/away/<int:member_id>/", contacts.absence, name="absence"),
    path("contacts/closed-days/new/", contacts.new_closed_day, name="new_closed_day"),
    path("contacts/closed-days/<str:day>/remove/", contacts.remove_closed_day, name="remove_closed_day"),
    path("drills/start/", drills.start, name="start_drill"),
    path("drills/<uuid:drill_id>/", drills.drill, name="drill"),
    path("drills/<uuid:drill_id>/acknowledge/", drills.acknowledge_drill, name="acknowledge_drill"),
    path("drills/<uuid:drill_id>/stop/", drills.stop, name="stop_drill"),
    path("messages/", outbox.failed_messages, name="messages"),
    path("messages/<uuid:message_id>/again/", outbox.again, name="message_again"),
    path("messages/<uuid:message_id>/dismiss/", outbox.dismiss, name="message_dismiss"),
    path("patients/", patients.patients, name="patients"),
    path("patients/enrol/", patients.enrol, name="enrol"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/procedures/new/", patients.record, name="record_procedure"),
]
