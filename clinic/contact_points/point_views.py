"""Acts on one's own contact points: add, confirm, set up again and remove them; and a browser that wants push."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from aftercare.outbox.channels import is_set_up
from aftercare.people.contact_points import actions
from aftercare.people.contact_points.forms import TOO_MANY
from aftercare.people.contact_points.proving import ProvingPages
from aftercare.people.models import ContactPoint, StaffMember
from clinic.access import reauthenticated, staff_page
from clinic.contact_points.forms import MailboxForm, NumberForm, StaffCodeForm
from clinic.contact_points.service_forms import AddressForm
from clinic.contact_points.views import form_methods, point_of, posted

Kind = ContactPoint.Kind
TITLES = {
    Kind.SMS: gettext_lazy("Add a telephone"),
    Kind.VOICE: gettext_lazy("Add a number for calls"),
    Kind.PAGER: gettext_lazy("Add a pager"),
    Kind.CHAT: gettext_lazy("Add a chat"),
    Kind.EMAIL: gettext_lazy("Add an e-mail address"),
}
PAGES = ProvingPages(
    overview="clinic:contact_points",
    confirm="clinic:confirm_point",
    template="clinic/contact_points/confirm.html",
    form=StaffCodeForm,
    done=gettext_lazy("It is confirmed, and counts from now on."),
)
AddForm = NumberForm | MailboxForm | AddressForm


@form_methods
@staff_page
@reauthenticated
def add(request: HttpRequest, member: StaffMember, kind: str) -> HttpResponse:
    """Add a number, mailbox, chat or pager, and send a code to it."""
    if kind not in TITLES or not is_set_up(kind):
        raise Http404("no such kind")
    form = form_to_add(Kind(kind), posted(request), member)
    status = HTTPStatus.OK
    if request.method == "POST":
        point = add_point(form, member, kind) if form.is_valid() else None
        if point is not None:
            return PAGES.send_code(request, point)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    submit = _("Call me with a code") if kind == Kind.VOICE else _("Send the code")
    context = {"form": form, "title": TITLES[Kind(kind)], "submit": submit}
    return render(request, "clinic/contact_points/form.html", context, status=status)


def form_to_add(kind: ContactPoint.Kind, data: QueryDict | None, member: StaffMember) -> AddForm:
    """Return the form by which a point of a kind is added."""
    if kind == Kind.EMAIL:
        return MailboxForm(data, present=member.user.email)
    if kind in (Kind.CHAT, Kind.PAGER):
        return AddressForm(data, kind=kind)
    return NumberForm(data, region=member.clinic.telephone_region, is_called=kind == Kind.VOICE)


def add_point(form: AddForm, member: StaffMember, kind: str) -> ContactPoint | None:
    """Add the point; None, with an error in the form, if that cannot be."""
    try:
        return actions.add_point(user=member.user, kind=kind, address=form.address, now=timezone.now())
    except actions.AlreadyThereError:
        form.add_error(None, _("This is on your page already."))
    except actions.TooManyError:
        form.add_error(None, TOO_MANY)
    return None


@form_methods
@staff_page
@reauthenticated
def confirm(request: HttpRequest, member: StaffMember, point_id: UUID, code: str = "") -> HttpResponse:
    """Confirm a point by the code that was sent to it."""
    return PAGES.confirm_page(request, point_of(member, point_id), code)


@require_POST
@staff_page
def send_code(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Send a new code to a point."""
    return PAGES.send_code(request, point_of(member, point_id))


@require_POST
@staff_page
@reauthenticated
def set_up_again(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Send a code to a number or mailbox that was disabled: it counts again once it is confirmed."""
    point = point_of(member, point_id)
    if point.kind == Kind.PUSH or point.disabled_at is None:
        raise Http404("it is not off, or a browser, which has to subscribe anew")
    actions.set_up_again(point=point)
    return PAGES.send_code(request, point)


@require_POST
@staff_page
@reauthenticated
def remove(request: HttpRequest, member: StaffMember, point_id: UUID) -> HttpResponse:
    """Remove a point. Pressed again, there is nothing left to remove, and the page says the same."""
    point = member.user.contact_points.select_related("user").filter(pk=point_id).first()
    if point is not None:
        actions.remove_point(point=point, now=timezone.now())
    messages.success(request, _("It is removed."))
    return redirect("clinic:contact_points")


@require_POST
@staff_page
def subscribe(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Add the browser that asks, in place of one that was disabled if it says so."""
    return PAGES.subscribe(
        request,
        lambda form: actions.add_browser(user=member.user, now=timezone.now(), **form.cleaned_data),
    )
