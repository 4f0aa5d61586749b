from django.urls import path

from aftercare.people import views

urlpatterns = [
    path("login/", views.sign_in, name="sign_in"),
    path("signup/", views.sign_in),
    path("link/<str:token>/", views.sign_in_link, name="sign_in_link"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("clinic/", views.choose_clinic, name="choose_own_clinic"),
]
