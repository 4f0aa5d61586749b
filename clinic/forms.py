"""The forms of staff: closing an alert, recording a procedure; enrolling a patient is in `enrol_forms`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from aftercare.alerts.models import Alert
from aftercare.people.models import AT_RISK_QUESTIONS, IntakeQuestion, Patient, Procedure

NOTE_LENGTH = 2000
NONE_OF_THESE = "none"
AREAS = ("face", "forehead", "cheeks", "neck", "chest", "scalp", "hands", "body")


def helper_for(layout: Layout | None = None) -> FormHelper:
    """The markup of our look; the page itself writes <form> and the CSRF token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.field_class = "opts"
    if layout is not None:
        helper.layout = layout
    return helper


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=Alert.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what came of it.",
            "invalid_choice": "Choose one of the outcomes in the list.",
        },
    )
    note = forms.CharField(
        label="What you found and what you said",
        required=False,
        max_length=NOTE_LENGTH,
        error_messages={"max_length": "Write at most %(limit_value)d characters."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs.pop("maxlength", None)  # a cut note would go unnoticed
        self.helper = helper_for(Layout(Field("outcome", wrapper_class="ticks"), "note"))


class AtAnInstant(forms.Form):
    """A form that judges what is typed against one instant."""

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now


class TreatmentFields(AtAnInstant):
    """One treatment. Its instant is read on the clock of the active time zone, the clinic's."""

    kind = forms.ChoiceField(
        choices=Procedure.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the kind of treatment.",
            "invalid_choice": "Choose microneedling or RF microneedling.",
        },
    )
    area = forms.ChoiceField(
        choices=[("", "Choose"), *((area, area.capitalize()) for area in AREAS)],
        error_messages={"required": "Choose the area.", "invalid_choice": "Choose an area from the list."},
    )
    performed_at = forms.DateTimeField(
        label="Performed",
        help_text="Recovery is counted from here.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": "Give the date and the time of the treatment.",
            "invalid": "Give a date and a time, such as 23/11/2026 14:30.",
        },
    )

    def clean_performed_at(self) -> datetime:
        performed_at: datetime = self.cleaned_data["performed_at"]
        if performed_at > self.now:
            raise ValidationError("This time is still to come. Give the time of the treatment.")
        return performed_at

    @property
    def treatment(self) -> dict[str, Any]:
        """What `record_procedure` takes."""
        return {key: self.cleaned_data[key] for key in ("kind", "area", "performed_at")}


class ProcedureForm(TreatmentFields):
    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.helper = helper_for(
            Layout(Field("kind", wrapper_class="scale two"), Div("area", "performed_at", css_class="pair"))
        )

    def clean_performed_at(self) -> datetime:
        performed_at = super().clean_performed_at()
        require_after_birth(performed_at, self.patient.date_of_birth)
        return performed_at


def require_after_birth(performed_at: datetime, born: date | None) -> None:
    """ValidationError for a treatment before the patient was born: the year was mistyped."""
    if born and timezone.localdate(performed_at) < born:
        raise ValidationError("This is before the patient was born. Look at the year again.")


def zone_choices(clinic_zone: str, own: str = "") -> list[tuple[str, str]]:
    """The clinic's zone first, then all others by name; one that somebody has already is always among them."""
    others = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}
    rest = sorted((others | ({own} - {""})) - {clinic_zone})
    return [(clinic_zone, f"{clinic_zone} (clinic)"), *((zone, zone) for zone in rest)]


def intake_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """IQ1-IQ11 in the groups of the page: those that make a patient at risk first (S39)."""
    risks = [(key.value, str(key.label)) for key in IntakeQuestion if key in AT_RISK_QUESTIONS]
    others = [(key.value, str(key.label)) for key in IntakeQuestion if key not in AT_RISK_QUESTIONS]
    return [
        ("These raise the risk", risks),
        ("Good to know", others),
        ("Or", [(NONE_OF_THESE, "None of these")]),
    ]
