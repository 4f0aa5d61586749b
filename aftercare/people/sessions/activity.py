"""Activity of a person: what a session counts as a sign that its user is there."""

from __future__ import annotations

from http import HTTPMethod

from django.http import HttpRequest

AUTOSAVE = "autosave"  # field that marks a form posted by a script, when an emergency is ticked
KEPT = "kept"  # field that marks a form that the phone had kept, posted by a script once there is a network
# Views that scripts ask for, and to which they post, by themselves.
POLLED = frozenset(
    {
        "clinic:locked_counts",
        "clinic:queue_live",
        "companion_confirmation",
        "companion_lead",
        "confirmation",
        "lead",
        "offline_state",
        "picture",
        "session_time",
    }
)
POSTED_BY_SCRIPTS = frozenset(
    {
        "clinic:lock",
        "csp_reports",
        "wagtailadmin_editing_sessions:ping",
        "wagtailadmin_editing_sessions:release",
    }
)
SAFE = frozenset({HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS})
NAVIGATION = ("", "navigate")  # of the header Sec-Fetch-Mode; older browsers send none


def is_activity(request: HttpRequest) -> bool:
    """Return True for a page opened or a form posted by a person, False for what a script asks by itself."""
    if request.method in SAFE:
        return not is_polled(request) and is_opened_by_a_person(request)
    return view_name(request) not in POSTED_BY_SCRIPTS and not {AUTOSAVE, KEPT} & request.POST.keys()


def view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def is_polled(request: HttpRequest) -> bool:
    """Return True for what a script asks again and again."""
    return view_name(request) in POLLED


def is_opened_by_a_person(request: HttpRequest) -> bool:
    """Return True if the browser asks for a page to show, not for a script or ahead of a press."""
    headers = request.headers
    ahead = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    return not ahead and "HX-Request" not in headers and headers.get("Sec-Fetch-Mode", "") in NAVIGATION
