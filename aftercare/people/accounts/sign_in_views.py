"""Views of sign-in: request a code, type the code, set up an authenticator app."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.stages import LoginByCodeStage, LoginStage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core import ratelimit
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

# Seconds within which the same address gets no second code: a double click.
SECOND_PRESS = 10


def pending_code(request: HttpRequest) -> LoginStage | None:
    """Return the login stage with a pending code, or None."""
    stage = get_pending_stage(request)
    return stage if stage is not None and stage.key == LoginByCodeStage.key else None


class RequestCodeView(RequestLoginCodeView):
    """Request a code; unlike allauth's view it accepts another address while a code is pending."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        """Continue a second step; a posted form starts again whatever is pending."""
        if request.method == "POST" or stage.key == LoginByCodeStage.key:
            return None
        response: HttpResponse | None = super()._redirect_to_pending_stage(request, stage)
        return response

    def form_valid(self, form: Form) -> HttpResponse:
        """Replace a pending code with a new one; a double click sends none."""
        stage = pending_code(self.request)
        if stage is not None and self.is_second_press(stage, form.cleaned_data["email"]):
            return HttpResponseRedirect(self.get_success_url())
        clear_login(self.request)
        response: HttpResponse = super().form_valid(form)
        return response

    def is_second_press(self, stage: LoginStage, email: str) -> bool:
        """Return True if a code was sent to this address just now."""
        same: bool = stage.state.get("email", "").lower() == email.lower()
        return same and time.time() - stage.state["at"] < SECOND_PRESS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stage = pending_code(self.request)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if stage is None:
            return context
        return context | {
            "code_sent_to": stage.state.get("email", ""),
            "type_code_url": self.get_success_url(),
        }


class TypeCodeView(ConfirmLoginCodeView):
    """Type the code. A new code has all its tries and its fifteen minutes."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Redirect with a message if the typed code has expired or was used up."""
        if request.method == "POST" and not request.user.is_authenticated and pending_code(request) is None:
            return self.begin_anew(_("This code is too old. Ask for a new one."))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def _resend_form_valid(self, form: Form) -> HttpResponse:
        state = self._process.state
        if ratelimit.consume(self.request, action="request_login_code", key=state["email"].lower()):
            user, email = self._process.user, state["email"]
            clear_login(self.request)
            LoginCodeVerificationProcess.initiate(request=self.request, user=user, email=email)
        else:
            messages.error(self.request, get_adapter().error_messages["too_many_login_attempts"])
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def form_invalid(self, form: Form) -> HttpResponse:
        """Show the form again, or the page for a new code after the last try."""
        if self._process.record_invalid_attempt():
            again: HttpResponse = self.render_to_response(self.get_context_data(form=form))
            return again
        return self.begin_anew(_("That was the wrong code three times. Ask for a new one."))

    def begin_anew(self, why: str) -> HttpResponse:
        """Redirect to the page that requests a code, keeping the requested page."""
        messages.error(self.request, why)
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_request_login_code")))


class SetUpAppView(ActivateTOTPView):
    """Set up an authenticator app; no second code is asked for to show the recovery codes."""

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        record_authentication(self.request, user, method="mfa", type="totp", reauthenticated=True)
        return response


set_up_app = SetUpAppView.as_view()
request_code, type_code = RequestCodeView.as_view(), TypeCodeView.as_view()
