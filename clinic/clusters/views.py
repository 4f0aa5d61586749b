"""Clusters for managers: the list, one of them, and the note on what was done about it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftercare.checkins.clusters.actions import GrownMeanwhileError, look_at_cluster
from aftercare.checkins.models import Cluster
from aftercare.people.models import Event, StaffMember
from aftercare.triage import CLUSTER_DAYS, CLUSTER_PATIENTS
from clinic.access import only, shows, staff_page
from clinic.clusters.forms import LookForm
from clinic.clusters.page import ClusterPage
from clinic.permissions import may_see_clusters

SHOWN = 50


@require_safe
@staff_page
@only(may_see_clusters)
def clusters(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """List the clusters of the clinic, those that wait first."""
    patients = Count("reports__check_in__patient", distinct=True)
    rows = list(member.clinic.clusters.annotate(patients=patients)[:SHOWN])
    context = {
        "waiting": [one for one in rows if one.looked_at is None],
        "looked_at": [one for one in rows if one.looked_at is not None],
        "patients": CLUSTER_PATIENTS,
        "days": CLUSTER_DAYS,
        "now": timezone.now(),
    }
    return render(request, "clinic/clusters/clusters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@only(may_see_clusters)
def cluster(request: HttpRequest, member: StaffMember, cluster_id: UUID) -> HttpResponse:
    """Show a cluster, and record that a manager has looked at it."""
    found = get_object_or_404(member.clinic.clusters, pk=cluster_id)
    form = LookForm(request.POST if request.method == "POST" else None, cluster=found)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return draw(request, found, form, status)
    try:
        look_at_cluster(cluster_id=found.pk, by=member.user, **form.look, now=timezone.now())
    except GrownMeanwhileError:
        typed = LookForm({**request.POST.dict(), "grown_at": found.grown_at.isoformat()}, cluster=found)
        return draw(request, found, typed, HTTPStatus.CONFLICT)
    messages.success(request, _("Noted: these check-ins were looked at."))
    return redirect("clinic:cluster", found.pk)


def draw(request: HttpRequest, found: Cluster, form: LookForm, status: HTTPStatus) -> HttpResponse:
    """Draw the page of a cluster; a conflict says that a patient has joined meanwhile."""
    page = ClusterPage.of(found)
    shows(request, Event.Page.CLUSTER, page.patients)
    context = {
        "page": page,
        "form": form,
        "has_grown": status == HTTPStatus.CONFLICT,
        "looks": found.looks.select_related("by"),
        "days": CLUSTER_DAYS,
        "now": timezone.now(),
    }
    return render(request, "clinic/clusters/cluster.html", context, status=status)
