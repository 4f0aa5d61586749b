"""The fields of how a patient is reached, in the forms of staff and in the patient's own."""

from __future__ import annotations

from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.people.clinics.zones import zone_choices
from aftercare.people.models import Clinic, Language
from aftercare.people.name_matching import require_one_line
from aftercare.people.telephones import TelephoneFormField

REACH = ("call_back_telephone", "call_back_hours", "language", "time_zone")


class ReachFields(forms.Form):
    """Telephone, hours to call, language and time zone, with the words of staff; `set_up_reach` completes them."""

    call_back_telephone = TelephoneFormField(
        label=_("Telephone to call back"),
        error_messages={"required": _("Give a telephone number. A nurse may have to call.")},
    )
    call_back_hours = forms.CharField(
        validators=[require_one_line],
        label=_("Best time to call"),
        max_length=100,
        required=False,
        help_text=_("Optional, such as: after 17:00."),
    )
    language = forms.ChoiceField(
        label=_("Reads best"),
        choices=[("", _("Not asked")), *Language.choices],
        required=False,
        help_text=_("Pages and mails are in English until they are translated."),
        error_messages={"invalid_choice": _("Choose a language from the list.")},
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        error_messages={"invalid_choice": _("Choose a time zone from the list.")},
    )

    def set_up_reach(self, clinic: Clinic, own_zone: str) -> None:
        """Read telephones of the clinic's country, and offer the clinic's zone and the patient's first."""
        telephone = cast(TelephoneFormField, self.fields["call_back_telephone"])
        telephone.region = clinic.telephone_region
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = zone_choices(clinic.time_zone, own_zone)
