"""The page on how a person is reached, and what is done on it: one's own contact points, rules and quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.outbox.channels import is_set_up
from aftercare.outbox.channels.push import public_key
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.rules import LEVELS, own_rules
from aftercare.people.models import ContactPoint, QuietHours, StaffMember
from clinic.access import staff_page
from clinic.contact_points.forms import MailboxForm, NumberForm, QuietForm, RulesForm
from clinic.contact_points.page import reach_page
from clinic.permissions import may_edit_rota

Kind = ContactPoint.Kind
form_methods = require_http_methods(["GET", "HEAD", "POST"])
ADDED = (Kind.SMS, Kind.EMAIL)


@require_safe
@staff_page
def contact_points(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show how the member is reached, and to managers who cannot be woken at night."""
    now = timezone.now()
    page = reach_page(member, now, with_night=may_edit_rota(member))
    context = {"page": page, "now": now, "has_sms": is_set_up(Kind.SMS), "has_push": is_set_up(Kind.PUSH)}
    context |= {"push_key": public_key() if context["has_push"] else ""}
    return render(request, "clinic/contact_points/contact_points.html", context)


def form_page(request: HttpRequest, form: Form, save: Callable[[], bool], **context: Any) -> HttpResponse:
    """Show a form; if it was posted, is valid and could be saved, return to the page."""
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and save():
            return redirect("clinic:contact_points")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context |= {"form": form}
    return render(request, "clinic/contact_points/form.html", context, status=status)


@form_methods
@staff_page
def add(request: HttpRequest, member: StaffMember, kind: str) -> HttpResponse:
    """Add a number or mailbox, and send a code to it."""
    if kind not in ADDED or not is_set_up(kind):
        raise Http404("no such kind")
    form: NumberForm | MailboxForm
    if kind == Kind.SMS:
        form = NumberForm(request.POST or None, region=member.clinic.telephone_region)
    else:
        form = MailboxForm(request.POST or None, present=member.user.email)
    status = HTTPStatus.OK
    if request.method == "POST":
        point = add_point(form, member, kind) if form.is_valid() else None
        if point is not None:
            return redirect("clinic:confirm_point", point.pk)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("Add a telephone") if kind == Kind.SMS else _("Add an e-mail address")
    context = {"form": form, "title": title, "submit": _("Send the code")}
    return render(request, "clinic/contact_points/form.html", context, status=status)


def add_point(form: NumberForm | MailboxForm, member: StaffMember, kind: str) -> ContactPoint | None:
    """Add the point and send its code; None, with an error in the form, if that cannot be."""
    now = timezone.now()
    try:
        point = actions.add_point(user=member.user, kind=kind, address=form.address, now=now)
        actions.send_code(point=point, now=now)
    except actions.AlreadyThereError:
        form.add_error(None, _("You have this one already. It is on your page."))
        return None
    except actions.TooManyError:
        form.add_error(None, _("That is as many as one person may have. Remove one that you no longer use."))
        return None
    return point


@form_methods
@staff_page
def rules(request: HttpRequest, member: StaffMember, level: str) -> HttpResponse:
    """Say which ways are used for a level."""
    if level not in LEVELS:
        raise Http404("no such level")
    minutes = own_rules([member.user_id])[member.user_id].minutes(level)
    form = RulesForm(request.POST or None, level=level, minutes=minutes)

    def save() -> bool:
        try:
            actions.set_rules(user=member.user, level=level, minutes=form.minutes, now=timezone.now())
        except actions.ReachesNobodyError:
            form.refuse()
            return False
        messages.success(request, _("It is saved."))
        return True

    return form_page(
        request,
        form,
        save,
        level=level,
        title=_("What is used when"),
        text=_("What comes first is always sent at once. A way that is not confirmed is left out."),
        submit=_("Save"),
    )


@form_methods
@staff_page
def quiet_hours(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Set the quiet hours."""
    found = QuietHours.objects.filter(user=member.user_id).first()
    initial = {"starts": found.starts, "ends": found.ends} if found else {}
    form = QuietForm(request.POST or None, initial=initial)

    def save() -> bool:
        cleaned = form.cleaned_data
        actions.set_quiet_hours(
            user=member.user, starts=cleaned["starts"], ends=cleaned["ends"], now=timezone.now()
        )
        messages.success(request, _("It is saved."))
        return True

    return form_page(
        request,
        form,
        save,
        title=_("Quiet hours"),
        text=_("Same day and routine wait until these hours are over. Emergency and urgent never wait."),
        submit=_("Save"),
    )


@require_POST
@staff_page
def test_all(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Send a test to every way of reaching the member that counts."""
    now = timezone.now()
    points = [point for point in member.user.contact_points.usable() if is_set_up(point.kind)]
    for point in [None, *points]:
        actions.test_point(user=member.user, point=point, now=now)
    messages.success(request, _("A test is on its way to each of them. Look whether it arrives."))
    return redirect("clinic:contact_points")


def point_of(member: StaffMember, point_id: UUID) -> ContactPoint:
    """Return a contact point of the member's own; 404 for any other."""
    return get_object_or_404(member.user.contact_points.select_related("user"), pk=point_id)
