"""Views of sign-in: request a code, type the code."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.internal.userkit import user_id_to_str
from allauth.account.stages import LoginByCodeStage, LoginStage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.people.actions.code_requests import (
    MAILS_A_MINUTE,
    ask_for_code,
    is_mailed_code,
    is_nobody,
    keep_mailed_code,
    pressed_within_a_minute,
    take_try,
    use_code,
    user_who_signs_in_with,
)
from aftercare.people.client_address import client_network
from aftercare.people.login import note_address
from aftercare.people.sessions.locking import locked_user

# Seconds within which the same address gets no second code: a double click.
SECOND_PRESS = 10
# Keys: of the pending login, which request is its own; of the session, when a code was asked for lately.
CODE_REQUEST, PRESSES = "code_request", "code_presses"


def pending_code(request: HttpRequest) -> LoginStage | None:
    """Return the login stage with a pending code, or None."""
    stage = get_pending_stage(request)
    return stage if stage is not None and stage.key == LoginByCodeStage.key else None


def is_just_asked_for(request: HttpRequest, email: str) -> bool:
    """Return True if a code was sent to this address just now: a double click."""
    stage = pending_code(request)
    if stage is None or stage.state.get("email", "").lower() != email.lower():
        return False
    return bool(time.time() - stage.state["at"] < SECOND_PRESS)


def begin_code(request: HttpRequest, email: str) -> None:
    """Begin the sign-in with a new code. Beyond a limit none is mailed, and the pages say the same."""
    now = timezone.now()
    presses = pressed_within_a_minute(request.session.get(PRESSES, []), now)
    request.session[PRESSES] = [*presses, now.timestamp()]
    clear_login(request)
    user = user_who_signs_in_with(email)
    kept = ask_for_code(email=email, user=user, network=client_network(request), now=now)
    # Without a user allauth mails nothing.
    process = LoginCodeVerificationProcess.initiate(
        request=request, user=user if kept.is_mailed else None, email=email
    )
    if kept.is_mailed:
        keep_mailed_code(request=kept, code=process.code)
    process.state[CODE_REQUEST] = kept.pk
    process.persist()


class RequestCodeView(RequestLoginCodeView):
    """Request a code; unlike allauth's view it accepts another address while a code is pending."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Redirect to the locked page where a session of staff is locked; a posted form is taken."""
        if request.method != "POST" and locked_user(request) is not None:
            return HttpResponseRedirect(self.passthrough_next_url(resolve_url(settings.LOCKED_URL)))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        """Continue a second step; a posted form starts again whatever is pending."""
        if request.method == "POST" or stage.key == LoginByCodeStage.key:
            return None
        response: HttpResponse | None = super()._redirect_to_pending_stage(request, stage)
        return response

    def form_valid(self, form: Form) -> HttpResponse:
        """Replace a pending code with a new one; a double click sends none."""
        email = form.cleaned_data["email"]
        user = user_who_signs_in_with(email)
        if not is_nobody(user):
            note_address(self.request.session, user.email)
        if not is_just_asked_for(self.request, email):
            begin_code(self.request, email)
        return HttpResponseRedirect(self.get_success_url())

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

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if "code" in kwargs and self.request.method == "POST":
            kwargs["code"] = self.accepted_code(self.request.POST.get("code", ""))
        return kwargs

    def accepted_code(self, typed: str) -> str:
        """Return the code that this browser may type: its own, or without a mail another that was mailed."""
        state = self._process.state
        if CODE_REQUEST not in state:  # begun before requests were kept
            return str(self._process.code)
        request = take_try(request_pk=state[CODE_REQUEST])
        if request is None:
            return ""
        if request.is_mailed:
            return str(self._process.code)
        email, user = state["email"], user_who_signs_in_with(state["email"])
        network = client_network(self.request)
        if not is_mailed_code(email=email, code=typed, network=network, now=timezone.now()):
            return ""
        state["user_id"] = user_id_to_str(user)
        return typed

    def _verify_form_valid(self, form: Form) -> HttpResponse:
        state, code = self._process.state, form.cleaned_data["code"]
        if CODE_REQUEST in state and not use_code(email=state["email"], code=code, now=timezone.now()):
            clear_login(self.request)
            return self.begin_anew(_("This code was used before. Ask for a new one."))
        response: HttpResponse = super()._verify_form_valid(form)
        return response

    def _resend_form_valid(self, form: Form) -> HttpResponse:
        if (
            len(pressed_within_a_minute(self.request.session.get(PRESSES, []), timezone.now()))
            < MAILS_A_MINUTE
        ):
            begin_code(self.request, self._process.state["email"])
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


request_code, type_code = RequestCodeView.as_view(), TypeCodeView.as_view()
