from django.urls import path

from clinic import held_form_views
from clinic.administration import details_views, looks_views, message_views, removal_views, staff_views
from clinic.alert import contact_views, owner_views
from clinic.alert import views as alert_views
from clinic.clusters import views as cluster_views
from clinic.contact_points import point_views
from clinic.contact_points import views as contact_point_views
from clinic.corrections import intake_views, transfer_views
from clinic.corrections import views as correction_views
from clinic.demo.outside_world import views as outside_world_views
from clinic.enrolment import invitation_views
from clinic.enrolment import views as enrolment_views
from clinic.locked import views as locked_views
from clinic.on_call import change_views, drill_views, duty_views, rota_views, swap_views
from clinic.on_call import views as on_call_views
from clinic.patients import call_views, check_in_views, search_views, withdrawal_views
from clinic.patients import views as patient_views
from clinic.photos import views as photo_views
from clinic.queue import row_views
from clinic.queue import views as queue_views

app_name = "clinic"
urlpatterns = [
    path("", queue_views.queue, name="queue"),
    path("lock/", locked_views.lock, name="lock"),
    path("locked/", locked_views.locked, name="locked"),
    path("locked/counts/", locked_views.counts, name="locked_counts"),
    path("queue/", queue_views.queue_live, name="queue_live"),
    path(
        "queue/<uuid:patient_id>/acknowledge/",
        row_views.acknowledge_in_queue,
        name="acknowledge_in_queue",
    ),
    path("queue/<uuid:patient_id>/give-back/", row_views.give_back_in_queue, name="give_back_in_queue"),
    path("queue/<uuid:patient_id>/undo-close/", row_views.undo_close_in_queue, name="undo_close_in_queue"),
    path("alerts/<uuid:alert_id>/", alert_views.alert, name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alert_views.acknowledge, name="acknowledge"),
    path("alerts/<uuid:alert_id>/close/", contact_views.close, name="close"),
    path("alerts/<uuid:alert_id>/give-back/", alert_views.give_back, name="give_back"),
    path("alerts/<uuid:alert_id>/undo-close/", alert_views.undo_close, name="undo_close"),
    path("alerts/<uuid:alert_id>/attempts/", contact_views.record_attempt, name="record_attempt"),
    path("alerts/<uuid:alert_id>/letters/", contact_views.send, name="send_letter"),
    path("contacts/", on_call_views.contacts, name="contacts"),
    path("contacts/steps/new/<slug:hours>/", on_call_views.new_step, name="new_step"),
    path("contacts/steps/<int:step_id>/", on_call_views.step, name="step"),
    path("contacts/steps/<int:step_id>/remove/", on_call_views.remove, name="remove_step"),
    path("contacts/steps/<int:step_id>/up/", on_call_views.up, name="move_step_up"),
    path("contacts/rota/new/", rota_views.new_shift, name="new_shift"),
    path("contacts/rota/<int:shift_id>/remove/", rota_views.remove_shift, name="remove_shift"),
    path("contacts/away/<int:member_id>/", on_call_views.absence, name="absence"),
    path("contacts/closed-days/new/", on_call_views.new_closed_day, name="new_closed_day"),
    path("contacts/closed-days/<str:day>/remove/", on_call_views.remove_closed_day, name="remove_closed_day"),
    path("on-call/overrides/new/", change_views.new_override, name="new_override"),
    path("on-call/overrides/<uuid:override_id>/remove/", change_views.end_override, name="remove_override"),
    path("on-call/shifts/<int:shift_id>/ask/", swap_views.ask, name="ask_swap"),
    path("on-call/swaps/<uuid:swap_id>/", swap_views.swap, name="swap"),
    path("on-call/duties/<uuid:duty_id>/", duty_views.duty, name="duty"),
    path("outside-world/", outside_world_views.outside_world, name="outside_world"),
    path("outside-world/reply/", outside_world_views.reply, name="outside_world_reply"),
    path("outside-world/press/", outside_world_views.press, name="outside_world_press"),
    path("contact-points/", contact_point_views.contact_points, name="contact_points"),
    path("contact-points/add/<slug:kind>/", point_views.add, name="add_point"),
    path("contact-points/rules/<slug:level>/", contact_point_views.rules, name="contact_rules"),
    path("contact-points/quiet-hours/", contact_point_views.quiet_hours, name="quiet_hours"),
    path("contact-points/test/", contact_point_views.test_all, name="test_points"),
    path("contact-points/mailbox/test/", contact_point_views.test_mailbox, name="test_mailbox"),
    path("contact-points/ask/<int:member_id>/", contact_point_views.ask, name="ask_to_set_up"),
    path("contact-points/push/", point_views.subscribe, name="subscribe"),
    path("contact-points/<uuid:point_id>/confirm/", point_views.confirm, name="confirm_point"),
    path("contact-points/tap/<str:code>/<uuid:point_id>/", point_views.confirm, name="tapped_point"),
    path("contact-points/<uuid:point_id>/again/", point_views.set_up_again, name="set_up_point_again"),
    path("contact-points/<uuid:point_id>/code/", point_views.send_code, name="send_point_code"),
    path("contact-points/<uuid:point_id>/test/", contact_point_views.test, name="test_point"),
    path("contact-points/<uuid:point_id>/remove/", point_views.remove, name="remove_point"),
    path("drills/start/", drill_views.start, name="start_drill"),
    path("drills/<uuid:drill_id>/", drill_views.drill, name="drill"),
    path("drills/<uuid:drill_id>/acknowledge/", drill_views.acknowledge_drill, name="acknowledge_drill"),
    path("drills/<uuid:drill_id>/stop/", drill_views.stop, name="stop_drill"),
    path("clusters/", cluster_views.clusters, name="clusters"),
    path("clusters/<uuid:cluster_id>/", cluster_views.cluster, name="cluster"),
    path("messages/", message_views.failed_messages, name="messages"),
    path("messages/<uuid:message_id>/again/", message_views.again, name="message_again"),
    path("messages/<uuid:message_id>/dismiss/", message_views.dismiss, name="message_dismiss"),
    path("alerts/<uuid:alert_id>/assign/", owner_views.assign_alert, name="assign"),
    path("alerts/<uuid:alert_id>/reopen/", owner_views.reopen_alert, name="reopen"),
    path("handover/", queue_views.handover, name="handover"),
    path("details/", details_views.details, name="details"),
    path("typed/", held_form_views.typed, name="typed"),
    path("choose/", staff_views.choose, name="choose_clinic"),
    path("looks/", looks_views.looks, name="looks"),
    path("staff/", staff_views.staff, name="staff"),
    path("staff/add/", staff_views.add, name="add_staff"),
    path("staff/<int:member_pk>/", staff_views.change, name="change_staff"),
    path("staff/<int:member_pk>/invitation/", staff_views.invite, name="invite_staff"),
    path("staff/<int:member_pk>/second-step/", removal_views.staff_second_step, name="staff_second_step"),
    path("patients/search/", search_views.search, name="search"),
    path("patients/", patient_views.patients, name="patients"),
    path("patients/enrol/", enrolment_views.enrol, name="enrol"),
    path("patients/<uuid:patient_id>/", patient_views.patient, name="patient"),
    path("patients/<uuid:patient_id>/edit/", enrolment_views.edit, name="edit_patient"),
    path("patients/<uuid:patient_id>/invitation/", invitation_views.invitation, name="invitation"),
    path(
        "patients/<uuid:patient_id>/invitation/send/",
        invitation_views.send_invitation,
        name="send_invitation",
    ),
    path("patients/<uuid:patient_id>/calls/", call_views.record_call, name="record_call"),
    path(
        "patients/<uuid:patient_id>/calls/<uuid:attempt_id>/correct/",
        call_views.correct_attempt,
        name="correct_attempt",
    ),
    path("patients/<uuid:patient_id>/procedures/new/", patient_views.record, name="record_procedure"),
    path(
        "patients/<uuid:patient_id>/procedures/<uuid:procedure_id>/correct/",
        correction_views.correct,
        name="correct_procedure",
    ),
    path(
        "patients/<uuid:patient_id>/procedures/<uuid:procedure_id>/move/",
        transfer_views.move,
        name="move_procedure",
    ),
    path("patients/<uuid:patient_id>/intake/", intake_views.intake, name="intake"),
    path("patients/<uuid:patient_id>/pictures/", photo_views.photos, name="photos"),
    path("patients/<uuid:patient_id>/pictures/ask/", photo_views.ask_for_photo, name="ask_for_photo"),
    path(
        "patients/<uuid:patient_id>/pictures/<uuid:photo_id>/",
        photo_views.patient_photo,
        name="patient_photo",
    ),
    path("patients/<uuid:patient_id>/withdraw/", withdrawal_views.withdraw, name="withdraw"),
    path("patients/<uuid:patient_id>/take-back/", withdrawal_views.take_back, name="take_back"),
    path(
        "patients/<uuid:patient_id>/second-step/",
        removal_views.patient_second_step,
        name="patient_second_step",
    ),
    path("patients/<uuid:patient_id>/check-ins/new/", check_in_views.new, name="new_check_in"),
    path("patients/<uuid:patient_id>/check-ins/<uuid:check_in_id>/", check_in_views.advice_page, name="told"),
]
