"""The page behind the link of an SMS or a push: who has it, and the buttons to take it, pass it on, or give it back."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from aftercare.alerts.answering import actions
from aftercare.alerts.answering.asked import Asked, asked_by, may_answer
from aftercare.alerts.answering.links import link_of
from aftercare.people.client_address import client_network
from clinic.have_it.page import NightPage

LINK = "link"  # how the recipient answered
ACTS: dict[str, Callable[..., bool]] = {
    "have": actions.take,
    "pass": actions.pass_on,
    "back": actions.return_taken,
}
# Links that nobody has, opened from one network within an hour; whoever has a link is never refused.
UNKNOWN_AN_HOUR = 30
HOUR = 60 * 60


# The token in the path is a secret that no other site knows, and a phone that takes no cookie must not be refused.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def have_it(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the message asks, and do what its recipient presses. Opening the page does nothing."""
    now, link = timezone.now(), link_of(token)
    asked = asked_by(link.message) if link else None
    if link is None or asked is None:
        return unknown_link(request)
    if not may_answer(asked):
        return no_page(request, "refused", HTTPStatus.FORBIDDEN)
    if not link.is_usable(now):
        return no_page(request, "old", HTTPStatus.GONE, clinic=asked.clinic, sign_in=way_in(asked))
    act = request.POST.get("do", "")
    if act in ACTS and is_pressed(request, act):
        ACTS[act](asked=asked, now=now, way=LINK)
        return redirect("have_it", token=token)
    context = {
        "page": NightPage(asked, now),
        "asked": asked,
        "clinic": asked.clinic,
        "now": now,
        "act": act if act in ACTS else "",
        "way_in": way_in(asked),
    }
    with timezone.override(asked.clinic.zone):
        return render(request, "clinic/have_it/have_it.html", context)


def is_pressed(request: HttpRequest, act: str) -> bool:
    """Return True after a press that the script saw, or a tick at the second step; a bare POST is neither."""
    return request.POST.get("pressed") == act or request.POST.get("sure") == act


def way_in(asked: Asked) -> str:
    """Return the page that says what it is about, which needs the sign-in."""
    if asked.drill:
        return reverse("clinic:drill", args=[asked.drill.pk])
    return reverse("clinic:alert", args=[asked.alerts[0].pk])


def guesses(request: HttpRequest) -> bool:
    """Count a link that nobody has; return True if too many came from the same network."""
    key = f"unknown-link-{sha256(client_network(request).encode()).hexdigest()}"
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key) > UNKNOWN_AN_HOUR
    except ValueError:
        return False  # the count ran out meanwhile


def unknown_link(request: HttpRequest) -> HttpResponse:
    """Say that nobody has this link."""
    status = HTTPStatus.TOO_MANY_REQUESTS if guesses(request) else HTTPStatus.NOT_FOUND
    return no_page(request, "unknown", status)


def no_page(request: HttpRequest, state: str, status: HTTPStatus, **context: Any) -> HttpResponse:
    """Say why the link shows nothing, and offer the sign-in: "unknown", "refused" or "old"."""
    context = {"state": state, "sign_in": reverse("clinic:queue"), **context}
    return render(request, "clinic/have_it/no_page.html", context, status=status)
