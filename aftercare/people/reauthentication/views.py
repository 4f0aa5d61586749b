"""The page that asks for a mailed code before something is changed. Passkeys and apps are asked for by allauth."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import BaseConfirmCodeForm
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import BaseReauthenticateView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from aftercare.people.models import User
from aftercare.people.reauthentication.guard import MAILED_CODE
from aftercare.people.reauthentication.mailed_codes import ReauthenticationCode


class MailedCodeView(BaseReauthenticateView):
    """Mail a code to the present address when asked to, then take it. A user with a second step may come too."""

    form_class = BaseConfirmCodeForm
    template_name = "account/reauthenticate.html"

    @cached_property
    def pending(self) -> ReauthenticationCode | None:
        return ReauthenticationCode.pending(self.request)

    def _check_reauthentication_method_available(self, request: HttpRequest) -> None:
        """Accept everybody: the guard decides which proof counts."""

    def _check_ratelimit(self, request: HttpRequest) -> None:
        """Accept every request: a code has three tries, and its mails have a limit of their own."""

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"code": self.pending.code if self.pending else ""}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Mail a code, or check the typed one."""
        if request.POST.get("action") == "send":
            return self.send()
        if self.pending is None:
            return self.begin_anew(_("This code is too old. Ask for a new one."))
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def send(self) -> HttpResponse:
        if not ReauthenticationCode.start(self.request, self.user.email):
            messages.error(self.request, get_adapter().error_messages["too_many_login_attempts"])
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))

    def form_valid(self, form: Form) -> HttpResponse:
        assert self.pending
        email = self.pending.email
        self.pending.abort()
        record_authentication(self.request, self.user, method=MAILED_CODE, email=email, reauthenticated=True)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        """Show the form again, or ask for a new code after the last try."""
        if self.pending and self.pending.record_invalid_attempt():
            again: HttpResponse = self.render_to_response(self.get_context_data(form=form))
            return again
        return self.begin_anew(_("That was the wrong code three times. Ask for a new one."))

    def begin_anew(self, why: str) -> HttpResponse:
        messages.error(self.request, why)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"address": self.user.email, "is_sent": self.pending is not None}


mailed_code = login_required(MailedCodeView.as_view())
