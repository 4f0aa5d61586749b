"""URLs of accounts. Of allauth's views only those listed here are open: its own list would open all of them."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as spare_code_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path

from aftercare.people.accounts import link_views, lock_views, removal_views, second_step_views, sign_in_views
from aftercare.people.accounts import views as account_views
from aftercare.people.clinics import staff_invitation_views
from aftercare.people.companions import views as companion_views
from aftercare.people.own_address import views as address_views
from aftercare.people.own_ways import views as way_views
from aftercare.people.patients import clinic_views, invitation_views
from aftercare.people.reauthentication import views as reauthentication_views
from aftercare.people.reauthentication.guard import reauthentication_required as guarded

signing_in = [
    path("login/", link_views.sign_in, name="account_login"),
    path("login/code/", sign_in_views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", sign_in_views.type_code, name="account_confirm_login_code"),
    path("2fa/authenticate/", second_step_views.second_step, name="mfa_authenticate"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("signup/", link_views.sign_in),
    path("link/<str:token>/", link_views.sign_in_link, name="sign_in_link"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("staff-invitation/<str:token>/", staff_invitation_views.staff_invitation, name="staff_invitation"),
]

reauthentication = [
    path("reauthenticate/", reauthentication_views.mailed_code, name="account_reauthenticate"),
    path("2fa/reauthenticate/", second_step_views.app_again, name="mfa_reauthenticate"),
    path(
        "2fa/webauthn/reauthenticate/",
        second_step_views.passkey_again,
        name="mfa_reauthenticate_webauthn",
    ),
]

second_step = [
    path("2fa/", mfa_views.index, name="mfa_index"),
    path("2fa/totp/activate/", guarded(second_step_views.set_up_app), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", guarded(second_step_views.remove_app), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/", guarded(spare_code_views.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "2fa/recovery-codes/generate/",
        guarded(second_step_views.new_spare_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        guarded(spare_code_views.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", passkey_views.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", guarded(second_step_views.add_passkey), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        guarded(second_step_views.remove_passkey),
        name="mfa_remove_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", guarded(passkey_views.edit_webauthn), name="mfa_edit_webauthn"),
]

urlpatterns = [
    *signing_in,
    *reauthentication,
    *second_step,
    path("", account_views.account, name="account"),
    path("address/", address_views.new_address, name="change_own_address"),
    path("address/confirm/", address_views.confirm_address, name="confirm_own_address"),
    path("ways/number/", way_views.add_number, name="add_own_number"),
    path("ways/push/", way_views.subscribe, name="add_own_browser"),
    path("ways/tap/<str:code>/<uuid:point_id>/", way_views.confirm, name="tapped_way"),
    path("ways/<uuid:point_id>/confirm/", way_views.confirm, name="confirm_way"),
    path("ways/<uuid:point_id>/code/", way_views.send_code, name="send_way_code"),
    path("ways/<uuid:point_id>/change/", way_views.change, name="change_way"),
    path("session/", lock_views.session_time, name="session_time"),
    path("unlock/", lock_views.unlock, name="unlock"),
    path("unlock/code/", lock_views.unlock_with_code, name="unlock_with_code"),
    path("unlock/leave/", lock_views.leave, name="leave_locked"),
    path("removal/<str:token>/", removal_views.removal, name="second_step_removal"),
    path("sessions/", account_views.sessions, name="usersessions_list"),
    path("sessions/own-device/", guarded(account_views.own_device), name="own_device"),
    path("sessions/end/", account_views.end_sessions, name="end_sessions"),
    path("sessions/<int:session_pk>/end/", account_views.end_session, name="end_session"),
    path("companion/<str:token>/", companion_views.accept, name="companion_invitation"),
    path("companions/", companion_views.companions, name="companions"),
    path("companions/<uuid:companion_id>/remove/", companion_views.remove, name="remove_companion"),
    path("clinic/", clinic_views.choose_clinic, name="choose_own_clinic"),
    path("clinic/join/", invitation_views.join_clinic, name="join_clinic"),
]
