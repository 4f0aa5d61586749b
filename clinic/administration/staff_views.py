"""The clinic's staff, for managers; and the choice of a clinic for members of several."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.people.access import memberships_of
from aftercare.people.actions.invitations import InvitedLatelyError
from aftercare.people.actions.staff_invitations import NotWorkingError, invite_staff
from aftercare.people.models import StaffMember
from aftercare.people.requests import CHOSEN_CLINIC
from clinic.access import only, reauthenticate_first, reauthenticated, staff_page
from clinic.administration.actions import LastManagerError, add_colleague, change_colleague
from clinic.administration.staff_forms import AddStaffForm, ChangeStaffForm
from clinic.administration.staff_page import staff_rows
from clinic.enrolment.invitation_views import INVITED_LATELY
from clinic.permissions import may_manage_staff


@require_POST
@staff_page
def choose(request: HttpRequest, _member: StaffMember) -> HttpResponse:
    """Act for another of the user's clinics from now on."""
    slug = request.POST.get("clinic")
    chosen = next((own for own in memberships_of(request) if own.clinic.slug == slug), None)
    if chosen is None:
        raise Http404("not a clinic of this staff member")
    request.session[CHOSEN_CLINIC] = chosen.clinic_id
    messages.success(request, _("You now work for %(clinic)s.") % {"clinic": chosen.clinic})
    return redirect("clinic:queue")


@require_safe
@staff_page
@only(may_manage_staff)
def staff(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """List everybody who works or worked for the clinic, but for those who were erased."""
    members = member.clinic.staff_members.filter(user__erased_as="").select_related("user")
    ordered = members.order_by("-is_active", "user__first_name", "user__last_name", "pk")
    now = timezone.now()
    context = {"rows": staff_rows(member.clinic, list(ordered), now), "now": now}
    return render(request, "clinic/administration/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@only(may_manage_staff)
@reauthenticated
def add(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Add a person to the clinic's staff."""
    if request.method != "POST":
        return render(request, "clinic/administration/staff_form.html", {"form": AddStaffForm()})
    form = AddStaffForm(request.POST)
    if form.is_valid():
        try:
            new = add_colleague(clinic=member.clinic, by=member.user, now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _("%(user)s is added. An invitation is on its way to %(email)s.")
                % {"user": new.user, "email": new.user.email},
            )
            return redirect("clinic:change_staff", member_pk=new.pk)
    return render(
        request,
        "clinic/administration/staff_form.html",
        {"form": form},
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@only(may_manage_staff)
def change(request: HttpRequest, member: StaffMember, member_pk: int) -> HttpResponse:
    """Change a member's role, or end the membership."""
    found = colleague_of(member, member_pk)
    if request.method != "POST":
        form = ChangeStaffForm(initial={"role": found.role, "is_active": found.is_active})
        return person_page(request, found, form)
    if asked := reauthenticate_first(request):
        return asked
    form = ChangeStaffForm(request.POST)
    if form.is_valid():
        try:
            change_colleague(member=found, by=member.user, now=timezone.now(), **form.cleaned_data)
        except LastManagerError:
            form.add_error(None, _("The clinic would have no manager. Make somebody else a manager first."))
        else:
            messages.success(request, _("%(user)s: saved.") % {"user": found.user})
            return redirect("clinic:staff")
    return person_page(request, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@staff_page
@only(may_manage_staff)
def invite(request: HttpRequest, member: StaffMember, member_pk: int) -> HttpResponse:
    """Send an invitation. The link of an earlier invitation stops working."""
    found = colleague_of(member, member_pk)
    if asked := reauthenticate_first(request):
        return asked
    try:
        invite_staff(member=found, by=member.user, now=timezone.now())
    except NotWorkingError:
        messages.error(
            request, _("%(user)s does not work here now, so nobody was invited.") % {"user": found.user}
        )
    except InvitedLatelyError:
        messages.error(request, INVITED_LATELY)
    else:
        messages.success(
            request, _("A new invitation is on its way to %(email)s.") % {"email": found.user.email}
        )
    return redirect("clinic:change_staff", member_pk=found.pk)


def colleague_of(member: StaffMember, member_pk: int) -> StaffMember:
    """Return a current or former member of the clinic's staff; 404 for any other, and for one who was erased."""
    members = member.clinic.staff_members.filter(user__erased_as="")
    return get_object_or_404(members.select_related("user", "clinic"), pk=member_pk)


def person_page(
    request: HttpRequest, found: StaffMember, form: ChangeStaffForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Render the page of one staff member."""
    now = timezone.now()
    (row,) = staff_rows(found.clinic, [found], now)
    context = {"form": form, "found": found, "row": row, "now": now}
    return render(request, "clinic/administration/staff_member.html", context, status=status)
