"""The forms of the patients' pages: filters, a later procedure, withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.models import Patient
from aftercare.people.patients.intake import Intake
from clinic.corrections.forms import reason_field
from clinic.form_fields import PatientTreatmentForm, helper_for, require_after_birth
from clinic.held_forms import StaffForm
from clinic.intake_fields import (
    add_questions,
    add_skip_reason,
    answered_intake,
    questions_layout,
    require_risk_or_reason,
)
from clinic.patients.filters import DAY_CHOICES, WHO, PatientFilters
from clinic.procedures import ProcedureIntake


class ProcedureForm(PatientTreatmentForm):
    """A later treatment. Intake questions not asked yet are asked now, or a reason is given."""

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, patient=patient, **kwargs)
        self.stored = Intake.of(patient)
        if not self.stored.is_risk_asked:
            add_questions(self, self.stored, only_open=True)
            add_skip_reason(self)

    @property
    def helper(self) -> FormHelper:
        guardian = ["guardian_name"] if self.asks_guardian else []
        asked = [] if self.stored.is_risk_asked else [questions_layout(self, _("Not asked yet"))]
        return helper_for(Layout(Div(*self.treatment_layout(), *guardian, css_class="card"), *asked))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.stored.is_risk_asked:
            require_risk_or_reason(self, self.stored)
        return cleaned

    @property
    def asked(self) -> ProcedureIntake:
        """The `asked` argument of `record_confirmed`."""
        return ProcedureIntake(
            stored=self.stored,
            intake=answered_intake(self, self.stored),
            skip_reason=self.cleaned_data.get("skip_reason", ""),
            guardian_name=self.cleaned_data["guardian_name"],
        )

    def clean_performed_at(self) -> datetime:
        performed_at = super().clean_performed_at()
        require_after_birth(performed_at, self.patient.date_of_birth)
        return performed_at


class WithdrawForm(StaffForm):
    reason = reason_field(gettext_lazy("Say why the patient is withdrawn."))
    confirm = forms.BooleanField(
        label=gettext_lazy("Withdraw this patient"),
        error_messages={"required": gettext_lazy("Tick “Withdraw this patient” to confirm.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(Layout("reason", Field("confirm", wrapper_class="ticks")))


class PatientFilterForm(forms.Form):
    """The filters of the list, sent by GET, so that the URL holds them."""

    who = forms.ChoiceField(label=gettext_lazy("Show"), choices=WHO, required=False)
    day = forms.ChoiceField(label=gettext_lazy("Day of recovery"), choices=DAY_CHOICES, required=False)

    def __init__(self, filters: PatientFilters) -> None:
        super().__init__(initial={"who": filters.who, "day": filters.day}, auto_id="filter_%s")
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
