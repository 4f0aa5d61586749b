"""The page on how a person is reached, and what is done on it: one's own contact points, rules and quiet hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.outbox.channels import is_set_up
from aftercare.outbox.channels.push import public_key
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.asking import AskedLatelyError, ask_to_set_up
from aftercare.people.contact_points.rules import LEVELS, own_rules
from aftercare.people.models import ContactPoint, QuietHours, StaffMember
from clinic.access import only, reauthenticated, staff_page
from clinic.contact_points.forms import QuietForm, RulesForm
from clinic.contact_points.night import night_rows
from clinic.contact_points.page import reach_page
from clinic.permissions import may_edit_rota

Kind = ContactPoint.Kind
form_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_page
def contact_points(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show how the member is reached, and to managers who cannot be woken at night."""
    now, has_push = timezone.now(), is_set_up(Kind.PUSH)
    night = night_rows(member, now) if may_edit_rota(member) else []
    context = {
        "page": reach_page(member),
        "night": night,
        "unreached": sum(not row.waking for row in night),
        "now": now,
        "has_sms": is_set_up(Kind.SMS),
        "has_voice": is_set_up(Kind.VOICE),
        "has_push": has_push,
        "push_key": public_key() if has_push else "",
    }
    return render(request, "clinic/contact_points/contact_points.html", context)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the posted fields, of which there may be none; None where nothing was posted."""
    return request.POST if request.method == "POST" else None


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
@reauthenticated
def rules(request: HttpRequest, member: StaffMember, level: str) -> HttpResponse:
    """Say which ways are used for a level."""
    if level not in LEVELS:
        raise Http404("no such level")
    minutes = own_rules([member.user_id])[member.user_id].minutes(level)
    form = RulesForm(posted(request), level=level, minutes=minutes)

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
@reauthenticated
def quiet_hours(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Set the quiet hours."""
    found = QuietHours.objects.filter(user=member.user_id).first()
    initial = {"starts": found.starts, "ends": found.ends} if found else {}
    form = QuietForm(posted(request), initial=initial)

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
def test(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Send a test to a point."""
    point = point_of(member, point_id)
    if not point.is_usable:
        raise Http404("it does not count")
    return send_tests(request, member, [point])


@require_POST
@staff_page
def test_mailbox(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Send a test to the mailbox of the account."""
    return send_tests(request, member, [None])


@require_POST
@staff_page
def test_all(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Send a test to every way of reaching the member that counts."""
    points = [point for point in member.user.contact_points.usable() if is_set_up(point.kind)]
    return send_tests(request, member, [None, *points])


def send_tests(
    request: HttpRequest, member: StaffMember, points: Sequence[ContactPoint | None]
) -> HttpResponse:
    """Send a test to each of these points, and return to the page."""
    try:
        for point in points:
            actions.test_point(user=member.user, point=point, now=timezone.now())
    except actions.TooManyError:
        messages.error(request, _("Many tests were sent within an hour. Wait a little, then test again."))
    else:
        words = ngettext(
            "A test is on its way. Look whether it arrives.",
            "A test is on its way to each of them. Look whether they arrive.",
            len(points),
        )
        messages.success(request, words)
    return redirect("clinic:contact_points")


@require_POST
@staff_page
@only(may_edit_rota)
def ask(request: HttpRequest, member: StaffMember, member_id: int) -> HttpResponse:
    """Ask a colleague to set up a way of being woken at night."""
    colleagues = member.clinic.staff_members.active().exclude(user=member.user_id)
    colleague = get_object_or_404(colleagues.select_related("user"), pk=member_id)
    try:
        ask_to_set_up(member=colleague, now=timezone.now())
    except AskedLatelyError:
        words = _("%(name)s was asked less than a day ago. Nothing was sent.")
        messages.info(request, words % {"name": colleague.user})
    else:
        words = _("%(name)s is asked by e-mail to set up a way.")
        messages.success(request, words % {"name": colleague.user})
    return redirect("clinic:contact_points")


def point_of(member: StaffMember, point_id: UUID) -> ContactPoint:
    """Return a contact point of the member's own; 404 for any other."""
    return get_object_or_404(member.user.contact_points.select_related("user"), pk=point_id)
