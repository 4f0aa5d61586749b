"""Acts on one contact point of one's own: confirm, test and remove it; and a browser that wants push."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from aftercare.outbox.channels import is_set_up
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.subscriptions import NotASubscriptionError, read_subscription
from aftercare.people.models import ContactPoint, StaffMember
from clinic.access import staff_page
from clinic.contact_points.forms import CodeForm
from clinic.contact_points.page import where
from clinic.contact_points.views import form_methods, point_of

Kind = ContactPoint.Kind


@form_methods
@staff_page
def confirm(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Confirm a point by the code that was sent to it. A push brings the code in its link."""
    point = point_of(member, point_id)
    if point.is_usable:
        messages.info(request, _("This way is confirmed already."))
        return redirect("clinic:contact_points")
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:20]})
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and confirm_by(form, point):
            messages.success(request, _("It is confirmed, and counts from now on."))
            return redirect("clinic:contact_points")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "point": point, "where": where(point)}
    return render(request, "clinic/contact_points/confirm.html", context, status=status)


def confirm_by(form: CodeForm, point: ContactPoint) -> bool:
    """Confirm the point by the typed code; False, with an error in the form, for a wrong one."""
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
@staff_page
def send_code(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Send a new code to a point."""
    point = point_of(member, point_id)
    try:
        actions.send_code(point=point, now=timezone.now())
    except actions.TooManyError:
        messages.info(
            request, _("A code was sent a moment ago, or many today. Wait a little, then ask again.")
        )
    return redirect("clinic:confirm_point", point.pk)


@require_POST
@staff_page
def test(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Send a test to a point."""
    point = point_of(member, point_id)
    if not point.is_usable:
        raise Http404("it does not count")
    actions.test_point(user=member.user, point=point, now=timezone.now())
    messages.success(request, _("A test is on its way. Look whether it arrives."))
    return redirect("clinic:contact_points")


@require_POST
@staff_page
def remove(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Remove a point."""
    actions.remove_point(point=point_of(member, point_id), now=timezone.now())
    messages.success(request, _("It is removed."))
    return redirect("clinic:contact_points")


@require_POST
@staff_page
def subscribe(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Add the browser that asks, and send it a push whose link confirms it."""
    if not is_set_up(Kind.PUSH):
        raise Http404("push is not set up")
    now = timezone.now()
    try:
        address = read_subscription(request.POST.get("subscription", ""))
        point = actions.add_point(
            user=member.user, kind=Kind.PUSH, address=address, name=request.POST.get("name", "")[:60], now=now
        )
        actions.send_code(point=point, now=now)
    except NotASubscriptionError:
        return JsonResponse({}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except (actions.AlreadyThereError, actions.TooManyError):
        return JsonResponse({"next": reverse("clinic:contact_points")}, status=HTTPStatus.CONFLICT)
    return JsonResponse({"next": reverse("clinic:confirm_point", args=[point.pk])})
