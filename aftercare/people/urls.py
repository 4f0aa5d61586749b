from django.urls import path

from aftercare.people.accounts import link_views, sign_in_views
from aftercare.people.accounts import views as account_views
from aftercare.people.clinics import staff_invitation_views
from aftercare.people.patients import invitation_views

urlpatterns = [
    path("", account_views.account, name="account"),
    # Allauth's list of sessions; ours is on the account page.
    path("sessions/", account_views.sessions),
    path("sessions/end/", account_views.end_sessions, name="end_sessions"),
    path("sessions/<int:session_pk>/end/", account_views.end_session, name="end_session"),
    path("login/", link_views.sign_in, name="sign_in"),
    path("login/code/", sign_in_views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", sign_in_views.type_code, name="account_confirm_login_code"),
    path("2fa/totp/activate/", sign_in_views.set_up_app, name="mfa_activate_totp"),
    path("signup/", link_views.sign_in),
    path("link/<str:token>/", link_views.sign_in_link, name="sign_in_link"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("staff-invitation/<str:token>/", staff_invitation_views.staff_invitation, name="staff_invitation"),
    path("clinic/", invitation_views.choose_clinic, name="choose_own_clinic"),
]
