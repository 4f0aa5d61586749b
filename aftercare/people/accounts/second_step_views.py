"""Views of the second step: asked for at sign-in and before changes, set up, changed and removed.

Whoever changes it is signed out everywhere else, gets a mail, and each clinic an event.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.people.accounts.sessions import end_other_sessions
from aftercare.people.factors.changes import note_factor_change
from aftercare.people.factors.sign_ins import AGAIN, APP, AT_SIGN_IN, PASSKEY, record_failed_step
from aftercare.people.models import FactorChange, User
from aftercare.people.second_step.session import SECOND_STEP

What = FactorChange.What


def note_failure(form: Form, user: User, where: str) -> None:
    """Record a code or passkey that did not fit; nothing for an empty field, or beyond the limit of tries."""
    field = "code" if "code" in form.fields else "credential"
    codes = {error.code for error in form.errors.as_data().get(field, [])}
    if not form.data.get(field) or "too_many_login_attempts" in codes:
        return
    step = APP if field == "code" else PASSKEY
    record_failed_step(user=user, step=step, where=where, now=timezone.now())


class SecondStepView(AuthenticateView):
    """Ask for the second step at sign-in: what the person has, a passkey first."""

    def form_invalid(self, form: Form) -> HttpResponse:
        note_failure(form, self.stage.login.user, AT_SIGN_IN)
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True)
        return context | {
            "has_app": Authenticator.Type.TOTP in kinds,
            "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        }


class AppAgainView(ReauthenticateView):
    """Ask for the code of the app, or a spare code, of somebody who is signed in."""

    def form_invalid(self, form: Form) -> HttpResponse:
        note_failure(form, cast(User, self.request.user), AGAIN)
        response: HttpResponse = super().form_invalid(form)
        return response


class PasskeyAgainView(ReauthenticateWebAuthnView):
    """Ask for a passkey of somebody who is signed in; one that does not fit leads back to the page."""

    def form_invalid(self, form: Form) -> HttpResponse:
        note_failure(form, cast(User, self.request.user), AGAIN)
        messages.error(self.request, _("That did not work. Try again, or use another way."))
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


def make_change(
    request: HttpRequest,
    what: FactorChange.What,
    change: Callable[[], HttpResponse],
    *,
    proves: Authenticator.Type | None = None,
) -> HttpResponse:
    """Change the second step, note it, and end every other session.

    `proves`: what the form has just proved, which is not asked for again at once.
    """
    user, now = cast(User, request.user), timezone.now()
    with transaction.atomic():
        response = change()
        note_factor_change(user=user, what=what, by=user, now=now)
    end_other_sessions(request, user, now)
    if proves:
        record_authentication(request, user, method=SECOND_STEP, type=proves.value, reauthenticated=True)
    return response


class SetUpAppView(ActivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        return make_change(
            self.request, What.ADDED_APP, partial(super().form_valid, form), proves=Authenticator.Type.TOTP
        )


class RemoveAppView(DeactivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        return make_change(self.request, What.REMOVED_APP, partial(super().form_valid, form))


class AddPasskeyView(AddWebAuthnView):
    def form_valid(self, form: Form) -> HttpResponse:
        return make_change(
            self.request,
            What.ADDED_PASSKEY,
            partial(super().form_valid, form),
            proves=Authenticator.Type.WEBAUTHN,
        )


class RemovePasskeyView(RemoveWebAuthnView):
    def form_valid(self, form: Form) -> HttpResponse:
        return make_change(self.request, What.REMOVED_PASSKEY, partial(super().form_valid, form))


class NewSpareCodesView(GenerateRecoveryCodesView):
    def form_valid(self, form: Form) -> HttpResponse:
        return make_change(self.request, What.NEW_SPARE_CODES, partial(super().form_valid, form))


set_up_app, remove_app = SetUpAppView.as_view(), RemoveAppView.as_view()
add_passkey, remove_passkey = AddPasskeyView.as_view(), RemovePasskeyView.as_view()
new_spare_codes = NewSpareCodesView.as_view()
second_step, app_again, passkey_again = (
    view.as_view() for view in (SecondStepView, AppAgainView, PasskeyAgainView)
)
