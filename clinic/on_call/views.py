"""The contacts page: contact steps, rota, absences and closed days. All staff read it, managers change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any, ParamSpec

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.alerts.actions.contact_steps import add_step, change_step, move_up, remove_step, set_absence
from aftercare.alerts.models import ContactStep
from aftercare.people.access import StaffView, View
from aftercare.people.actions.rota import close_on, open_on
from aftercare.people.models import Shift, StaffMember
from clinic.access import only, roster_of, staff_page
from clinic.on_call.forms import AbsenceForm, ClosedDayForm, StepForm
from clinic.on_call.page import contacts_page, step_rows
from clinic.permissions import may_edit_rota

P = ParamSpec("P")
form_methods = require_http_methods(["GET", "HEAD", "POST"])


def manager_page(view: StaffView[P]) -> View[P]:
    """Restrict `staff_page` to members who may change the contacts; 403 for others."""
    return staff_page(only(may_edit_rota)(view))


@require_safe
@staff_page
def contacts(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show the contact steps in order, with rota and absences."""
    now = timezone.now()
    context = {"page": contacts_page(member, now), "may_edit": may_edit_rota(member), "now": now}
    return render(request, "clinic/on_call/contacts.html", context)


def form_page(
    request: HttpRequest, form: Form, save: Callable[[], Any], *, done: str, **context: Any
) -> HttpResponse:
    """Show a form; if it was posted and is valid, save it and return to the contacts page."""
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            save()
            messages.success(request, done)
            return redirect("clinic:contacts")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "clinic/on_call/contact_form.html", {"form": form, **context}, status=status)


@form_methods
@manager_page
def new_step(request: HttpRequest, member: StaffMember, hours: str) -> HttpResponse:
    """Add a step to the list for open or for closed hours."""
    if hours not in ContactStep.Hours.values:
        raise Http404("no such list")
    # The page of a staff member links here with the member preselected.
    initial = {"members": request.GET.getlist("member")}
    form = StepForm(request.POST or None, clinic=member.clinic, initial=initial)
    return form_page(
        request,
        form,
        lambda: add_step(
            clinic=member.clinic, hours=hours, by=member.user, now=timezone.now(), **step_fields(form)
        ),
        done=_("The step is added."),
        title=_("Add a contact step"),
        text=ContactStep.Hours(hours).label,
        submit=_("Add the step"),
    )


@form_methods
@manager_page
def step(request: HttpRequest, member: StaffMember, step_id: int) -> HttpResponse:
    """Change the staff of a step, and its minutes."""
    found = step_of(member, step_id)
    form = StepForm(request.POST or None, clinic=member.clinic, step=found)
    return form_page(
        request,
        form,
        lambda: change_step(step=found, by=member.user, now=timezone.now(), **step_fields(form)),
        done=_("The step is changed."),
        title=_("Change a contact step"),
        text=found.get_hours_display(),
        submit=_("Save the step"),
    )


def step_fields(form: StepForm) -> dict[str, Any]:
    """Return the keyword arguments shared by `add_step` and `change_step`."""
    cleaned = form.cleaned_data
    return {"members": form.chosen("members"), "on_duty": cleaned["on_duty"], "wait_min": cleaned["wait_min"]}


@form_methods
@manager_page
def remove(request: HttpRequest, member: StaffMember, step_id: int) -> HttpResponse:
    """Remove a step, after showing who is notified without it."""
    now = timezone.now()
    if is_gone(ContactStep, step_id):
        messages.info(request, _("This step was removed already."))
        return redirect("clinic:contacts")
    found = step_of(member, step_id)
    if request.method == "POST":
        remove_step(step=found, by=member.user, now=now)
        messages.success(request, _("The step is removed."))
        return redirect("clinic:contacts")
    rows = step_rows(roster_of(member, now), found.hours, now)
    row = next(row for row in rows if row.step == found)
    context = {"row": row, "others": [other for other in rows if other != row], "now": now}
    return render(request, "clinic/on_call/remove_step.html", context)


def is_gone(model: type[ContactStep] | type[Shift], pk: int) -> bool:
    """Return whether the record was removed since the page was drawn. Does not check the clinic."""
    return not model.objects.filter(pk=pk).exists()


@require_POST
@manager_page
def up(_request: HttpRequest, member: StaffMember, step_id: int) -> HttpResponse:
    """Move a step up by one."""
    move_up(step=step_of(member, step_id), by=member.user, now=timezone.now())
    return redirect("clinic:contacts")


def step_of(member: StaffMember, step_id: int) -> ContactStep:
    """Return a contact step of the member's clinic; 404 for any other."""
    return get_object_or_404(member.clinic.contact_steps.select_related("clinic"), pk=step_id)


@form_methods
@manager_page
def absence(request: HttpRequest, member: StaffMember, member_id: int) -> HttpResponse:
    """Set when a colleague is away."""
    found = get_object_or_404(
        member.clinic.staff_members.active().select_related("user", "clinic"), pk=member_id
    )
    form = AbsenceForm(request.POST or None, member=found, zone=member.clinic.zone)

    def save() -> None:
        away_from, away_until = form.span
        set_absence(
            member=found,
            away_from=away_from,
            away_until=away_until,
            by=member.user,
            now=timezone.now(),
        )

    return form_page(
        request,
        form,
        save,
        done=_("The absence of %(user)s is changed.") % {"user": found.user},
        title=_("When is %(user)s away?") % {"user": found.user},
        text=_("When an absence begins, this person’s alerts and shifts go back to everybody."),
        submit=_("Save"),
    )


@form_methods
@manager_page
def new_closed_day(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Add a closed day."""
    now = timezone.now()
    form = ClosedDayForm(request.POST or None, now=now)
    return form_page(
        request,
        form,
        lambda: close_on(
            clinic=member.clinic,
            day=form.cleaned_data["day"],
            name=form.cleaned_data["name"],
            by=member.user,
            now=now,
        ),
        done=_("The closed day is added."),
        title=_("Add a closed day"),
        text=_(
            "On this day patients are given the out-of-hours line, and the contacts for closed "
            "hours are told."
        ),
        submit=_("Add the day"),
    )


@require_POST
@manager_page
def remove_closed_day(request: HttpRequest, member: StaffMember, day: str) -> HttpResponse:
    """Remove a closed day."""
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise Http404("no such day") from error
    open_on(clinic=member.clinic, day=found, by=member.user, now=timezone.now())
    messages.success(request, _("The closed day is removed."))
    return redirect("clinic:contacts")
