"""Form for what a patient may change about themselves: telephone, hours to call, language, time zone."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.people.actions.patient_details import details_version, value_of
from aftercare.people.models import Patient
from aftercare.people.patients.reach_fields import REACH, ReachFields

# The words of the patient's own page, by field.
LABELS = {
    "call_back_telephone": _("Number to call you on"),
    "call_back_hours": _("Best time to call you"),
    "language": _("You read best"),
    "time_zone": _("Your time zone"),
}
HELP = {
    "call_back_hours": _("Optional, such as: after 17:00. In an urgent case we may call at any time."),
    "time_zone": _("Reminders come by it. Change it when you travel."),
}


class OwnDetailsForm(ReachFields):
    """The details that the form of staff has too, but for who the person is. `shown`: what the page showed."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, posted: Any, *, patient: Patient) -> None:
        stored = {name: value_of(patient, name) for name in REACH}
        super().__init__(posted, initial={**stored, "shown": details_version(patient)})
        self.set_up_reach(patient.clinic, patient.time_zone)
        for name, label in LABELS.items():
            self.fields[name].label = label
        for name, help_text in HELP.items():
            self.fields[name].help_text = help_text
        attributes = {"autocomplete": "tel", "inputmode": "tel"}
        self.fields["call_back_telephone"].widget.attrs.update(attributes)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def details(self) -> dict[str, Any]:
        """The details by the names of `change_details`."""
        return {name: self.cleaned_data[name] for name in REACH}
