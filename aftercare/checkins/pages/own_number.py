"""Form for the patient's own telephone number."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.people.models import Patient
from aftercare.people.telephones import TelephoneFormField, TelephoneInput


class OwnNumberForm(forms.Form):
    """A telephone number, read for the clinic's country."""

    call_back_telephone = TelephoneFormField(
        label=_("Number to call you on"),
        widget=TelephoneInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Give a telephone number. A nurse may have to call.")},
    )

    def __init__(self, posted: Any, *, patient: Patient) -> None:
        super().__init__(posted, initial={"call_back_telephone": patient.call_back_telephone})
        field = self.fields["call_back_telephone"]
        assert isinstance(field, TelephoneFormField)
        field.region = patient.clinic.telephone_region
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
