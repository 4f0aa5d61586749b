from django.urls import path

from aftercare.checkins import leaving_views, own_views, photo_views, views
from aftercare.checkins.companions import views as companion_views
from aftercare.checkins.first_visit.views import first_visit
from aftercare.checkins.offline import views as offline_views
from aftercare.checkins.own_data.views import own_data_page
from aftercare.checkins.reminders import link_views
from aftercare.checkins.reminders.views import reminders

urlpatterns = [
    path("", views.home, name="home"),
    path("first-visit/", first_visit, name="first_visit"),
    path("check-in/", views.check_in, name="check_in"),
    path("worker.js", offline_views.worker, name="worker"),
    path(
        "push-worker.js", offline_views.worker, name="former_worker"
    ),  # of browsers that asked for push before
    path("offline/", offline_views.offline, name="offline"),
    path("offline/state/", offline_views.offline_state, name="offline_state"),
    path("timeline/", own_views.timeline_page, name="timeline"),
    path("calendar/", own_views.calendar, name="calendar"),
    path("lead/", own_views.lead, name="lead"),
    path("called/", own_views.said_called, name="said_called"),
    path("your-number/", own_views.own_number, name="own_number"),
    path("your-details/", own_views.own_details, name="own_details"),
    path("leave/", leaving_views.leave, name="leave_portal"),
    path("who-looked/", own_views.who_looked_page, name="who_looked"),
    path("your-data/", own_data_page, name="own_data"),
    path("letters/<uuid:letter_id>/", own_views.letter, name="letter"),
    path("check-ins/", views.check_ins, name="check_ins"),
    path("check-ins/print/", own_views.print_course, name="print_course"),
    path("check-ins/<uuid:check_in_id>/print/", own_views.print_check_in, name="print_check_in"),
    path("check-ins/<uuid:check_in_id>/", views.result, name="result"),
    path("check-ins/<uuid:check_in_id>/confirmation/", views.confirmation, name="confirmation"),
    path("check-ins/<uuid:check_in_id>/pictures/", photo_views.check_in_photos, name="check_in_photos"),
    path("pictures/", photo_views.pictures, name="pictures"),
    path("pictures/take-back/", photo_views.take_back, name="take_back_photos"),
    path("pictures/<uuid:photo_id>/", photo_views.own_photo, name="own_photo"),
    path("pictures/<uuid:photo_id>/remove/", photo_views.remove, name="remove_photo"),
    path("reminders/", reminders, name="reminders"),
    path("companion/", companion_views.companion, name="companion"),
    path("companion/<uuid:companion_id>/", companion_views.today, name="companion_today"),
    path("companion/<uuid:companion_id>/lead/", companion_views.lead, name="companion_lead"),
    path("companion/<uuid:companion_id>/check-in/", companion_views.check_in, name="companion_check_in"),
    path(
        "companion/<uuid:companion_id>/check-ins/<uuid:check_in_id>/",
        companion_views.result,
        name="companion_result",
    ),
    path(
        "companion/<uuid:companion_id>/check-ins/<uuid:check_in_id>/confirmation/",
        companion_views.confirmation,
        name="companion_confirmation",
    ),
    path("r/<str:token>/", link_views.check_in, name="reminder_check_in"),
    path("r/<str:token>/result/", link_views.result, name="reminder_result"),
    path("r/<str:token>/confirmation/", link_views.confirmation, name="reminder_confirmation"),
    path("r/<str:token>/change/", link_views.change, name="reminder_change"),
    path("r/<str:token>/stop/", link_views.stop, name="reminder_stop"),
]
