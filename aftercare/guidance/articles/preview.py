"""Preview of a draft, as a patient at some hour after a procedure would see it."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from aftercare.guidance.articles.page import article_context, template_of
from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.models import Article
from aftercare.guidance.models.previews import PREVIEW_HOURS, PREVIEW_MODES, SIGNED_OUT
from aftercare.people.models import Clinic, Procedure


def reader_of(mode: str) -> Reader | None:
    """Return the reader of a preview mode, such as "rf-26"; None for signed out. KeyError for an unknown mode."""
    known = {
        f"{kind}-{hours}": Reader(kind, hours) for kind in Procedure.Kind.values for hours in PREVIEW_HOURS
    }
    return None if mode == SIGNED_OUT else known[mode]


def preview(request: HttpRequest, article: Article, mode: str) -> HttpResponseBase:
    """Render a draft as the reader of a preview mode sees it."""
    clinic = Clinic.objects.order_by("pk").first()
    if clinic is None:
        return HttpResponse("Enter a clinic first: manage.py add_clinic")
    reader = reader_of(mode or PREVIEW_MODES[0][0])
    published = list(Article.objects.published())
    context = article_context(article, clinic, reader, published, with_waiting=True)
    context |= {"is_preview": True, "as_patient": reader}

    @csp_replace({"frame-ancestors": [SELF]})
    def framed(request: HttpRequest) -> HttpResponseBase:
        """Render the patient's page with its usual policy, but framable by the admin."""
        return render(request, template_of(article), context)

    return framed(request)
