"""A plain form of ten whole numbers, three inserts in one transaction, a redirect, and a page with the answers."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from bench.floor.models import Report, Result, Trace

QUESTIONS = [f"question_{number}" for number in range(1, 11)]

TenNumbers = type(
    "TenNumbers",
    (forms.Form,),
    {name: forms.IntegerField(min_value=0, max_value=4) for name in QUESTIONS},
)


@login_required
def report(request: HttpRequest) -> HttpResponse:
    form: forms.Form = TenNumbers(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "floor/report.html", {"form": form}, status=422 if form.is_bound else 200)
    with transaction.atomic():
        stored = Report(user=request.user, answers=form.cleaned_data)
        stored.save()
        Result(report=stored, level="expected").save()
        Trace(report=stored, verb="submitted").save()
    return redirect(f"/reports/{stored.pk}/")


@login_required
def result(request: HttpRequest, pk: int) -> HttpResponse:
    stored = get_object_or_404(Report, pk=pk, user=request.user)
    return render(request, "floor/result.html", {"report": stored})


def up(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("report/", report), path("reports/<int:pk>/", result), path("healthz", up)]
