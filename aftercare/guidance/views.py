"""Public guidance: list with search, articles, timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftercare.guidance.actions.article_reads import record_article_read
from aftercare.guidance.articles.list_page import groups
from aftercare.guidance.articles.page import article_context, template_of
from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.articles.search import search
from aftercare.guidance.courses.course_texts import Since
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import AnswerConfirmation, Article, ArticleSlug, SearchSynonym
from aftercare.guidance.timeline.timeline import Timeline
from aftercare.people.access import reading_patient_of
from aftercare.people.context_processors import clinic_of
from aftercare.people.models import Clinic, Patient, Procedure
from aftercare.people.requests import sender_of
from aftercare.ui.search_limits import LONGEST_QUERY, is_too_long

GONE = 410


def clinic_or_404(request: HttpRequest) -> Clinic:
    """Return the clinic; raise Http404 in a new installation without any."""
    clinic = clinic_of(request)
    if clinic is None:
        raise Http404("no clinic yet")
    return clinic


def reader_of(request: HttpRequest) -> Reader | None:
    """Return the reader; None unless a patient with a procedure, or a companion of one, is signed in."""
    patient = reading_patient_of(request)
    return Reader.of(patient, timezone.now()) if patient else None


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """Show all articles, or the results of a search."""
    typed = request.GET.get("q", "").strip()
    query = typed[:LONGEST_QUERY]
    reader = reader_of(request)
    clinic = clinic_or_404(request)
    words = ClinicPlaceholders.of(clinic)
    articles = Article.objects.published()
    context: dict[str, Any] = {"query": query, "reader": reader, "as_patient": reading_patient_of(request)}
    if is_too_long(typed):
        context["is_too_long"] = True
    elif query:
        context["results"] = search(
            articles.prefetch_related("instructions", "answers"),
            words,
            query,
            reader=reader,
            confirmed=AnswerConfirmation.objects.confirmed(clinic),
            synonyms=SearchSynonym.objects.all(),
        )
    else:
        context["groups"] = groups(articles.defer("body"), words, reader)
    return render(request, "guidance/articles/guidance.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an article, and record that a patient has read it."""
    patient = reading_patient_of(request)
    clinic, published = clinic_or_404(request), list(Article.objects.published().with_has_answers())
    found = next((one for one in published if one.slug == slug), None)
    if found is None:
        return moved(request, slug)
    if patient and sender_of(request).companion is None:
        record_article_read(patient=patient, article=found, now=timezone.now())
    with timezone.override(clinic.zone):
        context = article_context(found, clinic, reader_of(request), published)
        return render(request, template_of(found), {**context, "as_patient": patient})


def timeline_context(
    request: HttpRequest,
    clinic: Clinic,
    now: datetime,
    reported: Callable[[Procedure], frozenset[str]],
) -> dict[str, Any]:
    """Return the context of the timeline: for everybody, or with "you are here" for a patient.

    `reported`: returns the symptoms reported recently after a procedure.
    """
    patient = reading_patient_of(request)
    own = procedures_of(patient, now) if patient else []
    procedure = chosen(own, request.GET.get("procedure", "")) if own else None
    since = Since(procedure.performed_at, now, reported(procedure)) if procedure else None
    kind = procedure.kind if procedure else kind_asked_for(request)
    return {
        "timeline": Timeline.of(clinic, kind, since),
        "procedure": procedure,
        "others": [one for one in own if one != procedure],
        "kinds": Procedure.Kind.choices,
        "as_patient": patient,
    }


def procedures_of(patient: Patient, now: datetime) -> list[Procedure]:
    """Return past procedures, latest first."""
    return list(patient.procedures.filter(performed_at__lte=now).in_order().reverse())


def chosen(own: Sequence[Procedure], procedure_id: str) -> Procedure:
    """Return the requested procedure, or the latest; raise Http404 for any other."""
    if not procedure_id:
        return own[0]
    found = next((one for one in own if str(one.pk) == procedure_id), None)
    if found is None:
        raise Http404("no such procedure")
    return found


def kind_asked_for(request: HttpRequest) -> str:
    """Return the requested kind of procedure; microneedling by default."""
    kind = request.GET.get("kind", "")
    return kind if kind in Procedure.Kind.values else Procedure.Kind.MICRONEEDLING.value


def moved(request: HttpRequest, slug: str) -> HttpResponse:
    """Redirect a former address to its article; Http404 for an unknown one."""
    address = ArticleSlug.objects.filter(slug=slug).select_related("article").first()
    if address is None:
        raise Http404("no such article")
    if address.current:
        return redirect(address.current, permanent=False)
    articles = Article.objects.published().defer("body")
    listed = groups(articles, ClinicPlaceholders.of(clinic_or_404(request)), None)
    context = {"groups": listed, "query": "", "as_patient": reading_patient_of(request)}
    return render(request, "guidance/articles/moved.html", context, status=GONE)
