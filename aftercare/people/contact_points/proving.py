"""The steps by which a person proves a contact point: a code is sent, typed or tapped, and the point counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from aftercare.outbox.channels import is_set_up
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.addresses import where
from aftercare.people.contact_points.forms import TOO_MANY, CodeForm, SubscriptionForm
from aftercare.people.models import ContactPoint
from aftercare.people.reauthentication.guard import is_recent
from aftercare.people.second_step.session import way_to_ask


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvingPages:
    """The pages of one kind of person, by URL name and template, and the form of the code."""

    overview: str
    confirm: str
    template: str
    form: type[CodeForm]
    done: Promise

    def send_code(self, request: HttpRequest, point: ContactPoint) -> HttpResponse:
        """Send a code, and lead to where it is typed."""
        try:
            actions.send_code(point=point, now=timezone.now())
        except actions.TooManyError:
            messages.info(
                request, _("A code was sent a moment ago, or many today. Wait a little, then ask again.")
            )
        return redirect(self.confirm, point.pk)

    def confirm_page(self, request: HttpRequest, point: ContactPoint, code: str) -> HttpResponse:
        """Ask for the code and prove the point by it. The link of a push brings the code: it needs only a press."""
        if point.is_usable:
            messages.info(request, _("This way is confirmed already."))
            return redirect(self.overview)
        form = self.form(request.POST if request.method == "POST" else None, code=code)
        status = HTTPStatus.OK
        if request.method == "POST":
            if form.is_valid() and is_proved(form, point):
                messages.success(request, str(self.done))
                return redirect(self.overview)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        context = {"form": form, "point": point, "where": where(point), "code": code}
        return render(request, self.template, context, status=status)

    def subscribe(
        self, request: HttpRequest, add: Callable[[SubscriptionForm], ContactPoint]
    ) -> HttpResponse:
        """Add the browser that asks, and send it a push to tap; answer the script with the page to show next."""
        if not is_set_up(ContactPoint.Kind.PUSH):
            raise Http404("push is not set up")
        page = reverse(self.overview)
        if not is_recent(request):
            return JsonResponse({"next": way_to_ask(request, page)}, status=HTTPStatus.UNAUTHORIZED)
        form = SubscriptionForm(request.POST)
        if not form.is_valid():
            return JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            point = add(form)
        except actions.AlreadyThereError:
            messages.info(request, _("This browser takes messages already. Press Test to see one."))
        except actions.TooManyError:
            messages.error(request, TOO_MANY)
        else:
            return JsonResponse({"next": self.after_adding(request, point)["Location"]})
        return JsonResponse({"next": page}, status=HTTPStatus.CONFLICT)

    def after_adding(self, request: HttpRequest, point: ContactPoint) -> HttpResponse:
        """Send a code to a point that was just added, unless the point counts already."""
        if point.is_usable:
            messages.success(request, str(self.done))
            return redirect(self.overview)
        return self.send_code(request, point)


def is_proved(form: CodeForm, point: ContactPoint) -> bool:
    """Prove the point by the code; False, with an error in the form, for a wrong one."""
    try:
        actions.confirm_point(point=point, code=form.cleaned_data["code"], now=timezone.now())
    except actions.WrongCodeError as error:
        form.refuse(error.tries_left)
        return False
    return True
