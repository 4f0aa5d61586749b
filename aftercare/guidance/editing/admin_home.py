"""Home page of the admin, and redirects from Wagtail's page views: the portal has articles, no pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.views.home import HomeView


class Home(HomeView):
    """Wagtail's home page; its search finds articles."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "search_form": SearchForm(placeholder=_("Search articles…"))}


def to_articles(request: HttpRequest, **_path: str) -> HttpResponse:
    """Redirect from page views to the list of articles, with the search query."""
    address = reverse("wagtailsnippets_guidance_article:list")
    query = request.GET.get("q", "")
    return redirect(f"{address}?{urlencode({'q': query})}" if query else address)


def not_available(_request: HttpRequest, **_path: str) -> HttpResponse:
    """Raise Http404: the view would act on every user of the portal."""
    raise Http404
