"""Views of pictures for their patient: take one in, show it, remove it. A check-in is complete without them."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.checkins.form.page import uuid_in
from aftercare.checkins.models import CheckIn, Photo, PhotoArea
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.photos.actions import (
    BusyError,
    NoConsentError,
    TooManyPhotosError,
    add_photo,
    remove_photo,
)
from aftercare.checkins.photos.consent import agree_to_photos, end_photo_consent, has_agreed
from aftercare.checkins.photos.decoding import PictureRefusedError
from aftercare.checkins.photos.forms import PhotoForm
from aftercare.checkins.photos.page import (
    check_in_named,
    empty_form,
    newest_open,
    photos_context,
    posted_form,
    takes_photos,
)
from aftercare.checkins.photos.serving import picture_response
from aftercare.checkins.views import patient_page
from aftercare.people.access import patients_of
from aftercare.people.models import Patient

UNPROCESSABLE, BUSY = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
RETRY_SECONDS = 3


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def pictures(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show all of the patient's pictures and where to add one, or take one in.

    `check_in` names the check-in by its id, or by the token of its form, which a phone without network knows.
    """
    if request.method == "POST":
        return take_in(request, patient)
    now, kept = timezone.now(), Photo.objects.kept().filter(patient=patient)
    lead = lead_of(patient, now)
    context = {
        "photos": kept.select_related("check_in").order_by("-created_at"),
        "newest": newest_open(patient, now),
        "has_agreed": has_agreed(patient),
        "lead": lead,
        "box": box_of(patient, lead),
        "now": now,
    }
    return render(request, "checkins/photos/all.html", context)


@require_safe
@patient_page
def check_in_photos(request: HttpRequest, patient: Patient, check_in_id: UUID) -> HttpResponse:
    """Show the pictures of a check-in, and the form for one more."""
    found = get_object_or_404(patient.check_ins, pk=check_in_id)
    return show(request, patient, found, empty_form(found, patient))


def take_in(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Take in a posted picture. The same token again is answered as before."""
    now = timezone.now()
    check_in = check_in_named(patient, uuid_in(request.POST.get("check_in", "")))
    if check_in is None:
        return without_check_in(request)
    form = posted_form(check_in, patient, request.POST, request.FILES)
    if not form.is_valid():
        return refuse(request, patient, check_in, form)
    is_known = patient.photos.filter(token=form.cleaned_data["token"]).exists()
    if not is_known and not takes_photos(check_in, now):
        form.add_error(None, _("This check-in is too old for a picture. Check in again, then add it."))
        return refuse(request, patient, check_in, form)
    if "consent" in form.cleaned_data:
        agree_to_photos(patient=patient, now=now)
    return add_posted(request, patient, check_in, form)


def without_check_in(request: HttpRequest) -> HttpResponse:
    """Answer 404; a phone keeps the picture, since its check-in may still arrive."""
    if not wants_json(request):
        raise Http404("no such check-in")
    said = {"token": request.POST.get("token", ""), "error": _("This check-in is not here."), "again": False}
    return JsonResponse(said, status=HTTPStatus.NOT_FOUND)


def add_posted(request: HttpRequest, patient: Patient, check_in: CheckIn, form: PhotoForm) -> HttpResponse:
    """Add the picture of a valid form, or say why it was not taken."""
    try:
        photo = add_photo(
            patient=patient,
            check_in=check_in,
            area=PhotoArea(form.cleaned_data["area"]),
            token=form.cleaned_data["token"],
            data=form.cleaned_data["picture"].read(),
            now=timezone.now(),
        )
    except PictureRefusedError as error:
        form.add_error("picture", str(error.why.label))
    except TooManyPhotosError:
        form.add_error(None, _("This check-in has six pictures. Remove one to add another."))
    except NoConsentError:
        form.add_error(None, _("Please agree first. Load the page again."))
    except BusyError:
        form.add_error(None, _("Other pictures are being saved just now. Please send it again."))
        return refuse(request, patient, check_in, form, BUSY)
    except OSError:
        form.add_error(None, _("The picture could not be saved. Please send it again in a few minutes."))
        return refuse(request, patient, check_in, form, BUSY)
    else:
        return accepted(request, photo)
    return refuse(request, patient, check_in, form)


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def accepted(request: HttpRequest, photo: Photo) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(
            {
                "id": str(photo.pk),
                "token": str(photo.token),
                "is_kept": photo.is_kept,
                "address": reverse("own_photo", args=[photo.pk]),
                "remove": reverse("remove_photo", args=[photo.pk]),
            },
            status=HTTPStatus.CREATED,
        )
    messages.success(request, _("The picture is sent."))
    return redirect("check_in_photos", photo.check_in_id)


def refuse(
    request: HttpRequest, patient: Patient, check_in: CheckIn, form: PhotoForm, status: int = UNPROCESSABLE
) -> HttpResponse:
    """Say why the picture was not taken; `again`: sending it again may help."""
    if wants_json(request):
        said = {
            "token": request.POST.get("token", ""),
            "error": form.first_error,
            "again": status == BUSY,
        }
        response: HttpResponse = JsonResponse(said, status=status)
    else:
        # The browser forgets the file: what is sent next is another picture.
        posted = request.POST.copy()
        posted["token"] = str(uuid4())
        form.data = posted
        response = show(request, patient, check_in, form, status)
    if status == BUSY:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def show(
    request: HttpRequest, patient: Patient, check_in: CheckIn, form: PhotoForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    now = timezone.now()
    lead = lead_of(patient, now)
    context = {
        **photos_context(check_in, patient, form, now),
        "lead": lead,
        "box": box_of(patient, lead),
    }
    return render(request, "checkins/photos/check_in.html", context, status=status)


def own_photo_or_404(request: HttpRequest, photo_id: UUID) -> Photo:
    """Return a kept picture of the person's own; 404 for any other."""
    kept = Photo.objects.kept().filter(patient__in=patients_of(request)).select_related("patient__user")
    found: Photo = get_object_or_404(kept, pk=photo_id)
    return found


@require_safe
@patient_page
def own_photo(request: HttpRequest, _patient: Patient, photo_id: UUID) -> HttpResponse:
    """Send a picture to its patient; with `?small` the small one."""
    return picture_response(own_photo_or_404(request, photo_id), is_small="small" in request.GET)


@require_POST
@patient_page
def remove(request: HttpRequest, _patient: Patient, photo_id: UUID) -> HttpResponse:
    """Remove a picture; one that was removed before stays removed."""
    photo = own_photo_or_404(request, photo_id)
    remove_photo(photo=photo, now=timezone.now())
    if wants_json(request):
        return JsonResponse({"is_kept": False})
    messages.success(request, _("The picture is removed."))
    return redirect("check_in_photos", photo.check_in_id)


@require_POST
@patient_page
def take_back(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Take the consent back, which removes every picture; asked once more first."""
    if request.POST.get("sure") != "yes":
        return render(request, "checkins/photos/take_back.html")
    end_photo_consent(patient=patient, now=timezone.now())
    messages.success(request, _("All your pictures are removed. The clinic cannot see them any more."))
    return redirect("pictures")
