"""Form for what a patient may change about themselves: telephone, hours to call, language, time zone."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.people.actions.patient_details import details_version, value_of
from aftercare.people.clinics.zones import zone_choices
from aftercare.people.models import Language, Patient
from aftercare.people.name_matching import require_one_line
from aftercare.people.telephones import TelephoneFormField, TelephoneInput

FIELDS = ("call_back_telephone", "call_back_hours", "language", "time_zone")


class OwnDetailsForm(forms.Form):
    """The details that the form of staff has too, but for who the person is. `shown`: what the page showed."""

    call_back_telephone = TelephoneFormField(
        label=_("Number to call you on"),
        widget=TelephoneInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Give a telephone number. A nurse may have to call.")},
    )
    call_back_hours = forms.CharField(
        validators=[require_one_line],
        label=_("Best time to call you"),
        max_length=100,
        required=False,
        help_text=_("Optional, such as: after 17:00. In an urgent case we may call at any time."),
    )
    language = forms.ChoiceField(
        label=_("You read best"),
        choices=[("", _("Not asked")), *Language.choices],
        required=False,
        help_text=_("Pages and mails are in English until they are translated."),
        error_messages={"invalid_choice": _("Choose a language from the list.")},
    )
    time_zone = forms.ChoiceField(
        label=_("Your time zone"),
        help_text=_("Reminders come by it. Change it when you travel."),
        error_messages={"invalid_choice": _("Choose a time zone from the list.")},
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, posted: Any, *, patient: Patient) -> None:
        stored = {name: value_of(patient, name) for name in FIELDS}
        super().__init__(posted, initial={**stored, "shown": details_version(patient)})
        telephone = cast(TelephoneFormField, self.fields["call_back_telephone"])
        telephone.region = patient.clinic.telephone_region
        zones = zone_choices(patient.clinic.time_zone, patient.time_zone)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zones
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def details(self) -> dict[str, Any]:
        """The details by the names of `change_details`."""
        return {name: self.cleaned_data[name] for name in FIELDS}
