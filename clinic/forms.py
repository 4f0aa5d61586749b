"""The forms of staff: closing an alert, enrolling a patient, recording a procedure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from aftercare.alerts.models import Alert
from aftercare.people.models import AT_RISK_QUESTIONS, Clinic, IntakeQuestion, Patient, Procedure
from aftercare.people.models.clinics import TELEPHONE

NOTE_LENGTH = 2000
LONGEST_LIFE = 130  # years: a birth further back is a slip of the keyboard
AREAS = ("face", "forehead", "cheeks", "neck", "chest", "scalp", "hands", "body")
NONE_OF_THESE = "none"


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


class TreatmentFields(forms.Form):
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

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

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


class EnrolForm(TreatmentFields):
    # As on the page, so that the list of errors runs from top to bottom.
    field_order = (
        *("first_name", "last_name", "email", "date_of_birth"),
        *("call_back_telephone", "call_back_hours", "record_number", "time_zone"),
        *("kind", "area", "performed_at", "intake", "consent"),
    )

    first_name = forms.CharField(max_length=150, error_messages={"required": "Give the first name."})
    last_name = forms.CharField(max_length=150, error_messages={"required": "Give the last name."})
    email = forms.EmailField(
        label="E-mail",
        help_text="Sign-in codes go here.",
        error_messages={
            "required": "Give the e-mail address.",
            "invalid": "Give an e-mail address, such as name@example.org.",
        },
    )
    date_of_birth = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Give the date of birth.",
            "invalid": "Give a date, such as 30/04/1990.",
        },
    )
    record_number = forms.CharField(max_length=40, required=False, help_text="Optional.")
    call_back_telephone = forms.CharField(
        label="Telephone to call back",
        max_length=25,
        validators=[TELEPHONE],
        widget=forms.TextInput(attrs={"type": "tel"}),
        error_messages={"required": "Give a telephone number. A nurse may have to call."},
    )
    call_back_hours = forms.CharField(
        label="Best time to call",
        max_length=100,
        required=False,
        help_text="Optional, such as: after 17:00.",
    )
    time_zone = forms.ChoiceField(error_messages={"invalid_choice": "Choose a time zone from the list."})
    intake = forms.MultipleChoiceField(
        label="Intake: tick what applies",
        help_text="For staff only. The portal never clears anyone for treatment.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick what applies, or “None of these”.",
            "invalid_choice": "Tick only what is in the list.",
        },
    )
    consent = forms.BooleanField(
        label=(
            "The patient has read how the portal uses data, that it is not watched round the clock, "
            "and agrees"
        ),
        error_messages={"required": "The patient has to agree first."},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(clinic.time_zone)
        cast(forms.ChoiceField, self.fields["intake"]).choices = intake_choices()
        self.helper = helper_for(
            Layout(
                Fieldset(
                    "Patient",
                    Div("first_name", "last_name", "email", "date_of_birth", css_class="pair"),
                    Div("call_back_telephone", "call_back_hours", css_class="pair"),
                    Div("record_number", "time_zone", css_class="pair"),
                    css_class="card",
                ),
                Fieldset(
                    "Treatment",
                    Field("kind", wrapper_class="scale two"),
                    Div("area", "performed_at", css_class="pair"),
                    css_class="card",
                ),
                Div(Field("intake", wrapper_class="ticks"), css_class="card"),
                Div(Field("consent", wrapper_class="ticks"), css_class="card"),
            )
        )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if self.clinic.patients.filter(user__email=email).exists():
            raise ValidationError("A patient of this clinic has this e-mail address already.")
        return email

    def clean_date_of_birth(self) -> date:
        born: date = self.cleaned_data["date_of_birth"]
        today = timezone.localdate(self.now)
        if born > today:
            raise ValidationError("This date is still to come. Give the date of birth.")
        if born.year < today.year - LONGEST_LIFE:
            raise ValidationError("This is too long ago. Look at the year again.")
        return born

    def clean_record_number(self) -> str:
        number: str = self.cleaned_data["record_number"]
        if number and self.clinic.patients.filter(record_number=number).exists():
            raise ValidationError("Another patient of this clinic has this record number.")
        return number

    def clean_intake(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["intake"]
        if NONE_OF_THESE in ticked and len(ticked) > 1:
            raise ValidationError("“None of these” is ticked together with something else. Keep one.")
        # In the order of the questions, whatever the order of the page.
        return [key for key in IntakeQuestion.values if key in ticked]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if "performed_at" in told and "date_of_birth" in told:
            try:
                require_after_birth(told["performed_at"], told["date_of_birth"])
            except ValidationError as error:
                self.add_error("performed_at", error)
        return told

    @property
    def person(self) -> dict[str, Any]:
        """What `enrol_patient` takes."""
        others = {"kind", "area", "performed_at"}
        return {key: value for key, value in self.cleaned_data.items() if key not in others}


def require_after_birth(performed_at: datetime, born: date | None) -> None:
    """ValidationError for a treatment before the patient was born: the year was mistyped."""
    if born and timezone.localdate(performed_at) < born:
        raise ValidationError("This is before the patient was born. Look at the year again.")


def zone_choices(own: str) -> list[tuple[str, str]]:
    """The clinic's zone first, then all others by name."""
    others = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [(own, f"{own} (clinic)"), *((zone, zone) for zone in others if zone != own)]


def intake_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """IQ1-IQ11 in the groups of the page: those that make a patient at risk first (S39)."""
    risks = [(key.value, str(key.label)) for key in IntakeQuestion if key in AT_RISK_QUESTIONS]
    others = [(key.value, str(key.label)) for key in IntakeQuestion if key not in AT_RISK_QUESTIONS]
    return [
        ("These raise the risk", risks),
        ("Good to know", others),
        ("Or", [(NONE_OF_THESE, "None of these")]),
    ]
