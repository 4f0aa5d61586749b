"""Views of articles in the admin: they show the model's refusals and lose no input."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.snippets.views.snippets import CreateView, EditView, UnpublishView, WorkflowActionView

from aftercare.guidance.forbidden_phrases import forbidden_phrases
from aftercare.guidance.refusals import ROWS, RefusedError, said_refused

EDIT = "wagtailsnippets_guidance_article:edit"


def show_refusals(form: Any) -> list[str]:
    """Add all refusals to the form, each at its field."""
    said = []
    for reason in form.instance.reasons_in_fields():
        form.add_error(reason.field if reason.field in form.fields else None, reason.message)
        said.append(reason.message)
    for relation, fields in ROWS.items():
        for row in form.formsets[relation].forms:
            said += show_refusals_of_row(row, fields)
    return list(dict.fromkeys(said))


def show_refusals_of_row(row: Any, fields: tuple[str, ...]) -> list[str]:
    if row.cleaned_data.get("DELETE"):
        return []
    found = {name: forbidden_phrases(row.cleaned_data.get(name) or "") for name in fields}
    said = {name: said_refused(phrases) for name, phrases in found.items() if phrases}
    for name, message in said.items():
        row.add_error(name, message)
    return list(said.values())


class ShowsRefusals:
    """Form view that shows a refused publication with its input; a draft is saved with a warning."""

    def publishes(self) -> bool:
        """Return True if the pressed button publishes or approves."""
        is_approval = getattr(self, "workflow_action", None) == "approve"
        return self.action == "publish" or (self.action == "workflow-action" and is_approval)  # type: ignore[attr-defined]

    def is_valid(self, form: BaseForm) -> bool:
        if not super().is_valid(form):  # type: ignore[misc]
            return False
        refused = show_refusals(form) if self.publishes() else []
        if refused:
            self.produced_error_code = "validation_error"
            self.produced_error_message = " ".join(
                [
                    _("Not published."),
                    *refused,
                    _("What you typed is still here: mend it, or save it as a draft."),
                ]
            )
        return not refused

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if not self.publishes() and not self.expects_json_response:  # type: ignore[attr-defined]
            reasons = [reason.message for reason in self.object.reasons_not_to_publish()]  # type: ignore[attr-defined]
            if reasons:
                said = " ".join([_("Saved, but it can’t be published like this."), *reasons])
                messages.warning(self.request, said)  # type: ignore[attr-defined]
        return response


class AddArticle(ShowsRefusals, CreateView):
    pass


class EditArticle(ShowsRefusals, EditView):
    pass


class UnpublishArticle(UnpublishView):
    """Confirm unpublishing; for a safety article say why it is refused."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().post(request, *args, **kwargs)

    def refused(self) -> HttpResponse | None:
        try:
            self.object.refuse_to_take_away()
        except RefusedError as refused:
            messages.error(self.request, " ".join(refused.messages))
            return redirect(EDIT, self.object.pk)
        return None


class ReviewArticle(WorkflowActionView):
    """Approve or reject in a review; if publishing is refused, the review continues and the reason is shown."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answered: HttpResponse = super().post(request, *args, **kwargs)
        except RefusedError as refused:
            messages.error(request, " ".join([_("Not published."), *refused.messages]))
            address = reverse(EDIT, args=[self.object.pk])
            if request.headers.get("x-requested-with") == "XMLHttpRequest":
                shown: HttpResponse = self.render_modal_json(
                    request, {"step": "success", "redirect": address}
                )
                return shown
            return redirect(address)
        return answered
