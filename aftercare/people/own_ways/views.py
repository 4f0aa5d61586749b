"""Views with which a patient adds a telephone or a browser, proves it, stops its messages and takes them again."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from aftercare.outbox.channels import is_set_up
from aftercare.people.access import View, patient_of
from aftercare.people.accounts.views import OwnView, own_page
from aftercare.people.contact_points import actions, patients
from aftercare.people.contact_points.forms import SubscriptionForm
from aftercare.people.models import ContactPoint, User
from aftercare.people.own_ways.forms import CodeForm, NumberForm
from aftercare.people.own_ways.page import where
from aftercare.people.patient_channels.messages import KINDS
from aftercare.people.reauthentication.guard import ask, is_recent
from aftercare.people.second_step.session import way_to_ask

P = ParamSpec("P")
Kind = ContactPoint.Kind
form_methods = require_http_methods(["GET", "HEAD", "POST"])
TOO_MANY = gettext_lazy("That is as many as one person may have. Remove one that you no longer use.")


def patient_page(view: OwnView[P]) -> View[P]:
    """Restrict `own_page` to patients; 404 for others."""

    @wraps(view)
    def guarded(request: HttpRequest, user: User, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if patient_of(request) is None:
            raise Http404("no patient")
        return view(request, user, *args, **kwargs)

    return own_page(cast("OwnView[P]", guarded))


@form_methods
@patient_page
def add_number(request: HttpRequest, user: User) -> HttpResponse:
    """Add a telephone with the patient's yes, and send a code to it. Asks who it is first."""
    if not is_set_up(Kind.SMS):
        raise Http404("SMS is not set up")
    if not is_recent(request):
        return cast(HttpResponse, ask(request))
    patient = patient_of(request)
    region = patient.clinic.telephone_region if patient else None
    form = NumberForm(request.POST or None, region=region)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and (point := add(form, user)):
            return send_code_to(request, point)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "people/own_ways/add_number.html", {"form": form}, status=status)


def add(form: NumberForm, user: User) -> ContactPoint | None:
    """Add the number; None, with an error in the form, if there are too many."""
    number = str(form.cleaned_data["number"].kept)
    try:
        return patients.add_number(user=user, number=number, now=timezone.now())
    except actions.TooManyError:
        form.add_error(None, TOO_MANY)
        return None


def send_code_to(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Send a code to a way that is not proved yet, and lead to where it is typed."""
    if point.is_usable:
        messages.success(request, _("It is set up. Messages come this way from now on."))
        return redirect("account")
    try:
        actions.send_code(point=point, now=timezone.now())
    except actions.TooManyError:
        messages.info(
            request, _("A code was sent a moment ago, or many today. Wait a little, then ask again.")
        )
    return redirect("confirm_way", point.pk)


@form_methods
@patient_page
def confirm(request: HttpRequest, user: User, point_id: UUID, code: str = "") -> HttpResponse:
    """Prove a way by the code that was sent to it. The link of a push brings the code: it needs only a press."""
    point = way_of(user, point_id)
    if point.is_usable:
        messages.info(request, _("It is confirmed already."))
        return redirect("account")
    form = CodeForm(request.POST or None, code=code)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and confirm_by(form, point):
            messages.success(request, _("It is set up. Messages come this way from now on."))
            return redirect("account")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "point": point, "where": where(point), "code": code}
    return render(request, "people/own_ways/confirm.html", context, status=status)


def confirm_by(form: CodeForm, point: ContactPoint) -> bool:
    """Prove the way by the code; False, with an error in the form, for a wrong one."""
    try:
        actions.confirm_point(point=point, code=form.cleaned_data["code"], now=timezone.now())
    except actions.WrongCodeError as error:
        left = error.tries_left
        words = ngettext(
            "This is not the code. You can try once more.",
            "This is not the code. You can try %(count)s times more.",
            left,
        ) % {"count": left}
        form.add_error("code", words if left else _("This code cannot be used any more. Ask for a new one."))
        return False
    return True


@require_POST
@patient_page
def send_code(request: HttpRequest, user: User, point_id: UUID) -> HttpResponse:
    """Send a new code to a way, also to set it up again after it was switched off."""
    return send_code_to(request, actions.set_up_again(point=way_of(user, point_id)))


@require_POST
@patient_page
def change(request: HttpRequest, user: User, point_id: UUID) -> HttpResponse:
    """Stop the messages of a way, take them again, or remove it."""
    point, now, act = way_of(user, point_id), timezone.now(), request.POST.get("act", "stop")
    if act == "remove":
        actions.remove_point(point=point, now=now)
        messages.success(request, _("It is removed. Messages come by e-mail."))
    elif act == "again":
        patients.agree(point=point, now=now)
        messages.success(request, _("Messages come this way again."))
    else:
        patients.stop(point=point, now=now)
        messages.success(request, _("Stopped. Messages come by e-mail."))
    return redirect("account")


@require_POST
@patient_page
def subscribe(request: HttpRequest, user: User) -> HttpResponse:
    """Add the browser that asks, and send it a push to tap."""
    if not is_set_up(Kind.PUSH):
        raise Http404("push is not set up")
    page = reverse("account")
    if not is_recent(request):
        return JsonResponse({"next": way_to_ask(request, page)}, status=HTTPStatus.UNAUTHORIZED)
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        point = patients.add_own_browser(user=user, now=timezone.now(), **form.cleaned_data)
    except actions.TooManyError:
        messages.error(request, TOO_MANY)
        return JsonResponse({"next": page}, status=HTTPStatus.CONFLICT)
    return JsonResponse({"next": send_code_to(request, point)["Location"]})


def way_of(user: User, point_id: UUID) -> ContactPoint:
    """Return a telephone or browser of the user's own; 404 for any other."""
    ways = user.contact_points.filter(kind__in=KINDS).select_related("user")
    return get_object_or_404(ways, pk=point_id)
