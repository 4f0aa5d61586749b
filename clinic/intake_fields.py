"""The intake questions as form fields: each answered yes or no, or not asked."""

from __future__ import annotations

from crispy_forms.layout import HTML, Div, Field, Fieldset
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.models import AT_RISK_QUESTIONS, IntakeQuestion
from aftercare.people.patients.intake import NO, NOT_ASKED, YES, Intake

ANSWERS = ((YES, gettext_lazy("Yes")), (NO, gettext_lazy("No")), (NOT_ASKED, gettext_lazy("Not asked")))
REST_NO = "rest_no"
SKIP_LENGTH = 300
GROUPS = (
    (gettext_lazy("These raise the risk"), [key for key in IntakeQuestion if key in AT_RISK_QUESTIONS]),
    (gettext_lazy("Good to know"), [key for key in IntakeQuestion if key not in AT_RISK_QUESTIONS]),
)


def add_questions(form: forms.Form, stored: Intake, *, only_open: bool = False) -> None:
    """Add the intake questions to a form. `only_open`: only questions not asked yet."""
    for key in IntakeQuestion:
        if only_open and stored.answer(key) != NOT_ASKED:
            continue
        form.fields[key] = forms.ChoiceField(
            label=key.label,
            choices=ANSWERS,
            required=False,
            initial=None if stored.answer(key) == NOT_ASKED else stored.answer(key),
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": _("Choose yes, no or not asked.")},
        )
    form.fields[REST_NO] = forms.BooleanField(
        label=_("I asked them all: “No” to each one left open"), required=False
    )


def add_skip_reason(form: forms.Form) -> None:
    """Add the field for the reason why the risk questions were not asked."""
    form.fields["skip_reason"] = forms.CharField(
        label=_("Not asked? Say why"),
        help_text=_("Only if a question that raises the risk stays open. Kept with your name and the time."),
        required=False,
        max_length=SKIP_LENGTH,
        error_messages={"max_length": _("Write at most %(limit_value)d characters.")},
    )
    form.fields["skip_reason"].widget.attrs.pop("maxlength", None)


def questions_layout(form: forms.Form, title: str) -> Div:
    """Return the layout of the form's intake questions, risk questions first."""
    groups = [
        Fieldset(heading, *(Field(key, wrapper_class="scale answer") for key in keys if key in form.fields))
        for heading, keys in GROUPS
        if any(key in form.fields for key in keys)
    ]
    skip = ["skip_reason"] if "skip_reason" in form.fields else []
    return Div(
        HTML(
            format_html(
                "<h2>{}</h2><p class='muted'>{}</p>",
                title,
                _("For staff only. The portal never clears anyone for treatment."),
            )
        ),
        *groups,
        Field(REST_NO, wrapper_class="ticks"),
        *skip,
        css_class="card intake",
    )


def answered_intake(form: forms.Form, stored: Intake) -> Intake:
    """Return the stored answers updated with the form's answers."""
    cleaned = form.cleaned_data
    rest = NO if cleaned.get(REST_NO) else ""
    return stored.answered(
        {key: cleaned.get(key) or rest for key in IntakeQuestion.values if key in form.fields}
    )


def require_risk_or_reason(form: forms.Form, stored: Intake) -> None:
    """Add an error if a risk question stays open and no reason is given."""
    if form.errors or answered_intake(form, stored).is_risk_asked or form.cleaned_data.get("skip_reason"):
        return
    form.add_error("skip_reason", _("Ask the questions that raise the risk, or say why they were not asked."))
