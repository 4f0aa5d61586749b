from django.urls import path

from aftercare.checkins import views

urlpatterns = [
    path("", views.home, name="home"),
    path("check-in/", views.check_in, name="check_in"),
    path("check-ins/", views.check_ins, name="check_ins"),
    path("check-ins/<uuid:check_in_id>/", views.result, name="result"),
    path("check-ins/<uuid:check_in_id>/confirmation/", views.confirmation, name="confirmation"),
]
