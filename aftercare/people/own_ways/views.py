"""Views with which a patient adds a telephone or a browser, proves it, stops its messages and takes them again."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from aftercare.outbox.channels import is_set_up
from aftercare.people.access import View, patient_of
from aftercare.people.accounts.views import OwnView, own_page
from aftercare.people.contact_points import actions, patients
from aftercare.people.contact_points.forms import TOO_MANY, CodeForm
from aftercare.people.contact_points.proving import ProvingPages
from aftercare.people.models import ContactPoint, User
from aftercare.people.own_ways.forms import NumberForm
from aftercare.people.patient_channels.messages import KINDS
from aftercare.people.reauthentication.guard import ask, is_recent

P = ParamSpec("P")
Kind = ContactPoint.Kind
form_methods = require_http_methods(["GET", "HEAD", "POST"])
PAGES = ProvingPages(
    overview="account",
    confirm="confirm_way",
    template="people/own_ways/confirm.html",
    form=CodeForm,
    done=gettext_lazy("It is set up. Messages come this way from now on."),
)


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
            return PAGES.after_adding(request, point)
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


@form_methods
@patient_page
def confirm(request: HttpRequest, user: User, point_id: UUID, code: str = "") -> HttpResponse:
    """Prove a way by the code that was sent to it."""
    return PAGES.confirm_page(request, way_of(user, point_id), code)


@require_POST
@patient_page
def send_code(request: HttpRequest, user: User, point_id: UUID) -> HttpResponse:
    """Send a new code to a way, also to set it up again after it was switched off."""
    return PAGES.after_adding(request, actions.set_up_again(point=way_of(user, point_id)))


@require_POST
@patient_page
def change(request: HttpRequest, user: User, point_id: UUID) -> HttpResponse:
    """Stop the messages of a way, take them again, or remove it. No effect on a way that was removed before."""
    point, now, act = (
        own_ways(user).filter(pk=point_id).first(),
        timezone.now(),
        request.POST.get("act", "stop"),
    )
    if point is None:
        messages.info(request, _("It was removed before. Messages come by e-mail."))
    elif act == "remove":
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
    """Add the browser that asks, with the patient's yes."""
    return PAGES.subscribe(
        request,
        lambda form: patients.add_own_browser(user=user, now=timezone.now(), **form.cleaned_data),
    )


def own_ways(user: User) -> QuerySet[ContactPoint]:
    """Return the user's own telephones and browsers."""
    return user.contact_points.filter(kind__in=KINDS).select_related("user")


def way_of(user: User, point_id: UUID) -> ContactPoint:
    """Return a telephone or browser of the user's own; 404 for any other."""
    return get_object_or_404(own_ways(user), pk=point_id)
