"""Shared parts of forms of staff: the crispy helper, the fields of a treatment, choices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.models import Area, Clinic, Patient, Procedure, StaffMember
from aftercare.people.name_matching import require_one_line
from aftercare.people.treatments.details import NOT_RECORDED, LotEntry, TreatmentDetails
from clinic.held_forms import StaffForm
from clinic.treatment_details.fields import add_details, details_layout, require_details, typed_details
from clinic.treatment_questions import Question, is_child, questions_about

NOTE_LENGTH = 2000


def helper_for(layout: Layout | None = None) -> FormHelper:
    """Return a crispy helper without <form> and CSRF token, which the page writes."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.field_class = "opts"
    if layout is not None:
        helper.layout = layout
    return helper


class TimedForm(StaffForm):
    """A form that validates against one instant, `now`."""

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now


class TreatmentFields(TimedForm):
    """The fields of one treatment. `performed_at` is read in the active time zone, the clinic's."""

    clinic: Clinic
    guardian_name = forms.CharField(
        validators=[require_one_line],
        label=gettext_lazy("Guardian’s name"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Of a child. Kept with the patient."),
    )

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Procedure.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose the kind of treatment."),
            "invalid_choice": gettext_lazy("Choose microneedling or RF microneedling."),
        },
    )
    area = forms.ChoiceField(
        label=gettext_lazy("Area"),
        choices=[
            ("", gettext_lazy("Choose")),
            *((area.value, lazy(capfirst, str)(area.label)) for area in Area),
        ],
        error_messages={
            "required": gettext_lazy("Choose the area."),
            "invalid_choice": gettext_lazy("Choose an area from the list."),
        },
    )
    performed_at = forms.DateTimeField(
        label=gettext_lazy("Performed"),
        help_text=gettext_lazy("Recovery is counted from here."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": gettext_lazy("Give the date and the time of the treatment."),
            "invalid": gettext_lazy("Give a date and a time, such as 23/11/2026 14:30."),
        },
    )

    def clean_performed_at(self) -> datetime:
        performed_at: datetime = self.cleaned_data["performed_at"]
        if performed_at > self.now:
            raise ValidationError(_("This time is still to come. Give the time of the treatment."))
        return performed_at

    @property
    def stored_details(self) -> TreatmentDetails:
        """Who treated, and the lots used, as stored."""
        return NOT_RECORDED

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        require_details(self, self.clinic, kept=self.stored_details.operator)
        return cleaned

    @property
    def details(self) -> TreatmentDetails:
        """Who treated, and the lots used, as typed."""
        return typed_details(self)

    def born(self) -> date | None:
        """Return the patient's birth date, or None if it is not known."""
        return None

    def questions(self) -> list[Question]:
        """Return the questions that staff must confirm before this treatment is stored."""
        performed_at = self.cleaned_data.get("performed_at")
        if performed_at is None:
            return []
        return questions_about(clinic=self.clinic, born=self.born(), performed_at=performed_at)

    def require_guardian(self) -> None:
        """Add an error if a child was treated and no guardian is named."""
        performed_at = self.cleaned_data.get("performed_at")
        if performed_at is None or self.cleaned_data.get("guardian_name"):
            return
        if is_child(self.clinic, self.born(), performed_at):
            self.add_error("guardian_name", _("Give the name of the guardian. The patient was a child."))

    @property
    def treatment(self) -> dict[str, Any]:
        """The keyword arguments of `record_procedure`."""
        return {key: self.cleaned_data[key] for key in ("kind", "area", "performed_at")}


class PatientTreatmentForm(TreatmentFields):
    """A treatment of an enrolled patient. The guardian's name is asked if the patient was a child."""

    def __init__(self, *args: Any, patient: Patient, lots: Sequence[LotEntry] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient, self.clinic = patient, patient.clinic
        self.fields["guardian_name"].initial = patient.guardian_name
        add_details(self, lots)

    def born(self) -> date | None:
        return self.patient.date_of_birth

    @property
    def asks_guardian(self) -> bool:
        """True if the guardian's name is shown: for a child now, or at the time that was typed."""
        at = (getattr(self, "cleaned_data", {}).get("performed_at"), self.now)
        return any(is_child(self.clinic, self.born(), instant) for instant in at if instant)

    def treatment_layout(self) -> list[Any]:
        """Return the layout of the treatment, without the guardian's name."""
        return [
            Field("kind", wrapper_class="scale two"),
            Div("area", "performed_at", css_class="pair"),
            *details_layout(self, self.clinic),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.require_guardian()
        return cleaned


def require_after_birth(performed_at: datetime, born: date | None) -> None:
    """Raise ValidationError for a treatment before the patient's birth."""
    if born and timezone.localdate(performed_at) < born:
        raise ValidationError(_("This is before the patient was born. Please check the year."))


def colleagues(clinics: Sequence[Clinic]) -> list[StaffMember]:
    """Return the active staff of the clinics, by name."""
    members = StaffMember.objects.active().filter(clinic__in=clinics).select_related("user")
    return list(members.order_by("user__first_name", "user__last_name", "pk"))
